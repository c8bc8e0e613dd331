package analyze_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"minewatch/analyze"
	"minewatch/analyze/versions"
)

// TestVerifyAnswers: what units were told and answered is checked with the nights,
// whichever of them read it.
func TestVerifyAnswers(t *testing.T) {
	o := shortLake(t)
	for kind, n := range map[string]int{"notices": 1, "feedback": 4} {
		for i := range n {
			_, _, err := versions.Open(filepath.Join(o.Lake, kind)).Add(versions.Draft{
				Kind: kind, Name: "form", File: "form.csv", Original: fmt.Appendf(nil, "%d", i),
				Tables: map[string][]byte{"standing.csv": fmt.Appendf(nil, "finding\n%d\n", i)}, ImportedAt: time.Date(2026, 11, 20, 0, 0, i, 0, time.UTC),
				Replaces: func(*versions.Version) bool { return false },
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	check := func() *analyze.Verification { return verify(t, analyze.VerifyOptions{Options: o}) }
	if v := check(); len(said(v)) > 0 || v.Count(analyze.StatusOK) != 1 {
		t.Fatalf("intact: %+v", v)
	}
	folders, err := filepath.Glob(filepath.Join(o.Lake, "feedback", "0*"))
	if err != nil || len(folders) != 4 {
		t.Fatal(folders, err)
	}
	table := filepath.Join(folders[2], "standing.csv")
	before, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	write(t, table, []byte("finding\n9\n"))
	name := func(i int) string { return filepath.Join("feedback", filepath.Base(folders[i])) }
	only(t, check(), "failed  notices and answers 0 "+name(2)+": version 000003-form-")
	write(t, table, before)
	if err := os.RemoveAll(folders[1]); err != nil {
		t.Fatal(err)
	}
	only(t, check(), "failed  notices and answers 0 "+name(2)+": before it, 1 of the versions are gone")
}
