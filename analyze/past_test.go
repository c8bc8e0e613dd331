package analyze_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"minewatch/analyze"
	"minewatch/analyze/report"
)

// past3 is a lake of three nights, of which the last kept what all said. One of two
// exporters is covered.
func past3(t *testing.T) analyze.Options {
	t.Helper()
	o := options(t)
	o.Engine.Threads = 1
	mines := func(host, pool, from, exporter string) talk {
		return talk{host: host, pool: pool, port: 3333, from: from, hours: 2, step: 60, exporter: exporter, flags: 24}
	}
	talks := []talk{
		mines("10.0.0.2", "198.18.0.1", "2026-11-08 10:00", "192.0.2.2"),
		mines("10.0.0.2", "198.18.0.1", "2026-11-10 10:00", "192.0.2.2"),
		mines("10.0.0.3", "198.18.0.2", "2026-11-09 10:00", "192.0.2.2"),
	}
	var receipts []receipt
	for _, day := range []analyze.Day{"2026-11-08", "2026-11-09", "2026-11-10"} {
		talks = append(talks, mines("10.0.0.1", "198.18.0.1", string(day)+" 08:00", "192.0.2.1"),
			talk{host: "10.9.9.9", pool: "198.51.100.1", port: 443, from: string(day) + " 00:00", hours: 24, step: 300, exporter: "192.0.2.2", flags: 24})
		for hour := range 24 {
			r := receipt{exporter: "192.0.2.2", hour: day.Start(shanghai).Add(time.Duration(hour) * time.Hour).UTC().Format("2006-01-02 15:04"), stored: 24}
			if hour == 10 || hour == 11 {
				r.stored += 120
			}
			r.datagrams = r.stored
			receipts = append(receipts, r)
		}
	}
	store(t, o, "a", talks...)
	storeReceipts(t, o, receipts...)
	importFeed(t, o)
	nights(t, o, "2026-11-08", "2026-11-09", "2026-11-10")
	return o
}

// told is what is told of the hosts of the nights up to a day.
type told struct {
	Suspects     []report.Suspect
	Hosts, Units []report.Past
	Spells       []analyze.Spell
}

func tell(t *testing.T, o analyze.Options, to analyze.Day) (all told) {
	t.Helper()
	var err, storyErr, rankErr error
	h := analyze.HistoryOptions{Options: o, From: to, To: to}
	all.Suspects, _, rankErr = analyze.Rank(t.Context(), analyze.RankOptions{Options: o, By: "score", From: to, To: to})
	all.Hosts, all.Units, err = analyze.History(t.Context(), h)
	all.Spells, storyErr = analyze.Story(t.Context(), h, "host", "10.0.0.2")
	if err := errors.Join(err, storyErr, rankErr); err != nil {
		t.Fatal(err)
	}
	return all
}

// keptPast is what the night of the 10th kept.
func keptPast(o analyze.Options) string {
	return filepath.Join(o.Lake, "past", "day=2026-11-10", "past.parquet")
}

// begins fails unless a history up to a day begins with what the night of another
// kept, and tells what it does without all that is kept.
func begins(t *testing.T, o analyze.Options, to, want analyze.Day) told {
	t.Helper()
	got, err := analyze.KeptFrom(t.Context(), o, to)
	if err != nil || got != want {
		t.Errorf("the history up to %s begins with the past of %q, want %q: %v", to, got, want, err)
	}
	with := tell(t, o, to)
	kept := filepath.Join(o.Lake, "past")
	if err := os.Rename(kept, kept+"-away"); err != nil {
		t.Fatal(err)
	}
	if got, err := analyze.KeptFrom(t.Context(), o, to); err != nil || got != "" {
		t.Errorf("without any past it begins with that of %q: %v", got, err)
	}
	if diff := cmp.Diff(tell(t, o, to), with); diff != "" {
		t.Errorf("up to %s (-without +with what %s kept):\n%s", to, want, diff)
	}
	if err := os.Rename(kept+"-away", kept); err != nil {
		t.Fatal(err)
	}
	return with
}

