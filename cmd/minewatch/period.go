package main

import "minewatch/analyze"

// parsePeriod reads --from and --to over what stands in first and last; empty
// leaves what stands there.
func parsePeriod(from, to string, first, last *analyze.Day) (err error) {
	if from != "" {
		if *first, err = analyze.ParseDay(from); err != nil {
			return usageErrorf("--from: %w", err)
		}
	}
	if to != "" {
		if *last, err = analyze.ParseDay(to); err != nil {
			return usageErrorf("--to: %w", err)
		}
	}
	return checkPeriod(*first, *last)
}

// checkPeriod refuses a period that ends before it begins; an end that is not
// stated is none.
func checkPeriod(first, last analyze.Day) error {
	if first != "" && last != "" && last < first {
		return usageErrorf("the period ends on %s, before it begins on %s", last, first)
	}
	return nil
}
