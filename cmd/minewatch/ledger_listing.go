package main

import (
	"fmt"
	"net/netip"
	"time"

	"minewatch/analyze/ledger"
	"minewatch/analyze/sheet"
	"minewatch/analyze/versions"
)

func ledgerVersions() *listing[keptLedger] {
	return &listing[keptLedger]{
		columns: versionColumns(
			func(v *keptLedger) *versions.Manifest { return &v.Manifest },
			func(v *keptLedger) bool { return v.current },
		),
		brief: []string{"seq", "version", "kind", "current", "imported_at", "entries", "refused", "file"},
		empty: "no ledger was imported yet: see 'minewatch ledger import --help'",
	}
}

func ledgerRanges() *listing[ledger.Row] {
	return &listing[ledger.Row]{
		columns: ledger.Columns,
		brief:   []string{"cidr", "unit", "sector", "city", "county", "contact", "phone", "nat", "valid_from", "valid_to"},
		empty:   "no ranges: import a ledger with 'minewatch ledger import FILE'",
	}
}

func ledgerExclusions() *listing[ledger.Exclusion] {
	return &listing[ledger.Exclusion]{
		columns: ledger.ExclusionColumns,
		brief:   []string{"cidr", "reason", "approver", "valid_from", "expires"},
		empty:   "no exclusions: import them with 'minewatch ledger import --exclusions FILE'",
	}
}

// finding is a row of the ledger or of the exclusions that covers an address
// somebody asked about.
type finding struct {
	address netip.Addr
	outcome string
	why     string
	row     ledger.Row // of an exclusion: its range and window
}

// The outcomes of a lookup.
const (
	outcomeOwner    = "owner"     // this unit answers for the address
	outcomeOuter    = "outer"     // a smaller range decides
	outcomeNotValid = "not_valid" // not on that day
	outcomeUnknown  = "unknown"   // no row decides
	outcomeExcluded = "excluded"  // by a registered decision
)

// findingsOf explains one address: the owner or that there is none, what else
// covers it, and its exclusions.
func findingsOf(a netip.Addr, matches []ledger.Match, excluded []ledger.Exclusion) []finding {
	owned := false
	var found []finding
	for _, m := range matches {
		f := finding{address: a, row: m.Row}
		switch {
		case m.Wins:
			owned = true
			f.outcome, f.why = outcomeOwner, "the smallest range that is valid on the day"
		case !m.OnDay:
			f.outcome, f.why = outcomeNotValid, "not valid on the day"
		default:
			f.outcome, f.why = outcomeOuter, "a smaller range decides"
		}
		found = append(found, f)
	}
	if !owned {
		found = append([]finding{{address: a, outcome: outcomeUnknown, why: "no valid range covers the address"}}, found...)
	}
	for _, e := range excluded {
		found = append(found, finding{
			address: a, outcome: outcomeExcluded,
			why: fmt.Sprintf("%s (approved by %s)", e.Reason, e.Approver),
			row: ledger.Row{Range: e.Range, ValidFrom: e.ValidFrom, ValidTo: e.Expires, Version: e.Version, Line: e.Line},
		})
	}
	return found
}

func ledgerFindings() *listing[finding] {
	text := func(name string, of func(*ledger.Row) string) sheet.Column[finding] {
		return sheet.Value(name, sheet.IsText, func(f *finding) string { return of(&f.row) })
	}
	columns := []sheet.Column[finding]{
		sheet.Value("address", sheet.IsText, func(f *finding) string { return f.address.String() }),
		sheet.Value("outcome", sheet.IsText, func(f *finding) string { return f.outcome }),
		sheet.Value("why", sheet.IsText, func(f *finding) string { return f.why }),
		text("cidr", func(r *ledger.Row) string {
			if !r.Range.First.IsValid() {
				return ""
			}
			return r.Range.String()
		}),
		text("unit", func(r *ledger.Row) string { return r.Unit }),
		text("unit_code", func(r *ledger.Row) string { return r.UnitCode }),
		text("sector", func(r *ledger.Row) string { return r.Sector }),
		text("city", func(r *ledger.Row) string { return r.City }),
		text("county", func(r *ledger.Row) string { return r.County }),
		text("contact", func(r *ledger.Row) string { return r.Contact }),
		text("phone", func(r *ledger.Row) string { return r.Phone }),
		sheet.Value("nat", sheet.IsBool, func(f *finding) string {
			if f.row.Unit == "" {
				return ""
			}
			return fmt.Sprint(f.row.NAT)
		}),
		sheet.Value("nat_pool_size", sheet.IsNumber, func(f *finding) string {
			if f.row.NATPoolSize == 0 {
				return ""
			}
			return fmt.Sprint(f.row.NATPoolSize)
		}),
		text("valid_from", func(r *ledger.Row) string { return dayText(r.ValidFrom) }),
		text("valid_to", func(r *ledger.Row) string { return dayText(r.ValidTo) }),
		text("ledger_version", func(r *ledger.Row) string { return r.Version }),
		sheet.Value("line", sheet.IsNumber, func(f *finding) string {
			if f.row.Line == 0 {
				return ""
			}
			return fmt.Sprint(f.row.Line)
		}),
	}
	return &listing[finding]{
		columns: columns,
		brief:   []string{"address", "outcome", "cidr", "unit", "city", "county", "contact", "phone", "nat", "valid_to", "why"},
	}
}

func dayText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}
