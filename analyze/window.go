package analyze

import (
	"context"
	"encoding/binary"
	"errors"
	"net/netip"

	"minewatch/analyze/engine"
)

// setWindow gives the ranked days to the queries, without a region, and forgets
// what was built of others.
func setWindow(ctx context.Context, db *engine.DB, from, to Day) error {
	db.ForgetReaders("window_from", "window_to")
	return errors.Join(
		db.Set(ctx, "window_from", engine.Day(from)),
		db.Set(ctx, "window_to", engine.Day(to)),
		setRegion(ctx, db, ""),
	)
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
