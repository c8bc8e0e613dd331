// Package week writes a whole generated week: captures, feed, ledger, truth.
//
// Run shows the order. Planted hosts are played first, for the whole week;
// then day by day the background is drawn and every router's records of the day
// are sorted by export time and packed into its capture file, so that memory
// holds the planted records and one day.
package week
