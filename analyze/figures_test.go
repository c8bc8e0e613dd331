package analyze_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"minewatch/analyze"
)

// TestFigures: a ranking by the figures that nights wrote is the ranking by
// their contacts, and by other rules only contacts are asked.
func TestFigures(t *testing.T) {
	t.Parallel()
	o := options(t)
	store(t, o, "a", week()...)
	importFeed(t, o)
	nights(t, o, "2026-11-09", "2026-11-10")
	other := o
	other.Thresholds = map[string]float64{"min_confidence": 99, "b_min_day_seconds": 7200}
	written, tried := rank(t, o), rank(t, other)
	if len(written) == 0 || cmp.Equal(written, tried) {
		t.Fatalf("%d hosts, graded alike by other thresholds: the test tests nothing", len(written))
	}

	path := filepath.Join(o.Lake, "figures", "day=2026-11-09", "figures.parquet")
	whole := read(t, path)
	write(t, path, append(whole, 'x'))
	if _, _, err := analyze.Rank(t.Context(), analyze.RankOptions{Options: o, By: "score"}); !errors.Is(err, analyze.ErrNotAsWritten) {
		t.Errorf("with figures that were changed: %v", err)
	}
	if diff := cmp.Diff(tried, rank(t, other)); diff != "" {
		t.Errorf("by other thresholds, with figures that were changed (-before +now):\n%s", diff)
	}

	for _, day := range []string{"2026-11-09", "2026-11-10"} {
		if err := os.Remove(filepath.Join(o.Lake, "figures", "day="+day, "figures.parquet")); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(written, rank(t, o)); diff != "" {
			t.Errorf("without the figures of %s (-with +without):\n%s", day, diff)
		}
	}
	due, err := analyze.DueNights(&o, "2026-11-09", "2026-11-10")
	if err != nil || len(due) != 2 || due[0].Reason != "its figures are gone" {
		t.Errorf("due: %v, %v", due, err)
	}
}
