// Package flow holds the flow record and the one table of its columns.
//
// A Record is one observed unidirectional flow, the way a router exported it:
// counters as exported, before any sampling correction. Columns is the lake's
// flow schema; the Arrow schema, the Parquet files, docs/schema.md and the
// contract test with the reader are all derived from it, so a new column is
// one new line there and one new field in Record.
//
// The package imports nothing else of this module: sources and decoders make
// records, the lake stores them, and this is all they share.
package flow
