package analyze_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"minewatch/analyze"
	"minewatch/analyze/engine"
)

// BenchmarkQuarter ranks a week and a quarter of 91 nights with about 5,000
// suspects each, of 7,500 hosts that come and go, with their history. The
// flows play no part: there are none. QUARTER_BENCH_LAKE is an empty folder in
// which the nights are kept for the next run.
func BenchmarkQuarter(b *testing.B) {
	lake := cmp.Or(os.Getenv("QUARTER_BENCH_LAKE"), b.TempDir())
	first := analyze.Day("2026-08-17")
	nights, hosts := sizeOf(b, "QUARTER_BENCH_NIGHTS", 91, 7), sizeOf(b, "QUARTER_BENCH_HOSTS", 7500, 1)
	if there, _ := analyze.NightDays(lake); len(there) != nights {
		makeNights(b, lake, first, nights, hosts)
	}
	options := analyze.Options{Lake: lake, Zone: time.UTC, Engine: engine.Options{Threads: 2}, Now: time.Now}
	last := first.Add(nights - 1)

	measure := func(name string, run func() (int, error)) {
		b.Run(name, func(b *testing.B) {
			before, hosts := cpu(), 0
			for b.Loop() {
				var err error
				if hosts, err = run(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(hosts), "hosts")
			b.ReportMetric((cpu()-before)*1000/float64(b.N), "cpu-ms/op")
		})
	}
	measure("history", func() (int, error) {
		hosts, _, err := analyze.History(b.Context(), analyze.HistoryOptions{Options: options, From: last.Add(-6), To: last})
		return len(hosts), err
	})
	for name, from := range map[string]analyze.Day{"rank-week": last.Add(-6), "rank-quarter": first} {
		measure(name, func() (int, error) {
			list, _, err := analyze.Rank(b.Context(), analyze.RankOptions{Options: options, From: from, To: last, By: "score"})
			return len(list), err
		})
	}
}

// sizeOf is the size that a variable of the environment asks for.
func sizeOf(b *testing.B, variable string, otherwise, least int) int {
	b.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return otherwise
	}
	size, err := strconv.Atoi(text)
	if err != nil || size < least {
		b.Fatalf("%s=%s: want a number, %d or more", variable, text, least)
	}
	return size
}

