package analyze_test

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/google/go-cmp/cmp"

	"minewatch/analyze"
	"minewatch/analyze/engine"
	"minewatch/analyze/feed"
	"minewatch/analyze/report"
	"minewatch/queries"
)

var shanghai = time.FixedZone("Asia/Shanghai", 8*3600)

// options are those of a small site whose clock stands still.
func options(t *testing.T) analyze.Options {
	t.Helper()
	return analyze.Options{
		Lake: t.TempDir(), Zone: shanghai, TTLDays: map[string]int{"default": 30},
		Engine: engine.Options{Threads: 2}, Version: "test",
		Now: func() time.Time { return time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC) },
	}
}

const poolFeed = `ip,port,proto,coin,pool,last_seen,confidence,evidence
198.18.0.1,3333,tcp,XMR,examplepool,2026-11-15,90,probe_up
198.18.0.2,3333,tcp,ETC,otherpool,2026-11-15,90,probe_up
`

func importFeed(t *testing.T, o analyze.Options) {
	t.Helper()
	_, err := feed.Import(o.Lake, feed.Input{File: "pools.csv", Data: []byte(poolFeed)}, feed.Options{Now: o.Now})
	if err != nil {
		t.Fatal(err)
	}
}

// exec runs statements in a session of its own.
func exec(t *testing.T, statements ...string) {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, s := range append([]string{"set TimeZone = 'UTC'", "set threads = 1"}, statements...) {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// talk is traffic of one host with one endpoint: a record each way every step
// seconds from a day's local time on.
type talk struct {
	host, pool string
	port       int
	from       string // 2026-11-09 08:00, Asia/Shanghai
	hours      float64
	step       int
	exporter   string
	rate       int
	flags      int
}

// store writes the flows of several talks as files of the lake.
func store(t *testing.T, o analyze.Options, name string, talks ...talk) {
	t.Helper()
	q, err := queries.All()
	if err != nil {
		t.Fatal(err)
	}
	macros, err := queries.Macros()
	if err != nil {
		t.Fatal(err)
	}
	statements := slices.Concat(macros, []string{"create table flows as " + q["raw_flows"].SQL})
	for _, k := range talks {
		from, err := time.ParseInLocation("2006-01-02 15:04", k.from, shanghai)
		if err != nil {
			t.Fatal(err)
		}
		for _, direction := range []string{"%s as src, %[2]s as dst, 50000 as src_port, %[3]d as dst_port", "%[2]s as src, %[1]s as dst, %[3]d as src_port, 50000 as dst_port"} {
			ends := fmt.Sprintf(strings.Replace(direction, "%s", "%[1]s", 1), quote(k.host), quote(k.pool), k.port)
			statements = append(statements, fmt.Sprintf(`insert into flows by name
				select make_timestamptz(%[1]d + i * %[2]d * 1000000 + 1000000) as received_at,
					make_timestamptz(%[1]d + i * %[2]d * 1000000) as started_at,
					make_timestamptz(%[1]d + i * %[2]d * 1000000) as ended_at,
					ip_hi(src) as src_hi, ip_lo(src) as src_lo, ip_hi(dst) as dst_hi, ip_lo(dst) as dst_lo, src_port, dst_port,
					6 as proto, %[3]d as tcp_flags, 200 as bytes, 1 as packets, %[4]d as sampling_rate,
					%[5]s as exporter, 0 as "domain", 0 as in_if, 0 as out_if, 0 as src_as, 0 as dst_as,
					'netflow9' as format, 'exporter' as time_source
				from (select i, %[6]s from range(0, %[7]d) as r(i))`,
				from.UnixMicro(), k.step, k.flags, max(k.rate, 1), quote(k.exporter), ends, int(k.hours*3600)/k.step))
		}
	}
	statements = append(statements, fmt.Sprintf(`copy (select *, strftime(received_at, '%%Y-%%m-%%d') as date, strftime(received_at, '%%H') as hour from flows)
		to %s (format parquet, partition_by (date, hour), overwrite_or_ignore, filename_pattern %s)`,
		quote(filepath.Join(o.Lake, "flows")), quote(name+"-{i}")))
	exec(t, statements...)
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// week is a miner around the clock, one behind a sampling exporter, a prober,
// a visitor that was refused, and a miner that two exporters see.
func week() []talk {
	endpoint := "198.18.0.1"
	var talks []talk
	for _, day := range []string{"2026-11-09", "2026-11-10"} {
		talks = append(talks,
			talk{host: "10.0.0.1", pool: endpoint, port: 3333, from: day + " 00:00", hours: 24, step: 60, exporter: "192.0.2.1", flags: 24},
			talk{host: "10.0.0.2", pool: endpoint, port: 3333, from: day + " 00:30", hours: 23, step: 7200, exporter: "192.0.2.2", rate: 1000, flags: 24},
			talk{host: "10.0.0.3", pool: "198.18.0.2", port: 3333, from: day + " 08:00", hours: 2, step: 60, exporter: "192.0.2.1", flags: 24},
			talk{host: "10.0.0.3", pool: "198.18.0.2", port: 3333, from: day + " 08:00", hours: 2, step: 120, exporter: "192.0.2.3", flags: 24},
			talk{host: "10.0.0.4", pool: endpoint, port: 3333, from: day + " 09:00", hours: 0.1, step: 60, exporter: "192.0.2.1", flags: 2},
		)
	}
	return append(talks, talk{host: "10.0.0.5", pool: endpoint, port: 3333, from: "2026-11-10 10:00", hours: 0.5, step: 60, exporter: "192.0.2.1", flags: 24})
}

func nights(t *testing.T, o analyze.Options, days ...analyze.Day) []*analyze.Manifest {
	t.Helper()
	var list []*analyze.Manifest
	for _, day := range days {
		m, err := analyze.Night(t.Context(), o, day)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, m)
	}
	return list
}

func rank(t *testing.T, o analyze.Options) []report.Suspect {
	t.Helper()
	suspects, _, err := analyze.Rank(t.Context(), analyze.RankOptions{Options: o, By: "score"})
	if err != nil {
		t.Fatal(err)
	}
	return suspects
}

// line is what the tests look at.
func line(s *report.Suspect) string {
	return fmt.Sprintf("%s %s days=%d hours=%d slots=%d seconds=%d bytes=%d/%d", s.Host, s.Grade, s.ContactDays, s.ContactHours, s.ContactSlots, s.DurationSeconds, s.BytesUp, s.BytesDown)
}

func lines(suspects []report.Suspect) []string {
	var list []string
	for i := range suspects {
		list = append(list, line(&suspects[i]))
	}
	return list
}

func TestNights(t *testing.T) {
	o := options(t)
	store(t, o, "a", week()...)
	importFeed(t, o)
	manifests := nights(t, o, "2026-11-09", "2026-11-10")

	want := []string{
		// 1,440 records a day and direction; the last of a day is at 23:59.
		"10.0.0.1 A days=2 hours=48 slots=576 seconds=172680 bytes=576000/576000",
		// Eleven sampled packets a day, each in another hour: hours count, durations cannot.
		"10.0.0.2 A days=2 hours=22 slots=22 seconds=0 bytes=4400000/4400000",
		// Two exporters: traffic counts once, 120 records a day and direction.
		"10.0.0.3 A days=2 hours=4 slots=48 seconds=14280 bytes=48000/48000",
		"10.0.0.5 B days=1 hours=1 slots=6 seconds=1740 bytes=6000/6000",
		"10.0.0.4 X days=2 hours=2 slots=4 seconds=600 bytes=2400/2400",
	}
	if diff := cmp.Diff(want, lines(rank(t, o))); diff != "" {
		t.Errorf("rank (-want +got):\n%s", diff)
	}
	c := manifests[1].Counts
	if c.Matched != c.InContacts+c.NotInternal+c.SharedOtherPort+c.KnockedOnly || c.SeenTwice == 0 || c.Grades["A"] != 3 {
		t.Errorf("counts: %+v", c)
	}
}

// TestNightAgain: the same night twice gives the same bytes.
func TestNightAgain(t *testing.T) {
	t.Parallel()
	o := options(t)
	store(t, o, "a", week()...)
	importFeed(t, o)
	nights(t, o, "2026-11-09", "2026-11-10")
	first := published(t, o)
	nights(t, o, "2026-11-10", "2026-11-09")
	nights(t, o, "2026-11-10")
	if diff := cmp.Diff(first, published(t, o)); diff != "" {
		t.Errorf("the second run differs:\n%s", diff)
	}
}

// published hashes what the nights wrote, but for the manifests: they say
// when they ran.
func published(t *testing.T, o analyze.Options) map[string]string {
	t.Helper()
	hashes := map[string]string{}
	for _, table := range []string{"contacts", "suspects", "evidence", "week_meetings", "week_figures", "coverage", "past", "watched"} {
		files, err := filepath.Glob(filepath.Join(o.Lake, table, "*", "*"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: nothing published: %v", table, err)
		}
		for _, f := range files {
			data, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			hashes[strings.TrimPrefix(f, o.Lake)] = fmt.Sprintf("%x", sha256.Sum256(data))
		}
	}
	return hashes
}

// TestImportOrder: the same flows in other files, the feed in two parts and
// the nights in another order give the same ranking.
func TestImportOrder(t *testing.T) {
	t.Parallel()
	o := options(t)
	talks := week()
	store(t, o, "a", talks...)
	importFeed(t, o)
	nights(t, o, "2026-11-09", "2026-11-10")
	want := rank(t, o)

	other := options(t)
	for i, k := range slices.Backward(talks) {
		store(t, other, fmt.Sprintf("%c", 'z'-i), k)
	}
	importFeed(t, other)
	nights(t, other, "2026-11-10", "2026-11-09")
	if diff := cmp.Diff(want, rank(t, other)); diff != "" {
		t.Errorf("another order, another ranking:\n%s", diff)
	}
}

// TestNegativesOfLater: a list of what is no pool marks entries that were
// imported before it; with the feed of then, the night is what it was.
func TestNegativesOfLater(t *testing.T) {
	t.Parallel()
	o := options(t)
	store(t, o, "a", week()...)
	importFeed(t, o)
	days := []analyze.Day{"2026-11-09", "2026-11-10"}
	nights(t, o, days...)
	before := published(t, o)

	then := o.Now()
	o.Now = func() time.Time { return then.Add(time.Hour) }
	for _, list := range []struct {
		kind feed.Kind
		text string
	}{{"cdn", "198.18.0.2/31"}, {"sinkhole", "198.18.0.1\n"}} { // the manifest has them in this order
		in := feed.Input{File: string(list.kind) + ".txt", Data: []byte(list.text)}
		if _, err := feed.Import(o.Lake, in, feed.Options{Negative: list.kind, Now: o.Now}); err != nil {
			t.Fatal(err)
		}
	}
	m := nights(t, o, days...)
	if got := m[0].Negatives; len(got) != 2 {
		t.Errorf("the manifest names the negative lists %v", got)
	}
	var got []string
	for _, s := range rank(t, o) {
		got = append(got, fmt.Sprintf("%s %s %s", s.Host, s.Grade, strings.Split(s.Reasons, ";")[0]))
	}
	want := []string{
		"10.0.0.3 C a shared (CDN, VPN, hosting) address",
	}
	for _, host := range []string{"10.0.0.1", "10.0.0.2", "10.0.0.5", "10.0.0.4"} {
		want = append(want, host+" X a sinkhole and not a pool, by the list "+m[0].Negatives[1])
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("with the lists (-want +got):\n%s", diff)
	}

	o.FeedAsOf = then
	nights(t, o, days...)
	if diff := cmp.Diff(before, published(t, o)); diff != "" {
		t.Errorf("the night with the feed of then (-before +again):\n%s", diff)
	}
}

// TestNightFaults: what a night cannot do is said with what to do next, and
// nothing is published.
func TestNightFaults(t *testing.T) {
	o := options(t)
	missing := o
	missing.Lake = filepath.Join(o.Lake, "nowhere")
	expect(t, missing, "2026-11-10", nil, "--lake")
	expect(t, o, "2026-11-10", analyze.ErrNoFlows, "")
	store(t, o, "a", week()...)
	expect(t, o, "2026-11-10", analyze.ErrNoFeed, "minewatch feed import")
	expect(t, o, "2026-11-15", analyze.ErrNoFlows, "")
	importFeed(t, o)

	early := o
	early.FeedAsOf = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	expect(t, early, "2026-11-10", nil, "no pool feed was imported at or before")

	broken := o
	broken.Thresholds = map[string]float64{"points_days": 1000}
	expect(t, broken, "2026-11-10", analyze.ErrCheck, "outside its band")
	for _, table := range []string{"contacts", "suspects", "evidence", "coverage", "manifests"} {
		if files, _ := filepath.Glob(filepath.Join(o.Lake, table, "*", "*")); len(files) > 0 {
			t.Errorf("a failed night left %v", files)
		}
	}
	if _, _, err := analyze.Rank(t.Context(), analyze.RankOptions{Options: o, By: "score"}); !errors.Is(err, analyze.ErrNoNights) {
		t.Errorf("rank without nights: %v", err)
	}
}

func expect(t *testing.T, o analyze.Options, day analyze.Day, want error, text string) {
	t.Helper()
	_, err := analyze.Night(context.Background(), o, day)
	if err == nil || (want != nil && !errors.Is(err, want)) || !strings.Contains(err.Error(), text) {
		t.Errorf("night of %s: %v, want %v with %q", day, err, want, text)
	}
}
