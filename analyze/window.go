package analyze

import (
	"context"
	"encoding/binary"
	"net/netip"
	"strings"

	"minewatch/analyze/engine"
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
