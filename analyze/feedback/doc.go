// Package feedback keeps what was sent to units and what came back.
//
// A notice is an address that a weekly report told a unit about, with the time
// from which its deadlines run. The record of notices only grows: what was sent
// cannot be unsent. A form is the workbook that goes with them; filled in, it
// is imported, each row is compared with the notice that it answers, and every
// import is kept as a version. Of several answers to one notice the one that came
// last counts; what excludes an address, or ends that, is the last one that somebody
// approved.
package feedback
