package analyze

import (
	"context"
	"errors"
	"math/big"
	"net/netip"
	"slices"
	"time"

	"minewatch/analyze/ledger"
	"minewatch/analyze/report"
)

// PrefixCoverage is how far the ledger answers for an internal prefix.
type PrefixCoverage struct {
	Prefix         netip.Prefix // not valid: what lies in none of them
	Addresses      *big.Int     // nil where there is no prefix
	Owned          *big.Int     // of Addresses, by some unit on the last day of the window
	Suspects       int          // hosts of grade A, B or C within the window
	WithoutAnOwner int
}

// LedgerCoverage is how far the ledger answers for the internal prefixes and
// for the suspects of a window.
type LedgerCoverage struct {
	Prefixes []PrefixCoverage
	Suspects []report.Suspect // that no unit owned on their last day of contact, as their nights say
	All      int              // suspects of the window
	Scope    Scope            // without nights where none was run
	Day      Day              // for which the addresses were counted
}

// CoverLedger compares the ledger with the internal prefixes and with the
// suspects of a window. Without a night it compares with the prefixes alone,
// as of today.
func CoverLedger(ctx context.Context, o RankOptions) (*LedgerCoverage, error) {
	c := &LedgerCoverage{Day: DayOf(o.Now(), o.Zone)}
	o.By, o.Grades = "score", "ABC"
	suspects, scope, err := Rank(ctx, o)
	switch {
	case errors.Is(err, ErrNoNights):
	case err != nil:
		return nil, err
	default:
		c.Scope, c.Day = scope, scope.To
	}
	ranges, _, err := ledger.Current(o.Lake, time.Time{})
	if err != nil {
		return nil, err
	}
	var rows []ledger.Row
	if ranges != nil {
		if rows, err = ranges.ReadRows(); err != nil {
			return nil, err
		}
	}
	for _, p := range o.Internal {
		owned, all := ledger.Owned(rows, p, c.Day.Start(time.UTC))
		c.Prefixes = append(c.Prefixes, PrefixCoverage{Prefix: p, Addresses: all, Owned: owned})
	}
	c.place(suspects)
	return c, nil
}

// place counts the suspects into the prefixes that they lie in.
func (c *LedgerCoverage) place(suspects []report.Suspect) {
	c.All = len(suspects)
	var elsewhere PrefixCoverage
	for _, s := range suspects {
		missing := 0
		if s.Unit == "" {
			missing = 1
			c.Suspects = append(c.Suspects, s)
		}
		host, err := netip.ParseAddr(s.Host)
		within := func(p PrefixCoverage) bool { return err == nil && p.Prefix.Contains(host.Unmap()) }
		if !slices.ContainsFunc(c.Prefixes, within) {
			elsewhere.Suspects++
			elsewhere.WithoutAnOwner += missing
		}
		for i := range c.Prefixes {
			if p := &c.Prefixes[i]; within(*p) {
				p.Suspects++
				p.WithoutAnOwner += missing
			}
		}
	}
	if elsewhere.Suspects > 0 {
		c.Prefixes = append(c.Prefixes, elsewhere)
	}
}
