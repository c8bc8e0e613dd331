package engine_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"minewatch/analyze/engine"
)

// TestGone: whenever a listed file vanishes, the caller can tell.
func TestGone(t *testing.T) {
	dir := t.TempDir()
	db, err := engine.Open(t.Context(), engine.Options{Lake: dir, Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Read(t.Context(), "raw_flows"); err != nil {
		t.Fatal(err)
	}
	var paths []string
	for i := range 2 {
		path := filepath.Join(dir, fmt.Sprint(i, ".parquet"))
		run(t.Context(), t, db, "copy (select * replace (now() as received_at) from (values (1)) left join raw_flows on true) to '"+path+"' (format parquet)")
		paths = append(paths, path)
	}
	if err := db.Read(t.Context(), "raw_flows", paths...); err != nil {
		t.Fatal(err)
	}
	if got := text(t, db, "select count(received_at) from raw_flows"); got != "2" {
		t.Errorf("%s rows, want 2", got)
	}
	interrupt := "INTERRUPT Error: Interrupted!"
	if err := db.Reveal(t.Context(), interrupt); err.Error() != interrupt {
		t.Errorf("an interrupt while nothing is amiss: %v", err)
	}
	for _, path := range slices.Backward(paths) {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		_, err := db.Query(t.Context(), "select count(received_at) from raw_flows")
		if !errors.Is(err, engine.ErrGone) {
			t.Errorf("query: %v, want %v", err, engine.ErrGone)
		}
		// One thread meets the fault, another is interrupted for it and heard first.
		if err := db.Reveal(t.Context(), interrupt); !errors.Is(err, engine.ErrGone) {
			t.Errorf("interrupted: %v, want %v", err, engine.ErrGone)
		}
		db.ForgetAll()
		err = db.Read(t.Context(), "raw_flows", paths...)
		if !errors.Is(err, engine.ErrGone) {
			t.Errorf("read: %v, want %v", err, engine.ErrGone)
		}
	}
}
