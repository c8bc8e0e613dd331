// Package feed reads lists of mining-pool endpoints, checks them and keeps
// every version.
//
// A list is a CSV with a header or one endpoint a line. Each row becomes an
// Entry or is refused with a reason:
//
//	bytes -> rows (table.go, list.go) -> the words of other feeds in ours (words.go)
//	      -> the gate: what can be no pool (gate.go) -> one entry per endpoint (merge.go)
//	      -> a version in lake/feeds (import.go)
//
// Names are refused and counted apart: flows have addresses, and what a name
// resolves to must be asked inside the network that is watched. Dates are kept as
// the feed states them; how long an entry stays valid after it was last seen
// is for the night to decide, by its evidence.
package feed
