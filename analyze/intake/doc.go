// Package intake reads the tables that people send in: pool feeds, address
// ledgers, lists of exclusions.
//
// Such files come from many hands. Decode takes the byte order mark off and
// says what to do with a file that is no text. A Table is a CSV with a
// header, whose columns may have other names than ours, in any order; what it
// does not know it names and ignores. A row that cannot be used becomes a
// Reject, with its line and a reason that its author understands, and the
// next row is read. Nothing is guessed.
package intake
