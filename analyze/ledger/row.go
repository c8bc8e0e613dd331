package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"slices"
	"strings"
	"time"

	"minewatch/analyze/iprange"
	"minewatch/analyze/sheet"
)

// Row is a range of addresses and who answers for it. Text that is not known
// is empty, a time that is not known is zero: valid without a bound.
type Row struct {
	ID                 string // the same range of the same unit has the same in every version
	Range              iprange.Range
	Unit, UnitCode     string
	Sector             string // one of Sectors
	City, County       string
	AdminCode          string // of the county: GB/T 2260
	Contact, Phone     string
	NAT                bool // a gateway: the devices are behind it
	NATPoolSize        int  // addresses of the pool that the range belongs to; 0 = unknown
	ValidFrom, ValidTo time.Time
	Version            string
	Line               int // of the original
}

// Columns are the columns of ranges.csv, in order.
var Columns = slices.Concat(
	[]sheet.Column[Row]{
		sheet.Text("range_id", func(r *Row) *string { return &r.ID }),
	},
	sheet.Addresses("cidr", func(r *Row) *iprange.Range { return &r.Range }),
	[]sheet.Column[Row]{
		sheet.Text("unit", func(r *Row) *string { return &r.Unit }),
		sheet.Text("unit_code", func(r *Row) *string { return &r.UnitCode }),
		sheet.Text("sector", func(r *Row) *string { return &r.Sector }),
		sheet.Text("city", func(r *Row) *string { return &r.City }),
		sheet.Text("county", func(r *Row) *string { return &r.County }),
		sheet.Text("admin_code", func(r *Row) *string { return &r.AdminCode }),
		sheet.Text("contact", func(r *Row) *string { return &r.Contact }),
		sheet.Text("phone", func(r *Row) *string { return &r.Phone }),
		sheet.Bool("nat", func(r *Row) *bool { return &r.NAT }),
		sheet.Calendar("valid_from", func(r *Row) *time.Time { return &r.ValidFrom }),
		sheet.Calendar("valid_to", func(r *Row) *time.Time { return &r.ValidTo }),
		sheet.Text("ledger_version", func(r *Row) *string { return &r.Version }),
		sheet.Number("line", func(r *Row) *int { return &r.Line }),
		sheet.Number("nat_pool_size", func(r *Row) *int { return &r.NATPoolSize }),
	},
)

// identify sets the ID: 64 bits of a hash.
func (r *Row) identify() {
	sum := sha256.Sum256([]byte(strings.Join([]string{r.Range.String(), r.Unit, r.ValidFrom.Format(time.DateTime)}, "|")))
	r.ID = hex.EncodeToString(sum[:8])
}

// Exclusion is a range whose hosts are never suspects, by somebody's decision
// and until a day.
type Exclusion struct {
	Range              iprange.Range
	Reason, Approver   string
	ValidFrom, Expires time.Time
	Version            string
	Line               int // of the original
}

// ExclusionColumns are the columns of exclusions.csv, in order.
var ExclusionColumns = slices.Concat(
	sheet.Addresses("cidr", func(e *Exclusion) *iprange.Range { return &e.Range }),
	[]sheet.Column[Exclusion]{
		sheet.Text("reason", func(e *Exclusion) *string { return &e.Reason }),
		sheet.Text("approver", func(e *Exclusion) *string { return &e.Approver }),
		sheet.Calendar("valid_from", func(e *Exclusion) *time.Time { return &e.ValidFrom }),
		sheet.Calendar("expires", func(e *Exclusion) *time.Time { return &e.Expires }),
		sheet.Text("ledger_version", func(e *Exclusion) *string { return &e.Version }),
		sheet.Number("line", func(e *Exclusion) *int { return &e.Line }),
	},
)

// onDay says whether the span from..to has a moment of the day. Zero is no bound.
func onDay(from, to, day time.Time) bool {
	return from.Before(day.AddDate(0, 0, 1)) && (to.IsZero() || !to.Before(day))
}

// Match is a row that covers an address.
type Match struct {
	Row   Row
	OnDay bool // it was valid on the day
	Wins  bool // of the valid ones it is the smallest: the address is this unit's
}

// Lookup returns the rows that cover a, the smallest range first, which is
// the order in which they win. A day is midnight in the ledger's calendar.
func Lookup(rows []Row, a netip.Addr, day time.Time) []Match {
	var matches []Match
	for _, r := range rows {
		if r.Range.Contains(a) {
			matches = append(matches, Match{Row: r, OnDay: onDay(r.ValidFrom, r.ValidTo, day)})
		}
	}
	slices.SortStableFunc(matches, func(a, b Match) int {
		if c := a.Row.Range.CompareSize(b.Row.Range); c != 0 {
			return c
		}
		return strings.Compare(a.Row.ID, b.Row.ID)
	})
	if i := slices.IndexFunc(matches, func(m Match) bool { return m.OnDay }); i >= 0 {
		matches[i].Wins = true
	}
	return matches
}

// Excluded returns the exclusions that cover a on the day.
func Excluded(list []Exclusion, a netip.Addr, day time.Time) []Exclusion {
	var found []Exclusion
	for _, e := range list {
		if e.Range.Contains(a) && onDay(e.ValidFrom, e.Expires, day) {
			found = append(found, e)
		}
	}
	return found
}
