package calendar_test

import (
	"testing"
	"time"

	"minewatch/cmd/flowgen/internal/calendar"
)

func TestParse(t *testing.T) {
	for _, c := range []struct{ week, zone, start, end string }{
		{"2026-W46", "Asia/Shanghai", "2026-11-08T16:00:00Z", "2026-11-15T16:00:00Z"},
		{"2026-W53", "UTC", "2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z"},
		{"2025-W01", "UTC", "2024-12-30T00:00:00Z", "2025-01-06T00:00:00Z"},
		{"2026-W13", "Europe/Berlin", "2026-03-22T23:00:00Z", "2026-03-29T22:00:00Z"}, // clocks change on Sunday
	} {
		w, err := calendar.Parse(c.week, c.zone)
		if err != nil {
			t.Fatal(err)
		}
		got := []string{stamp(w.Start()), stamp(w.End())}
		if got[0] != c.start || got[1] != c.end {
			t.Errorf("%s %s: %s, want %s to %s", c.week, c.zone, got, c.start, c.end)
		}
	}
}

func stamp(ms int64) string { return time.UnixMilli(ms).UTC().Format(time.RFC3339) }

func TestParseRefuses(t *testing.T) {
	for _, week := range []string{"", "2026", "2026-46", "2026-W00", "2026-W54", "2025-W53", "2026-W1", "2026-W46x"} {
		if _, err := calendar.Parse(week, "UTC"); err == nil {
			t.Errorf("%q: no error", week)
		}
	}
	if _, err := calendar.Parse("2026-W46", "Asia/Nowhere"); err == nil {
		t.Error("unknown zone: no error")
	}
}

func TestIndex(t *testing.T) {
	w, err := calendar.Parse("2026-W46", "Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[int64]int{
		w.Start() - 1: -1, w.Start(): 0, w.Day(1) - 1: 0, w.Day(6): 6, w.End() - 1: 6, w.End(): 7,
	} {
		if got := w.Index(at); got != want {
			t.Errorf("%d: day %d, want %d", at, got, want)
		}
	}
}
