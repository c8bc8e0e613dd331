package analyze_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"minewatch/analyze"
	"minewatch/analyze/report"
)

// TestWeeks: a ranking takes what nights have summed of seven days as long as that follows
// from the contacts of now, and is the same without it.
func TestWeeks(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Engine.Threads = 1
	var days []analyze.Day
	var talks []talk
	for day := analyze.Day("2026-11-07"); day <= "2026-11-15"; day = day.Add(1) {
		days = append(days, day)
		talks = append(talks, talk{host: "10.0.0.1", pool: "198.18.0.1", port: 3333, from: string(day) + " 08:00", hours: 2, step: 60, flags: 24})
	}
	talks = append(talks, talk{host: "10.0.0.2", pool: "198.18.0.2", port: 3333, from: "2026-11-12 23:00", hours: 2, step: 60, flags: 24})
	store(t, o, "a", talks...)
	importFeed(t, o)
	nights(t, o, days...)

	const from, to = "2026-11-07", "2026-11-15"
	folder := filepath.Join(o.Lake, "week_meetings")
	tell := func(o analyze.Options) []report.Suspect {
		t.Helper()
		list, _, err := analyze.Rank(t.Context(), analyze.RankOptions{Options: o, From: from, To: to, By: "score"})
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	// same fails unless the weeks of these nights are read, and the ranking is the same without any.
	same := func(what string, o analyze.Options, want ...analyze.Day) []report.Suspect {
		t.Helper()
		got, err := analyze.WeeksOf(t.Context(), o, from, to)
		if err != nil || !cmp.Equal(got, want) {
			t.Errorf("%s: the weeks of %v are read, want %v: %v", what, got, want, err)
		}
		with := tell(o)
		if err := os.Rename(folder, folder+"-away"); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tell(o), with); diff != "" {
			t.Errorf("%s (-without +with weeks):\n%s", what, diff)
		}
		if err := os.Rename(folder+"-away", folder); err != nil {
			t.Fatal(err)
		}
		return with
	}

	first := same("as the nights were run", o, "2026-11-15")
	if len(first) != 2 || first[0].ContactDays != 9 {
		t.Fatalf("the test tests little: %+v", first)
	}
	detailed, _, err := analyze.Rank(t.Context(), analyze.RankOptions{Options: o, From: from, To: to, By: "score", Details: true})
	if err != nil || len(detailed) != 2 || len(detailed[0].Details) == 0 {
		t.Fatalf("with details: %+v, %v", detailed, err)
	}
	for i := range detailed {
		detailed[i].Details = nil
	}
	if diff := cmp.Diff(first, detailed); diff != "" {
		t.Errorf("with details, which are asked of contacts (-without +with):\n%s", diff)
	}
	if weeks, err := analyze.WeeksOf(t.Context(), o, "2026-11-10", to); err != nil || len(weeks) > 0 {
		t.Errorf("of six days the weeks of %v are read: %v", weeks, err)
	}
	other := o
	other.Thresholds = map[string]float64{"min_confidence": 99}
	if now := same("by other thresholds", other); cmp.Equal(now, first) {
		t.Error("min_confidence changes nothing: the test tests little")
	}

	// A night of the week is run again, and met another host.
	store(t, o, "b", talk{host: "10.0.0.4", pool: "198.18.0.1", port: 3333, from: "2026-11-12 12:00", hours: 2, step: 60, flags: 24})
	nights(t, o, "2026-11-12")
	if now := same("after a night was run again", o); len(now) != 3 {
		t.Errorf("%d hosts, want 3", len(now))
	}
	if err := analyze.GradeAnew(t.Context(), o, from, to, func(analyze.PastNight) {}); err != nil {
		t.Fatal(err)
	}
	if now := same("after the nights behind it were graded anew", o, "2026-11-15"); len(now) != 3 {
		t.Errorf("%d hosts, want 3", len(now))
	}

	path := filepath.Join(folder, "day=2026-11-15", "week_meetings.parquet")
	whole := read(t, path)
	write(t, path, append(whole, 'x'))
	if _, _, err := analyze.Rank(t.Context(), analyze.RankOptions{Options: o, From: from, To: to, By: "score"}); !errors.Is(err, analyze.ErrNotAsWritten) {
		t.Errorf("with sums that were changed: %v", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	same("without the sums", o)
	due, err := analyze.DueNights(&o, from, to)
	if err != nil || len(due) != 1 || due[0].Reason != "its week_meetings are gone" {
		t.Errorf("due: %v, %v", due, err)
	}
}