// TestPast: whatever nights have kept, what is told of hosts is what all nights say;
// and what they kept is used as long as it follows from them.
func TestPast(t *testing.T) {
	t.Parallel()
	o := past3(t)
	whole := begins(t, o, "2026-11-10", "2026-11-10")
	if len(whole.Hosts) != 3 || len(whole.Spells) != 3 || whole.Spells[1].State != "clean" || len(whole.Suspects) != 2 || whole.Suspects[0].Status != "continuing" {
		t.Fatalf("the test tests little: %+v", whole)
	}
	begins(t, o, "2026-11-09", "2026-11-09")

	// By other thresholds: those that coverage rests on, and others.
	other := o
	other.Thresholds = map[string]float64{"clean_days": 1}
	if now := begins(t, other, "2026-11-10", "2026-11-10"); cmp.Equal(now, whole) {
		t.Error("clean_days changes nothing: the test tests little")
	}
	other.Thresholds = map[string]float64{"min_coverage_percent": 50}
	begins(t, other, "2026-11-10", "")

	// One is gone, and one was changed.
	file := read(t, keptPast(o))
	if err := os.Remove(keptPast(o)); err != nil {
		t.Fatal(err)
	}
	begins(t, o, "2026-11-10", "2026-11-09")
	if due, err := analyze.DueNights(&o, "2026-11-08", "2026-11-10"); err != nil || len(due) > 0 {
		t.Errorf("due: %v, %v", due, err)
	}
	write(t, keptPast(o), append(file, 'x'))
	if _, _, err := analyze.History(t.Context(), analyze.HistoryOptions{Options: o}); !errors.Is(err, analyze.ErrNotAsWritten) {
		t.Errorf("with a past that was changed: %v", err)
	}
	write(t, keptPast(o), file)

	// A night behind others is run again, and says otherwise: these are graded anew.
	store(t, o, "b", talk{host: "10.0.0.4", pool: "198.18.0.1", port: 3333, from: "2026-11-08 12:00", hours: 2, step: 60, exporter: "192.0.2.1", flags: 24})
	nights(t, o, "2026-11-08")
	begins(t, o, "2026-11-10", "2026-11-08")
	var anew []analyze.Day
	if err := analyze.GradeAnew(t.Context(), o, "2026-11-08", "2026-11-10", func(p analyze.PastNight) { anew = append(anew, p.Day) }); err != nil || len(anew) != 2 {
		t.Fatalf("graded anew: %v, %v", anew, err)
	}
	if now := begins(t, o, "2026-11-10", "2026-11-10"); len(now.Hosts) != 4 {
		t.Errorf("%d hosts, want 4", len(now.Hosts))
	}

	// A night is run for a day between: what was kept behind it no longer holds.
	store(t, o, "c", talk{host: "10.0.0.5", pool: "198.18.0.1", port: 3333, from: "2026-11-11 12:00", hours: 2, step: 60, exporter: "192.0.2.1", flags: 24},
		talk{host: "10.0.0.5", pool: "198.18.0.1", port: 3333, from: "2026-11-12 12:00", hours: 2, step: 60, exporter: "192.0.2.1", flags: 24})
	nights(t, o, "2026-11-12")
	begins(t, o, "2026-11-12", "2026-11-12")
	nights(t, o, "2026-11-11")
	begins(t, o, "2026-11-12", "2026-11-11")
	if got := said(verify(t, analyze.VerifyOptions{Options: o})); len(got) != 1 { // the last night's history
		t.Errorf("verify says %v", got)
	}
}

// TestPastUnread: where the nights before cannot be read, the night is
// published all the same, and keeps nothing that a history begins with.
func TestPastUnread(t *testing.T) {
	t.Parallel()
	o := past3(t)
	suspects := filepath.Join(o.Lake, "suspects", "day=2026-11-08", "suspects.parquet")
	file := read(t, suspects)
	if err := errors.Join(os.RemoveAll(filepath.Join(o.Lake, "past", "day=2026-11-08")), os.RemoveAll(filepath.Join(o.Lake, "watched", "day=2026-11-09")), os.Remove(suspects)); err != nil {
		t.Fatal(err)
	}
	if m := nights(t, o, "2026-11-10")[0]; m.PastOf != "" {
		t.Errorf("the night says that what it kept is of %q", m.PastOf)
	}
	write(t, suspects, file)
	begins(t, o, "2026-11-10", "")
	if m := nights(t, o, "2026-11-10")[0]; m.PastOf == "" {
		t.Error("with all nights before it, it keeps nothing")
	}
	begins(t, o, "2026-11-10", "2026-11-10")
}

// TestPastAgain: a night that begins with what another kept keeps the same bytes as
// one that reads all nights.
func TestPastAgain(t *testing.T) {
	t.Parallel()
	o := past3(t)
	first := read(t, keptPast(o))
	if err := os.RemoveAll(filepath.Join(o.Lake, "past")); err != nil {
		t.Fatal(err)
	}
	nights(t, o, "2026-11-10")
	if diff := cmp.Diff(first, read(t, keptPast(o))); diff != "" {
		t.Errorf("from all nights it keeps other bytes:\n%s", diff)
	}
}
