package province

import (
	"encoding/csv"
	"io"
	"net/netip"
	"strconv"
)

// WriteLedger writes the units that registered their ranges, one row a range:
// cidr,unit,sector,city,county,contact,nat.
func (p *Province) WriteLedger(w io.Writer) error {
	c := csv.NewWriter(w)
	rows := [][]string{{"cidr", "unit", "sector", "city", "county", "contact", "nat"}}
	for i := range p.Units {
		u := &p.Units[i]
		if !u.Listed {
			continue
		}
		for _, r := range u.Ranges {
			rows = append(rows, []string{r.String(), u.Name, string(u.Sector), cityNames[u.City], u.County, u.Contact, strconv.FormatBool(u.NAT)})
		}
	}
	return c.WriteAll(rows)
}

// Exclusion is one registered exception: a host that may mine for research.
type Exclusion struct {
	Host               netip.Addr
	Reason, Approver   string
	ValidFrom, Expires string // dates, YYYY-MM-DD
}

// WriteExclusions writes cidr,reason,approver,valid_from,expires.
func WriteExclusions(w io.Writer, list []Exclusion) error {
	c := csv.NewWriter(w)
	rows := [][]string{{"cidr", "reason", "approver", "valid_from", "expires"}}
	for _, e := range list {
		rows = append(rows, []string{netip.PrefixFrom(e.Host, e.Host.BitLen()).String(), e.Reason, e.Approver, e.ValidFrom, e.Expires})
	}
	return c.WriteAll(rows)
}
