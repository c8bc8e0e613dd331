package analyze_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"minewatch/analyze"
	"minewatch/analyze/report"
	"minewatch/queries"
)

// receipt is what a collector tells of an exporter's hour, which is
// 2026-11-10 08:00 of Asia/Shanghai unless another is named.
type receipt struct {
	exporter                           string
	hour                               string // UTC
	stored, disk, missed, missedGrams  int
	datagrams, kernel, notAllowed, bad int
}

// storeReceipts writes them as one file of the hour.
func storeReceipts(t *testing.T, o analyze.Options, list ...receipt) {
	t.Helper()
	q, err := queries.All()
	if err != nil {
		t.Fatal(err)
	}
	statements := []string{"create table receipts as " + q["raw_receipts"].SQL}
	for _, r := range list {
		if r.hour == "" {
			r.hour = "2026-11-10 00:00"
		}
		statements = append(statements, fmt.Sprintf(`insert into receipts by name select %s::timestamptz as hour_at, %s as exporter,
			%d as datagrams, %[3]d - %[4]d as datagrams_decoded, %[4]d as datagrams_not_allowed, %d as datagrams_kernel,
			%d as records, %d as records_stored, %d as records_disk, %d as missed_records, %d as missed_datagrams`,
			quote(r.hour), quote(r.exporter), r.datagrams, r.notAllowed, r.kernel,
			r.stored+r.disk+r.bad, r.stored, r.disk, r.missed, r.missedGrams))
	}
	var nullable []string
	for _, c := range q["raw_receipts"].Columns {
		if c.Type == "bigint" && !strings.HasPrefix(c.Name, "clock_ahead") {
			nullable = append(nullable, fmt.Sprintf("coalesce(%s, 0)::bigint as %[1]s", c.Name))
		}
	}
	statements = append(statements, fmt.Sprintf(`copy (select * replace (%s), strftime(hour_at, '%%Y-%%m-%%d') as date, strftime(hour_at, '%%H') as hour from receipts)
		to %s (format parquet, partition_by (date, hour), overwrite_or_ignore, filename_pattern 'collector-{i}')`,
		strings.Join(nullable, ", "), quote(filepath.Join(o.Lake, "receipts"))))
	exec(t, statements...)
}

