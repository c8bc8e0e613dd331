package flowscan

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"

	"minewatch/analyze/engine"
)

// Find scans for the feed of a session and builds int_pool_flows of what it
// finds; the counts, if they are asked for, go behind raw_flow_counts. The
// session's variables are those of the same day. Where a file is gone
// meanwhile, the error is engine.ErrGone.
func Find(ctx context.Context, db *engine.DB, o Options) (err error) {
	if err := db.Build(ctx, "int_pool_addresses", "int_pool_ranges"); err != nil {
		return err
	}
	if o.Wanted, err = wantedOf(ctx, db); err != nil {
		return err
	}
	if o.Folder, err = os.MkdirTemp(db.Folder(), "found-"); err != nil {
		return fmt.Errorf("store the flows that are found (see engine.temp_directory): %w", err)
	}
	defer os.RemoveAll(o.Folder) //nolint:errcheck // the session removes what is left
	r, err := Scan(ctx, o)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %w", engine.ErrGone, err)
	}
	if err != nil {
		return engine.Explain(err)
	}
	if o.Counts {
		if err := handCounts(ctx, db, r.Counts); err != nil {
			return err
		}
	}
	// What was found is read before its files are removed.
	if err := errors.Join(db.Read(ctx, "raw_found", r.Found...), db.Build(ctx, "int_pool_flows")); err != nil {
		return err
	}
	return db.Read(ctx, "raw_found")
}

// wantedOf reads the feed.
func wantedOf(ctx context.Context, db *engine.DB) (*Wanted, error) {
	var singles []Address
	err := db.Each(ctx, "select hi, lo from int_pool_addresses", func(rows *sql.Rows) error {
		var a Address
		err := rows.Scan(&a.Hi, &a.Lo)
		singles = append(singles, a)
		return err
	})
	if err != nil {
		return nil, err
	}
	var ranges []Range
	err = db.Each(ctx, "select distinct first_key, last_key from int_pool_ranges", func(rows *sql.Rows) error {
		first, last := new(big.Int), new(big.Int)
		err := rows.Scan(&first, &last)
		ranges = append(ranges, Range{ofKey(first), ofKey(last)})
		return err
	})
	return NewWanted(singles, ranges), err
}

// ofKey is the address that macro ip_key makes a number of.
func ofKey(key *big.Int) Address {
	hi := new(big.Int).Rsh(key, 64)
	lo := new(big.Int).Sub(key, new(big.Int).Lsh(hi, 64))
	return Address{hi.Int64(), int64(lo.Uint64())} //nolint:gosec // a bit pattern
}

// handCounts puts the counts behind their relation.
func handCounts(ctx context.Context, db *engine.DB, list []Count) error {
	var exporters []string
	numbers := make([][]int64, 6)
	for _, c := range list {
		exporters = append(exporters, c.Exporter)
		for i, n := range []int64{int64(c.Hour), c.Flows, c.SamplingRate, c.RateUnknown, c.ClockReplaced, c.OutOfReach} {
			numbers[i] = append(numbers[i], n)
		}
	}
	return db.Hand(ctx, "raw_flow_counts", `select unnest(?::varchar[]) as exporter, unnest(?::bigint[])::integer as hour, unnest(?::bigint[]) as flows,
		unnest(?::bigint[])::integer as sampling_rate, unnest(?::bigint[]) as flows_rate_unknown, unnest(?::bigint[]) as flows_clock_replaced,
		unnest(?::bigint[]) as flows_out_of_reach`, exporters, numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5])
}
