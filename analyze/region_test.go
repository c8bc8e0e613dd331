package analyze_test

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"minewatch/analyze"
	"minewatch/analyze/engine"
	"minewatch/analyze/report"
)

// A made-up province of 11 cities with up to 9 counties, "": no owner. Units lie
// in one county, but for every 100th, which has addresses all over.

// makeProvince publishes a night in which the hosts of a day met two pool endpoints
// each, as feeds and a ledger that changed on the last day would have it.
func makeProvince(tb testing.TB, lake string, day analyze.Day, hosts, units int, moved bool) {
	tb.Helper()
	db, err := engine.Open(tb.Context(), engine.Options{Lake: lake, Threads: 2})
	if err != nil {
		tb.Fatal(err)
	}
	defer db.Close()
	for _, t := range analyze.Thresholds {
		if err := db.Set(tb.Context(), t.Name, t.Default); err != nil {
			tb.Fatal(err)
		}
	}
	where := "h % " + strconv.Itoa(units)
	if moved {
		where = "(case when h % 50 = 7 then h + 1 else h end) % " + strconv.Itoa(units)
	}
	host := fmt.Sprintf(`select h, '10.' || (h // 65536) || '.' || (h // 256 %% 256) || '.' || (h %% 256) as host, 281470849515520 + h as host_lo,
		%[1]s as u, case when h %% 97 = 0 then null else 'unit' || u end as unit,
		case when unit is not null then case when u %% 100 = 5 then 'city' || h %% 11 else 'city' || u %% 11 end end as city,
		case when unit is not null then case when u %% 100 = 6 then '' when u %% 100 = 5 then 'county' || h %% 11 || '-' || (h // 11) %% 9
			else 'county' || u %% 11 || '-' || (u // 11) %% 9 end end as county
		from range(%[2]d) as t(h) where hash(h, '%[3]s') %% 10 > 1`, where, hosts, day)
	publish(tb, db, lake, "contacts", day, fmt.Sprintf(`
		select date '%[1]s' as day, host, '198.51.100.' || e as pool_address, case when h %% 10 = 3 then 443 else 3333 end as pool_port, 6::smallint as proto,
			'pool' || e as pool, 'XMR' as coin, 'stratum' as role, 'port' as match, case when h %% 13 = 0 then 10.0 else 0.0 end as days_outside, 90 as confidence, 'none' as shared,
			true as established, true as both_ways, 3 as sessions, 30000.0 as duration_seconds, 20000.0 as longest_session_seconds,
			84 as slots, 7 as hours, timestamptz '%[1]s 01:00:00+00' as first_seen, timestamptz '%[1]s 10:00:00+00' as last_seen,
			100 as records, 1000 as packets_up, 1000 as packets_down, 1000000 + h as bytes_up, 1000000 as bytes_down, 0 as records_set_aside,
			2 as max_concurrent, 1 as sampling_rate, '192.0.2.' || h %% 8 as exporters, '40001,40002' as host_ports, 'made-up' as feed_source, 'made-up@1' as feed_version,
			2 as host_endpoints_1h, 3000.0 as host_median_session_seconds, 500.0 as host_median_session_packets,
			unit, 'school' as sector, city, county, false as nat, 0 as host_hi, host_lo, 0 as pool_hi, 1000 + e as pool_lo,
			range(12 + h %% 100, 96 + h %% 100) as active_slots,
			[epoch_ms(timestamptz '%[1]s 01:00:00+00')] as session_starts_ms, [epoch_ms(timestamptz '%[1]s 08:00:00+00')] as session_ends_ms
		from (%[2]s) cross join range(2) as v(e)`, day, host))
	publish(tb, db, lake, "suspects", day, fmt.Sprintf(`
		select date '%[1]s' as day, host, 'A' as grade, 'persistent' as decided_by, coalesce(unit, '') as unit,
			coalesce(city, '') as city, 'school' as sector, coalesce(county, '') as county, 0 as host_hi, host_lo,
			'192.0.2.' || h %% 8 as seen_by, 4000000 + 2 * h as answered_bytes
		from (%[2]s)`, day, host))
	publish(tb, db, lake, "coverage", day, fmt.Sprintf(`
		select date '%[1]s' as day, '192.0.2.' || e as exporter, hour, 1000 as flows, 1 as sampling_rate, 'whole' as receipt,
			0 as flows_unaccounted, 1000 as records_received, 1000 as records_stored, 0 as records_malformed, 0 as records_disk,
			0 as records_aborted, 0 as records_absent, 0 as records_unread, 0 as records_missed, 100 as datagrams, 0 as datagrams_missed
		from range(8) as t(e) cross join range(24) as u(hour)`, day))
	publishFigures(tb, db, lake, day)
	signNight(tb, lake, day)
}

