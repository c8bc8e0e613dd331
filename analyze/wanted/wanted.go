package wanted

import (
	"context"
	"fmt"
	"maps"
	"math/big"
	"slices"

	"minewatch/analyze/engine"
)

// many is from how many single addresses on the day is looked through first:
// where the scan for all of them takes as long as both together.
const many = 30_000

// Find fills raw_wanted by raw_flows, which is read from files, and by the feed.
func Find(ctx context.Context, db *engine.DB) error {
	if err := db.Build(ctx, "int_pool_addresses", "int_pool_ranges"); err != nil {
		return err
	}
	var addresses, ranges int64
	err := scan(ctx, db, "select (select count(*) from int_pool_addresses), (select count(*) from int_pool_ranges)", &addresses, &ranges)(nil)
	if err != nil {
		return err
	}
	if ranges == 0 && addresses < many {
		return db.Hand(ctx, "raw_wanted", "select hi, lo from int_pool_addresses")
	}
	s, err := newSearch(ctx, db)
	if err != nil {
		return err
	}
	columns := []string{"src_lo", "dst_lo"}
	if s.hasUpper {
		columns = append(columns, "src_hi", "dst_hi")
	}
	if err := db.Stream(ctx, "raw_flows", columns, func(values [][]int64) error {
		s.look(values)
		return nil
	}); err != nil {
		return err
	}
	var singles, his, los []int64
	for lo, met := range s.singles {
		if met {
			singles = append(singles, lo)
		}
	}
	for _, a := range slices.SortedFunc(maps.Keys(s.inRanges), address.compare) {
		his, los = append(his, a.hi), append(los, int64(a.lo)) //nolint:gosec // a bit pattern
	}
	slices.Sort(singles)
	return db.Hand(ctx, "raw_wanted", `select hi, lo from int_pool_addresses
		semi join (select unnest(?::bigint[]) as lo) as met using (lo)
		union select unnest(?::bigint[]), unnest(?::bigint[])`, singles, his, los)
}

// newSearch reads the feed.
func newSearch(ctx context.Context, db *engine.DB) (*search, error) {
	s := &search{singles: map[int64]bool{}, inRanges: map[address]struct{}{}}
	var lo int64
	if err := scan(ctx, db, "select distinct lo from int_pool_addresses", &lo)(func() { s.singles[lo] = false }); err != nil {
		return nil, err
	}
	var first, last any
	err := scan(ctx, db, "select distinct first_key, last_key from int_pool_ranges", &first, &last)(func() {
		s.ranges = append(s.ranges, span{ofKey(first.(*big.Int)), ofKey(last.(*big.Int))})
	})
	s.prepare()
	return s, err
}

// ofKey is the address that macro ip_key makes a number of.
func ofKey(key *big.Int) address {
	hi := new(big.Int).Rsh(key, 64)
	return address{hi.Int64(), new(big.Int).Sub(key, hi.Lsh(hi, 64)).Uint64()}
}

// scan reads rows into the variables and calls each after every one.
func scan(ctx context.Context, db *engine.DB, text string, into ...any) func(each func()) error {
	return func(each func()) error {
		rows, err := db.Query(ctx, text)
		if err != nil {
			return err
		}
		defer rows.Close() //nolint:errcheck // read to the end below
		for rows.Next() {
			if err := rows.Scan(into...); err != nil {
				return fmt.Errorf("read the feed: %w", err)
			}
			if each != nil {
				each()
			}
		}
		return rows.Err()
	}
}
