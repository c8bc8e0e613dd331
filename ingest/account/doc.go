// Package account keeps the books of what came in: by exporter and hour, what
// was received, what became of it, and what never arrived.
//
//	page.go      what one goroutine takes in, until it is posted: no lock
//	entry.go     the account of one exporter in one hour
//	book.go      all accounts of a collector, for metrics and receipts
//	streams.go   the datagrams' numbers, put back into the order of arrival
//	tracker.go   one numbering: loss, reordering and restarts told apart
//	columns.go   the receipts' columns
//	receipts.go  the accounts as Parquet, receipts/date=…/hour=…
//
// Invariants, held by the tests: the accounts of all exporters add up to the
// collector's own counts, record for record; in each account
//
//	records received = stored + each named drop + pending
//
// and pending is 0 once everything is settled.
package account
