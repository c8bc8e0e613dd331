package engine_test

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"minewatch/analyze"
	"minewatch/analyze/engine"
	"minewatch/analyze/feed"
)

// BenchmarkHunt compares a hunt with the night of the same day. The day has
// HUNT_BENCH_ROWS flows (10 million) of 30 million internal addresses: most are
// of the web, a tenth are probes, a tenth meet services on other ports, from
// everybody's to a peer's, and one in 50 is of a host that stays with a rare
// endpoint. With HUNT_BENCH_LAKE the lake is made there and kept, so that
// memory can be measured by running the program on it.
func BenchmarkHunt(b *testing.B) {
	rows, lake := 10_000_000, b.TempDir()
	if n, err := strconv.Atoi(os.Getenv("HUNT_BENCH_ROWS")); err == nil {
		rows = n
	}
	if kept := os.Getenv("HUNT_BENCH_LAKE"); kept != "" {
		lake = kept
	}
	if _, err := os.Stat(filepath.Join(lake, "flows")); err != nil {
		makeHuntLake(b, lake, rows)
	}
	zone := time.FixedZone("", 0)
	options := analyze.Options{
		Lake: lake, Zone: zone, Internal: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("100.0.0.0/8")},
		TTLDays: map[string]int{"default": 30}, Now: time.Now,
		Engine: engine.Options{Threads: 2, MemoryLimit: "2GB"},
	}
	for b.Loop() {
		night := timed(b, func() {
			if _, err := analyze.Night(b.Context(), options, "2001-09-09"); err != nil {
				b.Fatal(err)
			}
		})
		hunt := timed(b, func() {
			finds, scope, err := analyze.Hunt(b.Context(), analyze.HuntOptions{
				Options: options, From: "2001-09-09", To: "2001-09-09", IgnorePorts: []int{53, 80, 443},
			})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(scope.Endpoints), "endpoints")
			b.ReportMetric(float64(len(finds)), "finds")
		})
		b.ReportMetric(float64(rows)/hunt/1e6, "Mrows/s-hunt")
		b.ReportMetric(float64(rows)/night/1e6, "Mrows/s-night")
		b.ReportMetric(hunt/night, "hunt/night")
	}
}

// makeHuntLake writes one file an hour, with the times of that hour.
func makeHuntLake(b *testing.B, lake string, rows int) {
	b.Helper()
	ctx := b.Context()
	db, err := engine.Open(ctx, engine.Options{Threads: 2})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	day := time.Date(2001, 9, 9, 0, 0, 0, 0, time.UTC)
	for hour := range 24 {
		from, to := rows/24*hour, rows/24*(hour+1)
		path := filepath.Join(lake, "flows", "date=2001-09-09", fmt.Sprintf("hour=%02d", hour), "bench.parquet")
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			b.Fatal(err)
		}
		run(ctx, b, db, fmt.Sprintf(`copy (
			with
			drawn as (
				select
					i,
					case when i %% 50 = i // 1000000 %% 2 then 'lasting' when i %% 50 <= 6 then 'probe' when i %% 50 <= 11 then 'other' else 'web' end as kind,
					%d + (i - %d) * %d // %d as started_ms,
					281470681743360 + case when hash(i) %% 2 = 0 then 167772160 else 1677721600 end + (hash(i + 1) %% 15000000)::bigint as host,
					hash(i + 2) as h, hash(i + 3) as g
				from range(%d, %d) as t(i)
			),
			paired as (
				select
					i, kind, started_ms, h, g,
					-- 20,000 hosts stay with an endpoint of their own.
					case when kind = 'lasting' then 281470681743360 + 167772160 + 700 * (i // 50 %% 20000) else host end as host,
					32768 + g %% 28000 as host_port,
					281470681743360 + case kind
						when 'lasting' then 3405803776 + i // 50 %% 20000
						when 'probe' then 3000000000 + h %% 1000000
						when 'other' then 2200000000 + (pow((h %% 1000000) / 1000000.0, 4) * 5000000)::bigint
						else 1800000000 + (pow((h %% 1000000) / 1000000.0, 3) * 2000000)::bigint end::bigint as peer,
					case kind when 'lasting' then 3333 when 'probe' then 40000 + g %% 20000 when 'other' then 1024 + h %% 8 * 1000 else 443 end as port
				from drawn
			)
			select
				make_timestamptz(started_ms * 1000) as received_at, make_timestamptz(started_ms * 1000) as started_at,
				make_timestamptz((started_ms + g %% 45000)::bigint * 1000) as ended_at,
				0::bigint as src_hi, case when i %% 2 = 0 and kind <> 'probe' then host else peer end::bigint as src_lo,
				0::bigint as dst_hi, case when i %% 2 = 0 and kind <> 'probe' then peer else host end::bigint as dst_lo,
				case when i %% 2 = 0 and kind <> 'probe' then host_port else port end::integer as src_port,
				case when i %% 2 = 0 and kind <> 'probe' then port when kind = 'probe' then 23 else host_port end::integer as dst_port,
				6::smallint as proto, case when kind = 'probe' then 2 else 24 end::smallint as tcp_flags,
				case when kind = 'lasting' then 9000 else g %% 100000 + 60 end::bigint as bytes,
				case when kind = 'lasting' then 60 else g %% 90 + 1 end::bigint as packets,
				1::integer as sampling_rate, '192.0.2.1' as exporter, 0::bigint as "domain", 'netflow9' as format, 'exporter' as time_source
			from paired
		) to '%s' (format parquet, parquet_version v2, compression zstd)`,
			day.Add(time.Duration(hour)*time.Hour).UnixMilli(), from, 3_600_000, rows/24, from, to, path))
	}
	// One listed endpoint, so that there is a night.
	text := "ip,port,last_seen,confidence,evidence\n203.0.113.1,3333,2001-09-09,90,probe_up\n"
	if _, err := feed.Import(lake, feed.Input{File: "pools.csv", Data: []byte(text)}, feed.Options{Now: time.Now}); err != nil {
		b.Fatal(err)
	}
}
