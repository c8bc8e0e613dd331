// Package ledger keeps which unit owns which addresses, and which addresses
// are excluded by a registered decision.
//
// A ledger is a CSV of address ranges, as units or operators fill it in, often
// in Chinese. It is judged as a whole: ranges may lie inside of each other, and
// the smaller one wins; but two units that claim the same address with the
// same right at the same time are refused, both, because a notice to the
// wrong unit is worse than an address without one. An exclusion is refused without its
// reason, its approver and the day on which it ends.
//
// Only the newest ledger and the newest exclusions are in effect: an import
// replaces what was there. Days are days of the site, as its people write
// them, without a time zone.
package ledger