// TestNightCoverage: each kind of loss comes from the receipts into the
// night's own account.
func TestNightCoverage(t *testing.T) {
	o := options(t)
	importFeed(t, o)
	hour := "2026-11-10 08:00"
	store(t, o, "a",
		talk{host: "10.0.0.1", pool: "198.18.0.1", port: 3333, from: hour, hours: 1, step: 60, exporter: "192.0.2.1", flags: 24},
		talk{host: "10.0.0.1", pool: "198.18.0.1", port: 3333, from: hour, hours: 1, step: 60, exporter: "192.0.2.2", flags: 24},
		talk{host: "10.0.0.1", pool: "198.18.0.1", port: 3333, from: hour, hours: 1, step: 60, exporter: "192.0.2.3", flags: 24},
		talk{host: "10.0.0.1", pool: "198.18.0.1", port: 3333, from: hour, hours: 1, step: 60, exporter: "192.0.2.4", flags: 24})
	storeReceipts(t, o,
		receipt{exporter: "192.0.2.1", stored: 120, datagrams: 60, missedGrams: 5}, // two records a datagram
		receipt{exporter: "192.0.2.2", stored: 120, datagrams: 60, disk: 7, missed: 3},
		receipt{exporter: "192.0.2.3", stored: 100, datagrams: 50},         // killed later
		receipt{exporter: "192.0.2.4", stored: 120, datagrams: 60, bad: 1}, // does not add up
		receipt{exporter: "", datagrams: 9, kernel: 4, notAllowed: 9})
	got := nights(t, o, "2026-11-10")[0].Coverage
	percent := 100 * 340.0 / (340 + 7 + 3 + 10)
	want := report.Coverage{
		Flows: 480, Received: 347, Stored: 340, Disk: 7, Missed: 13, Unaccounted: 140, Estimate: true, NotAllowed: 9,
		SilentHours: 4 * 15, FaultyReceipts: 1, Percent: &percent,
		Exporters: 4, Expected: 4, Short: 4, ShortExporters: []string{"192.0.2.4", "192.0.2.1", "192.0.2.2", "192.0.2.3"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("coverage (-want +got):\n%s", diff)
	}
}

// around is one exporter around the clock on two days, complete by its
// receipts on the first.
func around(t *testing.T, o analyze.Options) {
	t.Helper()
	var receipts []receipt
	for _, day := range []string{"2026-11-09", "2026-11-10"} {
		store(t, o, day, talk{host: "10.0.0.1", pool: "198.18.0.1", port: 3333, from: day + " 00:00", hours: 24, step: 600, exporter: "192.0.2.1", flags: 24})
	}
	for h := range 24 {
		at := fmt.Sprintf("2026-11-%02d %02d:00", 8+(h+16)/24, (h+16)%24)
		receipts = append(receipts, receipt{exporter: "192.0.2.1", hour: at, stored: 12, datagrams: 12})
	}
	storeReceipts(t, o, receipts...)
	importFeed(t, o)
}

// TestWeekCoverage: a day is covered or it is not, and the ranking and the
// week say which.
func TestWeekCoverage(t *testing.T) {
	t.Parallel()
	o := options(t)
	around(t, o)
	list := nights(t, o, "2026-11-09", "2026-11-10")
	if c := list[0].Coverage; !c.Covered || *c.Percent != 100 || c.SilentHours != 0 || c.Unaccounted != 0 {
		t.Errorf("a whole day: %+v", c)
	}
	if c := list[1].Coverage; c.Covered || c.Percent != nil || c.Unaccounted != 288 {
		t.Errorf("a day without receipts: %+v", c)
	}
	_, scope, err := analyze.Rank(t.Context(), analyze.RankOptions{Options: o, By: "score"})
	if err != nil {
		t.Fatal(err)
	}
	if c := scope.Coverage; c.Nights != 2 || c.NightsCovered != 1 || c.Stored != 288 || c.Unaccounted != 288 || *c.Percent != 100 {
		t.Errorf("rank: %+v", c)
	}
	week, err := analyze.Week(t.Context(), analyze.WeekOptions{Options: o, Week: "2026-W46"})
	if err != nil {
		t.Fatal(err)
	}
	var days []string
	for _, e := range week.Exporters {
		days = append(days, fmt.Sprint(e.Day.Format("02"), " ", e.Exporter, " ", e.Hours, " ", e.Covered))
	}
	if diff := cmp.Diff([]string{"09 192.0.2.1 24 true", "10 192.0.2.1 24 false"}, days); diff != "" {
		t.Errorf("week (-want +got):\n%s", diff)
	}
	if week.Coverage.NightsCovered != 1 || !week.Days[0].Covered || week.Days[1].Covered || week.Days[2].Covered || week.MinCoverage != 99 {
		t.Errorf("week: %+v, days %+v", week.Coverage, week.Days[:3])
	}
}

// TestOldCoverage: a night of an older program, whose coverage lacks the
// columns of the receipts, is readable beside new ones, and not covered.
func TestOldCoverage(t *testing.T) {
	t.Parallel()
	o := options(t)
	around(t, o)
	nights(t, o, "2026-11-09", "2026-11-10")
	path := filepath.Join(o.Lake, "coverage", "day=2026-11-09", "coverage.parquet")
	exec(t, fmt.Sprintf(`copy (select day, exporter, hour, flows, sampling_rate, flows_rate_unknown, flows_clock_replaced, flows_out_of_reach
		from %s) to %s (format parquet)`, quote(path), quote(path+".old")))
	if err := os.Rename(path+".old", path); err != nil {
		t.Fatal(err)
	}
	rewriteManifest(t, o, "2026-11-09", path)
	if c := nights(t, o, "2026-11-10")[0].Coverage; c.Expected != 1 || c.SilentHours != 0 {
		t.Errorf("the night behind it: %+v", c)
	}
	week, err := analyze.Week(t.Context(), analyze.WeekOptions{Options: o, Week: "2026-W46"})
	if err != nil {
		t.Fatal(err)
	}
	if c := week.Days[0].Coverage; c.Covered || c.Percent != nil || c.Unaccounted != 288 || c.Exporters != 1 {
		t.Errorf("the old night: %+v", c)
	}
	db, err := analyze.OpenAnalyst(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(t.Context(), "select day::varchar || ' ' || coalesce(receipt, 'null') from coverage group by all order by all")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var got []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		got = append(got, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if want := []string{"2026-11-09 null", "2026-11-10 none"}; !slices.Equal(got, want) {
		t.Errorf("an analyst reads %v, want %v", got, want)
	}
}

// TestDayOfClockChange: a day on which clocks are put on is covered with its 23 hours;
// an hour that is missing on one on which they are put back is missed.
func TestDayOfClockChange(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	o := options(t)
	o.Zone = berlin
	importFeed(t, o)
	for _, c := range []struct {
		day                 analyze.Day
		from                string // 00:00 in Berlin
		hours, sent, silent int
	}{{"2026-03-29", "2026-03-29 07:00", 23, 23, 0}, {"2026-10-25", "2026-10-25 06:00", 25, 24, 1}} {
		store(t, o, string(c.day), talk{host: "10.0.0.1", pool: "198.18.0.1", port: 3333, from: c.from, hours: float64(c.sent), step: 600, exporter: "192.0.2.1", flags: 24})
		m := nights(t, o, c.day)[0]
		if got := m.Coverage.SilentHours; got != c.silent || m.Counts.HoursCovered != int64(c.sent) || c.day.Hours(berlin) != c.hours {
			t.Errorf("%s: %d of %d hours, %d silent; want %d, %d, %d", c.day, m.Counts.HoursCovered, c.day.Hours(berlin), got, c.sent, c.hours, c.silent)
		}
	}
}

// TestHoursAhead: what had not begun when a night was run is no silence.
func TestHoursAhead(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]int{
		"2026-11-09 23:00": 24, "2026-11-10 00:00": 24, "2026-11-10 00:30": 23, "2026-11-10 12:00": 12, "2026-11-10 23:01": 0, "2026-11-11 02:30": 0,
	} {
		run, err := time.ParseInLocation("2006-01-02 15:04", at, shanghai)
		if err != nil {
			t.Fatal(err)
		}
		if got := (&analyze.Manifest{Day: shortDay, RunAt: run}).HoursAhead(shanghai); got != want {
			t.Errorf("at %s: %d hours ahead, want %d", at, got, want)
		}
	}
}
