// Package oracle computes a day's contacts a second time, for tests: from the
// same flow records, feed entries and internal prefixes as the queries, but in
// plain Go, record by record, with no SQL and no thought for speed.
//
// It is written from docs/scoring.md, docs/feeds.md and docs/tables.md, not
// from the queries: where the two disagree, one of the three is wrong.
//
//	input.go    what goes in
//	match.go    which flows met which endpoint, and which entry explains them
//	contact.go  one contact's figures
//	sessions.go stitched time, connections at once, how a host spreads
//	traffic.go  bytes, once however many exporters saw them
package oracle