// makeNights publishes made-up nights: two endpoints a host, a hundred active
// slots, two of eight exporters.
func makeNights(b *testing.B, lake string, first analyze.Day, nights, hosts int) {
	b.Helper()
	db, err := engine.Open(b.Context(), engine.Options{Lake: lake, Threads: 2})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	for _, t := range analyze.Thresholds {
		if err := db.Set(b.Context(), t.Name, t.Default); err != nil {
			b.Fatal(err)
		}
	}
	host := "281470681743360 + 167772160 + h"
	var signed []*analyze.Manifest
	for i := range nights {
		day := first.Add(i)
		active := fmt.Sprintf("range(%d) as t(h) where hash(h, %d) %% 3 > 0", hosts, i/10)
		publish(b, db, lake, "contacts", day, fmt.Sprintf(`
			select date '%[1]s' as day, 'host' || h as host, '198.51.100.' || e as pool_address, 3333 as pool_port, 6::smallint as proto,
				'pool' || e as pool, 'XMR' as coin, 'stratum' as role, 'port' as match, 0.0 as days_outside, 90 as confidence, 'none' as shared,
				true as established, true as both_ways, 3 as sessions, 30000.0 as duration_seconds, 20000.0 as longest_session_seconds,
				100 as slots, 9 as hours, timestamptz '%[1]s 01:00:00+00' as first_seen, timestamptz '%[1]s 10:00:00+00' as last_seen,
				100 as records, 1000 as packets_up, 1000 as packets_down, 100000 as bytes_up, 100000 as bytes_down, 0 as records_set_aside,
				1 as max_concurrent, 1 as sampling_rate, '192.0.2.' || h %% 8 || ',192.0.2.' || (h + 1) %% 8 as exporters,
				2 as host_endpoints_1h, 3000.0 as host_median_session_seconds, 500.0 as host_median_session_packets,
				'unit' || h %% 1000 as unit, 'city' || h %% 11 as city, false as nat, 0 as host_hi, %[2]s as host_lo, 0 as pool_hi, 1000 + e as pool_lo,
				range(12, 112) as active_slots, [1, 2, 3] as session_starts_ms, [1000, 2000, 3000] as session_ends_ms
			from (select h from %[3]s) cross join range(2) as u(e)`, day, host, active))
		publish(b, db, lake, "suspects", day, fmt.Sprintf(`
			select date '%[1]s' as day, 'host' || h as host, 'A' as grade, 'persistent' as decided_by, 'unit' || h %% 1000 as unit,
				'city' || h %% 11 as city, '' as sector, '' as county, 0 as host_hi, %[2]s as host_lo,
				'192.0.2.' || h %% 8 || ',192.0.2.' || (h + 1) %% 8 as seen_by, 400000 as answered_bytes
			from %[3]s`, day, host, active))
		publish(b, db, lake, "coverage", day, fmt.Sprintf(`
			select date '%[1]s' as day, '192.0.2.' || e as exporter, hour, 1000 as flows, 1 as sampling_rate, 'whole' as receipt,
				0 as flows_unaccounted, 1000 as records_received, 1000 as records_stored, 0 as records_malformed, 0 as records_disk,
				0 as records_aborted, 0 as records_absent, 0 as records_unread, 0 as records_missed, 100 as datagrams, 0 as datagrams_missed
			from range(8) as t(e) cross join range(24) as u(hour)`, day))
		publishFigures(b, db, lake, day)
		publishWeek(b, db, lake, first, day)
		publishPast(b, db, lake, first, day)
		signed = append(signed, signNight(b, lake, day, signed...))
	}
}

// publishFigures gathers the figures of a made-up night from its contacts, as nights do.
func publishFigures(tb testing.TB, db *engine.DB, lake string, day analyze.Day) {
	tb.Helper()
	ctx := context.Background()
	db.ForgetAll()
	err := errors.Join(
		db.Read(ctx, "raw_contacts", filepath.Join(lake, "contacts", "day="+string(day), "contacts.parquet")), db.Values(ctx, "raw_unfigured", [][]any{{string(day)}}),
		db.Set(ctx, "day", engine.Day(day)), db.Set(ctx, "window_from", engine.Day(day)), db.Set(ctx, "window_to", engine.Day(day)),
		db.Build(ctx, "mart_night_figures"))
	if err != nil {
		tb.Fatal(err)
	}
	commit(tb, db, "mart_night_figures", nightFile(lake, "figures", day))
}

// publishWeek sums the seven days up to a made-up night, as nights do.
func publishWeek(tb testing.TB, db *engine.DB, lake string, first, day analyze.Day) {
	tb.Helper()
	ctx := context.Background()
	var contacts []string
	var days [][]any
	for d := max(first, day.Add(-6)); d <= day; d = d.Add(1) {
		contacts, days = append(contacts, nightFile(lake, "contacts", d)), append(days, []any{string(d)})
	}
	db.ForgetAll()
	err := errors.Join(
		db.Read(ctx, "raw_contacts", contacts...), db.Values(ctx, "raw_unfigured", days),
		db.Read(ctx, "raw_figures"), db.Read(ctx, "raw_week_meetings"), db.Read(ctx, "raw_week_figures"),
		db.Set(ctx, "day", engine.Day(day)), db.Set(ctx, "window_from", engine.Day(day.Add(-6))), db.Set(ctx, "window_to", engine.Day(day)),
		db.Build(ctx, "mart_night_week_meetings", "mart_night_week_figures"))
	if err != nil {
		tb.Fatal(err)
	}
	commit(tb, db, "mart_night_week_meetings", nightFile(lake, "week_meetings", day))
	commit(tb, db, "mart_night_week_figures", nightFile(lake, "week_figures", day))
}

