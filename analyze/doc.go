// Package analyze finds who talks to mining pools: each night it joins the
// day's flows with the pool feed and the address ledger, and publishes
// contacts, coverage, graded suspects and their evidence; rank and report
// read those small tables and never the flows.
//
// analyze.go shows the whole night on one screen. The queries are files in
// package queries; the numbers that decide are in Thresholds; feed, ledger,
// engine and report are the parts. The lake is the only thing shared with the
// way in: this package reads its files by the layout that the lake documents.
package analyze
