package engine_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"minewatch/analyze"
	"minewatch/analyze/engine"
)

// benchRows is a day of flows that a laptop can make in seconds. The figures
// are per row; that they stay so at a billion rows is a bench of its own.
const benchRows = 10_000_000

// BenchmarkMatch compares the pool match with the least that any engine must
// do for it: reading both address columns. Both run over the same files in
// turn; quote the ratio.
func BenchmarkMatch(b *testing.B) {
	lake := b.TempDir()
	makeDay(b, lake)
	for _, endpoints := range []int{3_000, 100_000} {
		b.Run(fmt.Sprintf("endpoints=%d", endpoints), func(b *testing.B) {
			db := benchSession(b, lake, endpoints)
			ctx := context.Background()
			for b.Loop() {
				scan := timed(b, func() {
					run(ctx, b, db, "select sum(src_lo), sum(dst_lo), sum(src_hi), sum(dst_hi) from raw_flows")
				})
				match := timed(b, func() {
					db.ForgetBuilt("int_pool_flows")
					if err := db.Build(ctx, "int_pool_flows"); err != nil {
						b.Fatal(err)
					}
				})
				b.ReportMetric(benchRows/match/1e6, "Mrows/s-match")
				b.ReportMetric(benchRows/scan/1e6, "Mrows/s-scan")
				b.ReportMetric(match/scan, "match/scan")
			}
		})
	}
}

// makeDay writes a day of random flows, one in 10,000 with a listed address.
func makeDay(b *testing.B, lake string) {
	b.Helper()
	db := benchSession(b, "", 0)
	ctx := context.Background()
	run(ctx, b, db, "set threads = 2")
	for part := range 10 {
		run(ctx, b, db, fmt.Sprintf(`copy (
			select
				make_timestamptz(1000000000000000 + i * 8640) as received_at,
				make_timestamptz(1000000000000000 + i * 8640) as started_at,
				make_timestamptz(1000000000000000 + i * 8640 + 500000) as ended_at,
				0::bigint as src_hi, 281470681743360 + 167772160 + (hash(i) %% 16000000)::bigint as src_lo,
				0::bigint as dst_hi,
				case when i %% 10000 = 0 then 281470681743360 + 3323068416 + (hash(i + 2) %% 3000)::bigint
					else 281470681743360 + (hash(i + 1) %% 3000000000)::bigint end as dst_lo,
				(hash(i + 3) %% 60000)::integer as src_port, 443::integer as dst_port, 6::smallint as proto, 24::smallint as tcp_flags,
				(hash(i + 4) %% 100000)::bigint as bytes, (hash(i + 4) %% 100)::bigint as packets, 1::integer as sampling_rate,
				'192.0.2.1' as exporter, 'exporter' as time_source
			from range(%d, %d) as t(i)
		) to '%s' (format parquet, parquet_version v2, compression zstd)`,
			part*benchRows/10, (part+1)*benchRows/10, filepath.Join(lake, fmt.Sprintf("%02d.parquet", part))))
	}
}

func benchSession(b *testing.B, lake string, endpoints int) *engine.DB {
	b.Helper()
	ctx := context.Background()
	db, err := engine.Open(ctx, engine.Options{Lake: lake, Threads: 2})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	for _, th := range analyze.Thresholds {
		if err := db.Set(ctx, th.Name, th.Default); err != nil {
			b.Fatal(err)
		}
	}
	for name, value := range map[string]int64{
		"day_start_ms": 1_000_000_000_000, "day_end_ms": 1_000_086_400_000,
	} {
		if err := db.Set(ctx, name, value); err != nil {
			b.Fatal(err)
		}
	}
	if lake != "" {
		if err := db.Read(ctx, "raw_flows", filepath.Join(lake, "*.parquet")); err != nil {
			b.Fatal(err)
		}
	}
	for _, raw := range []string{"raw_feed", "raw_negatives", "raw_ttl"} {
		if err := db.Values(ctx, raw, nil); err != nil {
			b.Fatal(err)
		}
	}
	run(ctx, b, db, fmt.Sprintf(`insert into raw_feed by name
		select 'e' || i as entry_id, 'f' as feed, 0::bigint as first_hi, 281470681743360 + 3323068416 + i as first_lo,
			0::bigint as last_hi, 281470681743360 + 3323068416 + i as last_lo, 3333 as port
		from range(%d) as t(i)`, endpoints))
	if err := db.Build(ctx, "int_pool_addresses", "int_pool_ranges"); err != nil {
		b.Fatal(err)
	}
	return db
}

func run(ctx context.Context, tb testing.TB, db *engine.DB, statement string) {
	tb.Helper()
	if err := db.Exec(ctx, statement); err != nil {
		tb.Fatalf("%s: %v", statement, err)
	}
}

// timed is how long do took, in seconds.
func timed(b *testing.B, do func()) float64 {
	b.Helper()
	started := time.Now()
	do()
	return time.Since(started).Seconds()
}
