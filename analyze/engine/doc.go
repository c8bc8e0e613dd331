// Package engine runs the queries: the one place that opens DuckDB.
//
// A DB is one in-memory session over the lake's Parquet files. Read puts
// files behind a raw_ relation, Set gives the queries their variables, Build
// makes relations and all that they read in the right order, Stage and
// Commit write one to the lake so that it is there whole or not at all. A
// distributed engine would offer the same few calls over the same query files.
//
// OpenAnalyst is the same session for people: locked, reading only.
package engine
