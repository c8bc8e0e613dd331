package analyze_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"minewatch/analyze"
)

// during runs a night in which something happens once, when a step begins.
func during(t *testing.T, o analyze.Options, step string, happens func()) *analyze.Manifest {
	t.Helper()
	done := false
	o.Progress = func(_ analyze.Day, now string) {
		if now == step && !done {
			done = true
			happens()
		}
	}
	m := nights(t, o, shortDay)[0]
	if !done {
		t.Fatalf("there is no step %q", step)
	}
	return m
}

// TestMeanwhile: what comes while a night runs is not half in it: a feed not at
// all, flows not at all and the night is due again, and merged files are read
// anew from where they are.
func TestMeanwhile(t *testing.T) {
	o := shortLake(t)
	first := nights(t, o, shortDay)[0]
	before := published(t, o)

	m := during(t, o, "match flows with the feed", func() {
		importAs(t, o, "another", "ip,port,last_seen\n198.18.0.9,3333,2026-11-15\n", o.Now())
	})
	if !slices.Equal(m.Feeds, first.Feeds) {
		t.Errorf("a feed that came meanwhile: the night names %v", m.Feeds)
	}
	same(t, o, before)
	if m := nights(t, o, shortDay)[0]; len(m.Feeds) != 2 {
		t.Errorf("the night after it names %v", m.Feeds)
	}

	talk := short()[0]
	talk.host, talk.hours = "10.0.0.7", 1
	o.Now = func() time.Time { return time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC) }
	m = during(t, o, "match flows with the feed", func() { store(t, o, "late", talk) })
	if m.Counts.Matched != 240 {
		t.Errorf("flows that came meanwhile: %d were matched, want 240", m.Counts.Matched)
	}
	due, err := analyze.DueNights(&o, shortDay, shortDay)
	if err != nil || len(due) != 1 || due[0].Reason != "flows came later" {
		t.Errorf("due: %v, %v", due, err)
	}
	if m := nights(t, o, shortDay)[0]; m.Counts.Matched != 360 {
		t.Errorf("run again: %d were matched, want 360", m.Counts.Matched)
	}
	if due, err = analyze.DueNights(&o, shortDay, shortDay); err != nil || len(due) > 0 {
		t.Errorf("due after it: %v, %v", due, err)
	}

	for _, step := range []string{"note what is read", "read flows, feed and ledger", "match flows with the feed"} {
		m = during(t, o, step, func() {
			path := onlyFlowFile(t, o, "01")
			if err := os.Rename(path, filepath.Join(filepath.Dir(path), step[:4]+".parquet")); err != nil {
				t.Error(err)
			}
		})
		if m.Counts.Matched != 360 {
			t.Errorf("merged before the step %q: %d were matched, want 360", step, m.Counts.Matched)
		}
	}
}

func same(t *testing.T, o analyze.Options, want map[string]string) {
	t.Helper()
	for path, hash := range published(t, o) {
		if want[path] != hash {
			t.Errorf("%s differs", path)
		}
	}
}

// TestDue: a day is due for as long as its night does not rest on all that is
// there, and never when that would lose what it found.
func TestDue(t *testing.T) {
	o := shortLake(t)
	reason := func() string {
		t.Helper()
		due, err := analyze.DueNights(&o, "2026-11-01", "2026-11-30")
		if err != nil || len(due) > 1 {
			t.Fatalf("due: %v, %v", due, err)
		}
		if len(due) == 0 {
			return ""
		}
		return due[0].Reason
	}
	expect := func(want string) {
		t.Helper()
		if got := reason(); got != want {
			t.Errorf("due for %q, want %q", got, want)
		}
	}
	expect("it had none")
	nights(t, o, shortDay)
	expect("")
	// A receipt that came late changes the coverage.
	receipts := filepath.Join(o.Lake, "receipts", "date=2026-11-10", "hour=01")
	if err := os.MkdirAll(receipts, 0o755); err != nil {
		t.Fatal(err)
	}
	exec(t, "copy (select null::timestamptz as hour_at) to "+quote(filepath.Join(receipts, "c1-000001.parquet"))+" (format parquet)")
	expect("receipts came later")
	if err := os.RemoveAll(filepath.Join(o.Lake, "receipts")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(o.Lake, "suspects", "day=2026-11-10", "suspects.parquet")
	whole := read(t, path)
	write(t, path, whole[:40])
	expect("its files are not as it wrote them")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	expect("its suspects are gone")
	if err := os.RemoveAll(filepath.Dir(onlyFlowFile(t, o, "00"))); err != nil {
		t.Fatal(err)
	}
	expect("")
}

// TestAskedMeanwhile: an analyst whose rows may be of two runs is told so; one who asks
// what no night wrote has nothing to fear.
func TestAskedMeanwhile(t *testing.T) {
	o := shortLake(t)
	nights(t, o, shortDay)
	db, err := analyze.OpenAnalyst(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	run := func(rows *sql.Rows) error {
		nights(t, o, shortDay)
		return readAll(rows)
	}
	if err := db.Ask(t.Context(), "from contacts", run); !errors.Is(err, analyze.ErrMeanwhile) {
		t.Errorf("contacts: %v", err)
	}
	if err := db.Ask(t.Context(), "from flows", run); err != nil {
		t.Errorf("flows: %v", err)
	}
	if err := db.Ask(t.Context(), "from contacts", readAll); err != nil {
		t.Errorf("asked again: %v", err)
	}

	// A night that came while the session was open is in what it is asked next.
	talk := short()[0]
	talk.from = "2026-11-09 08:00"
	store(t, o, "b", talk)
	nights(t, o, "2026-11-09")
	days := 0
	err = db.Ask(t.Context(), "select count(distinct day) from contacts join suspects using (day, host)", func(rows *sql.Rows) error {
		rows.Next()
		return rows.Scan(&days)
	})
	if err != nil || days != 2 {
		t.Errorf("after another night: %d days, %v", days, err)
	}
}