// publishPast makes what a made-up night keeps from what the one before it kept.
func publishPast(tb testing.TB, db *engine.DB, lake string, first, day analyze.Day) {
	tb.Helper()
	ctx := context.Background()
	var past, watched, coverage []string
	if day > first {
		past, watched = []string{nightFile(lake, "past", day.Add(-1))}, []string{nightFile(lake, "watched", day.Add(-1))}
	}
	for d := max(first, day.Add(-6)); d <= day; d = d.Add(1) {
		coverage = append(coverage, nightFile(lake, "coverage", d))
	}
	db.ForgetAll()
	err := errors.Join(
		db.Read(ctx, "raw_past", past...), db.Read(ctx, "raw_watched", watched...), db.Read(ctx, "raw_contacts"), db.Values(ctx, "raw_untold", nil),
		db.Read(ctx, "raw_suspects", nightFile(lake, "suspects", day)), db.Read(ctx, "raw_coverage", coverage...),
		db.Set(ctx, "window_to", engine.Day(day)), db.Build(ctx, "mart_night_past", "mart_night_watched"))
	if err != nil {
		tb.Fatal(err)
	}
	commit(tb, db, "mart_night_past", nightFile(lake, "past", day))
	commit(tb, db, "mart_night_watched", nightFile(lake, "watched", day))
}

func nightFile(lake, table string, day analyze.Day) string {
	return filepath.Join(lake, table, "day="+string(day), table+".parquet")
}

func commit(tb testing.TB, db *engine.DB, relation, path string) {
	tb.Helper()
	staged, err := db.Stage(context.Background(), relation, path)
	if err == nil {
		err = staged.Commit()
	}
	if err != nil {
		tb.Fatal(err)
	}
}

// cpu is what this process has computed, in seconds: on a busy machine the
// clock says little.
func cpu() float64 {
	var used syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	return time.Duration(used.Utime.Nano() + used.Stime.Nano()).Seconds()
}

// signNight writes the manifest of a made-up night, without which nobody believes
// it, behind those of the nights before.
func signNight(tb testing.TB, lake string, day analyze.Day, before ...*analyze.Manifest) *analyze.Manifest {
	tb.Helper()
	m := &analyze.Manifest{Day: day, RunAt: day.Add(1).Start(time.UTC), Feeds: []string{"made-up@1"}, Thresholds: map[string]float64{}}
	var err error
	if m.Queries, err = analyze.QueryHashes(); err != nil {
		tb.Fatal(err)
	}
	for _, t := range analyze.Thresholds {
		m.Thresholds[t.Name] = t.Default
	}
	for _, f := range before[max(0, len(before)-6):] {
		m.History = append(m.History, f.Written[0]) // its contacts
	}
	for _, table := range []string{"contacts", "figures", "suspects", "week_meetings", "week_figures", "coverage", "past", "watched"} {
		path := filepath.Join(table, "day="+string(day), table+".parquet")
		data, err := os.ReadFile(filepath.Join(lake, path))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			tb.Fatal(err)
		}
		m.Written = append(m.Written, analyze.File{Path: filepath.ToSlash(path), Bytes: int64(len(data)), SHA256: analyze.HashOf(data)})
	}
	m.PastOf = analyze.PastOf(append(slices.Clone(before), m))
	text, err := json.Marshal(m)
	folder := filepath.Join(lake, "manifests", "nightly")
	if err = errors.Join(err, os.MkdirAll(folder, 0o750), os.WriteFile(filepath.Join(folder, "day="+string(day)+".json"), text, 0o600)); err != nil {
		tb.Fatal(err)
	}
	return m
}

func publish(tb testing.TB, db *engine.DB, lake, table string, day analyze.Day, rows string) {
	tb.Helper()
	ctx := context.Background()
	raw := "raw_" + table
	if err := db.Read(ctx, raw); err != nil {
		tb.Fatal(err)
	}
	if err := db.Hand(ctx, raw, "select * from "+raw+" union all by name "+rows); err != nil {
		tb.Fatal(err)
	}
	commit(tb, db, raw, nightFile(lake, table, day))
}
