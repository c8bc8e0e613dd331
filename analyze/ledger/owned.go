package ledger

import (
	"math/big"
	"net/netip"
	"slices"
	"time"

	"minewatch/analyze/iprange"
)

// Owned counts the addresses of a prefix, and those of them that some unit has
// on the day, however often its ranges name them.
func Owned(rows []Row, prefix netip.Prefix, day time.Time) (owned, all *big.Int) {
	whole := iprange.OfPrefix(prefix)
	var within []iprange.Range
	for i := range rows {
		r := rows[i].Range
		if !onDay(rows[i].ValidFrom, rows[i].ValidTo, day) || !r.Overlaps(whole) {
			continue
		}
		if r.First.Less(whole.First) {
			r.First = whole.First
		}
		if whole.Last.Less(r.Last) {
			r.Last = whole.Last
		}
		within = append(within, r)
	}
	slices.SortFunc(within, iprange.Range.Compare)
	owned = new(big.Int)
	for i := 0; i < len(within); {
		reach := within[i]
		for i++; i < len(within) && !reach.Last.Less(within[i].First); i++ {
			if reach.Last.Less(within[i].Last) {
				reach.Last = within[i].Last
			}
		}
		owned.Add(owned, size(reach))
	}
	return owned, size(whole)
}

// size is the number of addresses of a range.
func size(r iprange.Range) *big.Int {
	n := new(big.Int).Sub(integer(r.Last), integer(r.First))
	return n.Add(n, big.NewInt(1))
}

func integer(a netip.Addr) *big.Int { return new(big.Int).SetBytes(a.AsSlice()) }
