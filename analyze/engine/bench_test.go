package engine_test

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"minewatch/analyze"
	"minewatch/analyze/engine"
	"minewatch/analyze/flowscan"
)

// BenchmarkMatch compares the pool match with the least that any engine must
// do for it: reading both address columns, upper and lower halves. Both run in
// turn over a day that the collectors' writer wrote; quote the ratio. With
// NIGHT_BENCH_LAKE it is the day of a lake that is there already, such as a
// compacted one, of 'go run ./ingest/bench/fill'.
func BenchmarkMatch(b *testing.B) {
	lake := os.Getenv("NIGHT_BENCH_LAKE")
	if lake == "" {
		lake = b.TempDir()
		fill(b, "--lake", lake, "--flows", cmp.Or(os.Getenv("NIGHT_BENCH_FLOWS"), "5000000"), "--endpoints", "3000")
	}
	least := math.Inf(1)
	for _, c := range []struct{ endpoints, prefixes int }{{3_000, 0}, {100_000, 0}, {100_000, 10_000}} {
		b.Run(fmt.Sprintf("endpoints=%d/prefixes=%d", c.endpoints, c.prefixes), func(b *testing.B) {
			feed := filepath.Join(b.TempDir(), "feed.csv")
			fill(b, "--feed", feed, "--endpoints", fmt.Sprint(c.endpoints), "--prefixes", fmt.Sprint(c.prefixes))
			db := benchSession(b, lake, feed)
			files, rows := benchFlows(b, db, lake)
			scan, match := math.Inf(1), math.Inf(1)
			for b.Loop() {
				scan = min(scan, timed(b, func() {
					run(b.Context(), b, db, "select sum(src_lo), sum(dst_lo), sum(src_hi), sum(dst_hi) from raw_flows")
				}))
				match = min(match, timed(b, func() {
					db.ForgetBuilt("int_pool_flows")
					if err := flowscan.Find(b.Context(), db, flowscan.Options{Files: files, Start: benchDay, End: benchDay.AddDate(0, 0, 1)}); err != nil {
						b.Fatal(err)
					}
				}))
			}
			found, err := db.Count(b.Context(), "int_pool_flows")
			if err != nil || found == 0 {
				b.Fatalf("%d flows found: %v", found, err)
			}
			least = min(least, match)
			b.ReportMetric(float64(rows)/match/1e6, "Mrows/cpu-s-match")
			b.ReportMetric(float64(rows)/scan/1e6, "Mrows/cpu-s-scan")
			b.ReportMetric(match/scan, "match/scan")
			b.ReportMetric(match/least, "match/least")
			b.ReportMetric(float64(found), "found")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// benchDay is the day that fill makes.
var benchDay = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

// fill runs the program that makes a day of flows, and a feed. It is a program
// because it belongs to the way in, which this package does not know.
func fill(b *testing.B, args ...string) {
	b.Helper()
	out, err := exec.CommandContext(b.Context(), "go", append([]string{"run", "minewatch/ingest/bench/fill"}, args...)...).CombinedOutput()
	if err != nil {
		b.Fatalf("fill %v: %v: %s", args, err, out)
	}
}

func benchSession(b *testing.B, lake, feed string) *engine.DB {
	b.Helper()
	ctx := b.Context()
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
		"day_start_ms": benchDay.UnixMilli(), "day_end_ms": benchDay.AddDate(0, 0, 1).UnixMilli(),
	} {
		if err := db.Set(ctx, name, value); err != nil {
			b.Fatal(err)
		}
	}
	if err := db.Read(ctx, "raw_flows", filepath.Join(lake, "flows", "*", "*", "*.parquet")); err != nil {
		b.Fatal(err)
	}
	for _, raw := range []string{"raw_feed", "raw_negatives", "raw_ttl"} {
		if err := db.Values(ctx, raw, nil); err != nil {
			b.Fatal(err)
		}
	}
	run(b.Context(), b, db, fmt.Sprintf(`insert into raw_feed by name
		select ip as entry_id, 'f' as feed, prefix_first_hi(ip) as first_hi, prefix_first_lo(ip) as first_lo,
			prefix_last_hi(ip) as last_hi, prefix_last_lo(ip) as last_lo, port
		from read_csv('%s')`, feed))
	if err := db.Build(ctx, "int_pool_addresses", "int_pool_ranges"); err != nil {
		b.Fatal(err)
	}
	return db
}

// benchFlows are the flow files of a lake, and how many records they have.
func benchFlows(b *testing.B, db *engine.DB, lake string) (files []string, rows int64) {
	b.Helper()
	files, err := filepath.Glob(filepath.Join(lake, "flows", "*", "*", "*.parquet"))
	if err != nil {
		b.Fatal(err)
	}
	if rows, err = db.Count(b.Context(), "raw_flows"); err != nil {
		b.Fatal(err)
	}
	return files, rows
}

func run(ctx context.Context, tb testing.TB, db *engine.DB, statement string) {
	tb.Helper()
	if err := db.Exec(ctx, statement); err != nil {
		tb.Fatalf("%s: %v", statement, err)
	}
}

// timed is how many seconds of the processor do took: other work on the
// machine changes that less than the time on the wall.
func timed(b *testing.B, do func()) float64 {
	b.Helper()
	before := processorTime(b)
	do()
	return (processorTime(b) - before).Seconds()
}

func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
