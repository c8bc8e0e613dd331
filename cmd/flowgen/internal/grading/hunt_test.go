package grading_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"minewatch/cmd/flowgen/internal/grading"
)

// A host that is found twice counts once, and one that nobody planted counts
// against the hunt.
func TestGradeHunt(t *testing.T) {
	truth := "host,behaviour,class,expected,true_seconds\n10.0.0.1,steady,miner,A,1\n10.0.0.2,steady,miner,A,1\n10.0.0.3,pool-web,decoy,C,1\n"
	alike := "host,kind\n10.0.1.1,agent\n10.0.1.2,agent\n10.0.1.3,push\n"
	hunt := "rank,internal_host\n1,10.0.0.1\n2,10.0.0.1\n3,10.0.1.2\n4,10.0.0.3\n5,10.9.9.9\n"
	got, err := grading.GradeHunt(strings.NewReader(truth), strings.NewReader(alike), strings.NewReader(hunt))
	if err != nil {
		t.Fatal(err)
	}
	want := &grading.Hunt{
		Kinds: []grading.HuntedKind{
			{"steady", "miner", 2, 1}, {"pool-web", "decoy", 1, 1}, {"agent", "lookalike", 2, 1}, {"push", "lookalike", 1, 0},
		},
		Miners: 2, Found: 1, Decoys: 1, Lookalikes: 3, False: 1, Background: 1, Lines: 5,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if p := got.Precision(); p != 0.25 {
		t.Errorf("precision %v, want 0.25", p)
	}
	if _, err := grading.GradeHunt(strings.NewReader(truth), strings.NewReader(alike), strings.NewReader("rank,host\n")); err == nil {
		t.Error("a table without internal_host was taken for a hunt")
	}
}
