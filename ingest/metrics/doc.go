// Package metrics shows a running collector to Prometheus, and its health to
// whoever supervises it.
//
//	status.go   is it listening, does the lake take what it writes
//	figures.go  the accounts as metrics, one table of families
//	server.go   /metrics and /healthz over HTTP
//
// Every figure is an account's: metrics, receipts and summary cannot disagree.
package metrics
