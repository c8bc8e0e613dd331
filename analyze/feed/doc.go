// Package feed reads lists of mining-pool endpoints, checks them, keeps every
// version and remembers what they said.
//
// A list is written in one of the formats of formats.go, each of which is a
// file. Each row becomes an Entry or is refused with a reason:
//
//	bytes -> the format (formats.go) -> rows (table.go, list.go, misp.go …)
//	      -> the words of other feeds in ours (words.go)
//	      -> the gate: what can be no pool (gate.go) -> one entry per endpoint (merge.go)
//	      -> a version in lake/feeds (import.go), with what all versions of the
//	         feed say together (standing.go)
//
// The bytes are a file that somebody hands over, or what a source publishes
// (update.go, package fetch).
//
// Endpoints that are known by name only are kept in a table of their own: flows
// have addresses, and what a name resolves to must be asked inside the network
// that is watched. Dates are kept as the feed states them; how long an entry
// stays valid after it was last seen is for the night to decide, by its
// evidence. So is what negative lists say (negative.go): they are kept apart,
// and applied to all entries by every night.
package feed
