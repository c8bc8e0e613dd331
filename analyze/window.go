package analyze

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"minewatch/analyze/engine"
	"minewatch/analyze/ledger"
)

// setWindow gives the ranked days and the region to the queries. A region is
// "CITY" or "CITY/COUNTY"; "" is everything.
func setWindow(ctx context.Context, db *engine.DB, from, to Day, region string) error {
	city, county, _ := strings.Cut(region, "/")
	for name, value := range map[string]any{
		"window_from":   engine.Day(from),
		"window_to":     engine.Day(to),
		"region_city":   city,
		"region_county": county,
	} {
		if err := db.Set(ctx, name, value); err != nil {
			return err
		}
	}
	return nil
}

// knownRegion is an error for a region that neither the ledger nor a contact
// has: an empty answer would look like a clean region.
func knownRegion(ctx context.Context, db *engine.DB, o *Options, region string) error {
	if region == "" {
		return nil
	}
	known := map[string]bool{}
	add := func(city, county string) {
		known[city] = true
		known[city+"/"+county] = true
	}
	ranges, _, err := ledger.Current(o.Lake, time.Time{})
	if err != nil {
		return err
	}
	if ranges != nil {
		rows, err := ranges.ReadRows()
		if err != nil {
			return err
		}
		for i := range rows {
			add(rows[i].City, rows[i].County)
		}
	}
	err = scanAll(ctx, db, "select distinct coalesce(city, ''), coalesce(county, '') from raw_contacts", func(rows *sql.Rows) error {
		var city, county string
		err := rows.Scan(&city, &county)
		add(city, county)
		return err
	})
	if err != nil || known[region] {
		return err
	}
	var cities []string
	for name := range known {
		if name != "" && !strings.Contains(name, "/") {
			cities = append(cities, name)
		}
	}
	slices.Sort(cities)
	if len(cities) == 0 {
		return fmt.Errorf("no region %s: the ledger names no city; import one with 'minewatch ledger import FILE' and run the nights again", region)
	}
	return fmt.Errorf("no region %s: the ledger and the contacts have %s; a county is written CITY/COUNTY", region, strings.Join(cities, ", "))
}

// bounds are the first and last address of a prefix as signed halves, IPv4
// mapped into IPv6: the form of the lake.
func bounds(p netip.Prefix) (firstHi, firstLo, lastHi, lastLo int64) {
	first := p.Masked().Addr().As16()
	last := first
	length := p.Bits()
	if p.Addr().Is4() {
		length += 96
	}
	for i := length; i < 128; i++ {
		last[i/8] |= 0x80 >> (i % 8)
	}
	half := func(b []byte) int64 { return int64(binary.BigEndian.Uint64(b)) } //nolint:gosec // the bit pattern is kept
	return half(first[:8]), half(first[8:]), half(last[:8]), half(last[8:])
}