func provinceWeek(lake string) analyze.WeekOptions {
	return analyze.WeekOptions{Options: analyze.Options{Lake: lake, Zone: time.UTC, Engine: engine.Options{Threads: 2}, Now: time.Now}, Week: "2026-W46"}
}

// eachWeek is Weeks for who looks at one after the other.
func eachWeek(ctx context.Context, o analyze.WeekOptions, look func(*report.Week) error) error {
	return analyze.Weeks(ctx, o, func(week *report.Week) (func() error, error) {
		return func() error { return nil }, look(week)
	})
}

// activeHours sums the map of hours.
func activeHours(week *report.Week) int {
	sum := 0
	for _, h := range week.Hours {
		if h.Hosts != nil {
			sum += *h.Hosts
		}
	}
	return sum
}

// TestRegionsAddUp: what the report of a region says is what the report of
// everything says of the region, this week and last, and the cities and what
// has no owner are everything.
func TestRegionsAddUp(t *testing.T) {
	t.Parallel()
	lake := t.TempDir()
	for i, day := range []analyze.Day{"2026-11-04", "2026-11-05", "2026-11-06", "2026-11-09", "2026-11-10", "2026-11-11", "2026-11-12"} {
		makeProvince(t, lake, day, 500, 20, i == 6)
	}
	var whole *report.Week
	var hostsA, hostsB, lastA, trend, hours int
	lines := map[string]report.Region{}
	homes := map[string]string{} // unit: the region whose folder has it
	err := eachWeek(t.Context(), provinceWeek(lake), func(week *report.Week) error {
		for i, s := range week.Suspects {
			city, county, isCounty := strings.Cut(week.Region, "/")
			if week.Region != "" && s.City != city || isCounty && s.County != county {
				t.Errorf("%s of %s/%s is in the report of %s", s.Host, s.City, s.County, week.Region)
			}
			if i > 0 && s.Rank <= week.Suspects[i-1].Rank || len(s.Evidence) == 0 || len(s.Details) == 0 || s.Status == "" {
				t.Errorf("%s: %s: rank %d, %d reasons, %d details, status %q", week.Region, s.Host, s.Rank, len(s.Evidence), len(s.Details), s.Status)
			}
		}
		if got := week.Total.HostsA + week.Total.HostsB; got != len(week.Suspects) {
			t.Errorf("%s: %d suspects, the headline has %d", week.Region, len(week.Suspects), got)
		}
		for _, u := range week.Units {
			if home, ok := week.Homes[u.Unit]; ok && home == week.Region {
				if before, twice := homes[u.Unit]; twice {
					t.Errorf("%s is in %q and %q", u.Unit, before, home)
				}
				homes[u.Unit] = home
			}
		}
		if week.Region == "" {
			whole = week
			for _, r := range append(week.Cities, week.Counties...) {
				lines[strings.TrimSuffix(r.City+"/"+r.County, "/")] = r
			}
			// The line of what has no county has no report; its name is the city's.
			for _, r := range week.Cities {
				if lines[r.City] = r; r.City != "" && (r.Rank == 0 || r.LastRank == 0) {
					t.Errorf("%s has rank %d, and had %d", r.City, r.Rank, r.LastRank)
				}
			}
			return nil
		}
		line := lines[week.Region]
		if got := week.Total; got.HostsA != line.A || got.HostsB != line.B || got.HostsC != line.C || got.Units != line.Units || int64(got.ActiveHours) != int64(line.Hours) {
			t.Errorf("%s: the headline has %+v, everything's line %+v", week.Region, got, line)
		}
		if !strings.Contains(week.Region, "/") {
			hostsA, hostsB = hostsA+week.Total.HostsA, hostsB+week.Total.HostsB
			lastA += week.Last.HostsA + week.Last.HostsB
			trend += week.Trend[11].Hosts
			hours += activeHours(week)
			if r := week.Cities[0]; r.Rank != 1 || r.LastRank != 1 {
				t.Errorf("%s: alone, it has rank %d, and had %d", week.Region, r.Rank, r.LastRank)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if whole.Total.HostsA == 0 || whole.Total.HostsB == 0 || whole.Total.NoOwner == 0 {
		t.Fatalf("too little to add up: %+v", whole.Total)
	}
	if got, want := hostsA+hostsB+whole.Total.NoOwner, whole.Total.HostsA+whole.Total.HostsB; got != want {
		t.Errorf("the cities and what has no owner are %d suspects, everything is %d", got, want)
	}
	if got, want := lastA+whole.Last.NoOwner, whole.Last.HostsA+whole.Last.HostsB; got != want {
		t.Errorf("last week: the cities and what has no owner are %d suspects, everything is %d", got, want)
	}
	const noOwner = 6 // every 97th of 500, those that the nights suspect and the week does not among them
	if w := whole.Trend[11]; w.Nights != 4 || w.Hosts != trend+noOwner || whole.Trend[10].Nights != 3 || whole.Trend[9].Nights != 0 {
		t.Errorf("the cities' trend has %d suspects, %d have no owner; everything's: %+v", trend, noOwner, whole.Trend[9:])
	}
	if all := activeHours(whole); all <= hours || all > hours+whole.Total.NoOwner*7*24 || len(whole.Hours) != 7*24 {
		t.Errorf("the cities have %d hours of contact, everything %d of %d", hours, all, len(whole.Hours))
	}
	if len(homes) != whole.Total.Units {
		t.Errorf("%d of %d units have a folder", len(homes), whole.Total.Units)
	}
	if homes["unit5"] != "" || homes["unit6"] != "city6" || homes["unit7"] != "city7/county7-0" {
		t.Errorf("units of several cities, of no county and of one are at home in %q, %q and %q", homes["unit5"], homes["unit6"], homes["unit7"])
	}
	const one = "city3/county3-1"
	list, _, err := analyze.Rank(t.Context(), analyze.RankOptions{
		Options: provinceWeek(lake).Options, From: "2026-11-09", To: "2026-11-15", By: "score", Region: one, Grades: "AB",
	})
	if line := lines[one]; err != nil || len(list) == 0 || len(list) != line.A+line.B {
		t.Errorf("rank has %d of %s, the report %+v: %v", len(list), one, line, err)
	}
}

// TestRegionsAlone: a region's folder is the same, byte for byte, whether it was
// written with all others or alone.
func TestRegionsAlone(t *testing.T) {
	t.Parallel()
	lake := t.TempDir()
	for i, day := range []analyze.Day{"2026-11-05", "2026-11-10", "2026-11-11", "2026-11-12"} {
		makeProvince(t, lake, day, 300, 20, i == 3)
	}
	issued := time.Date(2026, 11, 16, 9, 0, 0, 0, time.UTC)
	writer, err := report.NewWriter(report.Chinese, time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	write := func(week *report.Week) (files map[string]string, err error) {
		week.Issue = &report.Issue{NotifiedAt: issued, LocateBy: issued.AddDate(0, 0, 2), ReportBy: issued.AddDate(0, 0, 3)}
		folder := t.TempDir()
		if _, err := writer.Folder(folder, week); err != nil {
			return nil, err
		}
		return filesOf(folder)
	}
	var mutex sync.Mutex
	together, homes := map[string]map[string]string{}, map[string]map[string]string{}
	if err := analyze.Weeks(t.Context(), provinceWeek(lake), func(week *report.Week) (func() error, error) {
		homes[week.Region] = week.Homes
		return func() error {
			files, err := write(week)
			mutex.Lock()
			defer mutex.Unlock()
			together[week.Region] = files
			return err
		}, nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, region := range []string{"", "city3", "city4/county4-0", "city5/county5-0", "city6"} {
		o := provinceWeek(lake)
		o.Region = region
		alone, err := analyze.Week(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		alone.Homes = homes[region] // alone, it tells every unit
		got, err := write(alone)
		if err != nil {
			t.Fatal(err)
		}
		if !maps.Equal(got, together[region]) || len(got) < 15 {
			for name := range together[region] {
				if got[name] != together[region][name] {
					t.Errorf("%q: %s differs", region, name)
				}
			}
			t.Errorf("%q: %d files alone, %d with the others", region, len(got), len(together[region]))
		}
	}
}

// filesOf reads a folder: path within it, content.
func filesOf(folder string) (map[string]string, error) {
	files := map[string]string{}
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		files[strings.TrimPrefix(path, folder)] = string(data)
		return err
	})
	return files, err
}

// BenchmarkRegions writes the reports of everything, 11 cities and their 99
// counties, of 50,000 suspects in 3,000 units, with notices and forms. The week
// before has as many.
func BenchmarkRegions(b *testing.B) {
	hosts := 50_000
	if n, err := strconv.Atoi(os.Getenv("REGIONS_BENCH_HOSTS")); err == nil {
		hosts = n
	}
	lake := os.Getenv("REGIONS_BENCH_LAKE")
	if lake == "" {
		lake = b.TempDir()
	}
	if nights, err := analyze.NightDays(lake); err != nil {
		b.Fatal(err)
	} else if len(nights) == 0 {
		for i := range 14 {
			makeProvince(b, lake, analyze.Day("2026-11-02").Add(i), hosts, hosts*3/50, i > 10)
		}
	}
	for b.Loop() {
		before, start, gather := cpu(), time.Now(), time.Duration(0)
		out, suspects, regions := b.TempDir(), 0, -1
		var folders report.RegionFolders
		writer, err := report.NewWriter(report.Chinese, time.UTC)
		if err != nil {
			b.Fatal(err)
		}
		err = analyze.Weeks(b.Context(), provinceWeek(lake), func(week *report.Week) (func() error, error) {
			if regions++; regions == 0 {
				suspects, gather = len(week.Suspects), time.Since(start)
			}
			at := week.To.AddDate(0, 0, 1)
			week.Issue = &report.Issue{NotifiedAt: at, LocateBy: at.AddDate(0, 0, 2), ReportBy: at.AddDate(0, 0, 3)}
			folder := filepath.Join(out, folders.Of(week.Region))
			return func() error {
				written := time.Now()
				_, err := writer.Folder(folder, week)
				if os.Getenv("MINEWATCH_BENCH_VERBOSE") != "" {
					b.Logf("%8s since the start, %8s of it to write %q: %d suspects", time.Since(start).Round(time.Millisecond), time.Since(written).Round(time.Millisecond), week.Region, len(week.Suspects))
				}
				return err
			}, nil
		})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(suspects), "suspects")
		b.ReportMetric(float64(regions), "regions")
		b.ReportMetric(gather.Seconds(), "s-to-grade")
		b.ReportMetric(cpu()-before, "cpu-s/op")
		var used syscall.Rusage
		_ = syscall.Getrusage(syscall.RUSAGE_SELF, &used)
		b.ReportMetric(float64(used.Maxrss)/1024, "MB-peak")
	}
}
