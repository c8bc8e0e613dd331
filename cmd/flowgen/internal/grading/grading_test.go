package grading_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"minewatch/cmd/flowgen/internal/grading"
)

const truth = `host,behaviour,class,expected,true_seconds,sampling
10.0.0.1,steady,miner,A,1000,1
10.0.0.2,steady,miner,A,1000,1000
10.0.0.3,weak,miner,A|B,500,1
10.0.0.4,test,miner,C,100,1
10.0.0.5,prober,decoy,X,10,1
10.0.0.6,web,decoy,C|X|-,10,1
2001:db8::1,web,decoy,C|X|-,10,1
`

// In this ranking 10.0.0.2 is missing, 10.0.0.6 is accused wrongly, and so is
// 10.9.9.9, which nobody planted. Its columns are in an order of their own.
const rank = `grade,host,rank,score,duration_seconds
A,10.0.0.1,1,9,900
B,10.9.9.9,2,8,5
B,10.0.0.3,3,7,510
B,10.0.0.6,4,6,
C,::ffff:10.0.0.4,5,2,100
X,10.0.0.5,6,1,1
`

func grade(t *testing.T, rank string) *grading.Result {
	t.Helper()
	r, err := grading.Grade(strings.NewReader(truth), strings.NewReader(rank))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestStats(t *testing.T) {
	var b strings.Builder
	if err := grade(t, rank).WriteStats(&b); err != nil {
		t.Fatal(err)
	}
	// recall@4: rows 1 and 3; MRR: (1 + 1/2 + 1/3) / 4; errors 0.1, 0.02, 0.
	const want = `behaviour.steady 1/2
told.steady.- 1
told.steady.A 1
behaviour.weak 1/1
told.weak.B 1
behaviour.test 1/1
told.test.C 1
behaviour.prober 1/1
told.prober.X 1
behaviour.web 1/2
told.web.- 1
told.web.B 1
miners_right 3/4
decoys_right 2/3
precision 0.5000
recall 0.5000
recall_at_k 0.5000
mrr 0.4583
miners 4
miners_not_listed 1
not_planted 1
duration_error_unsampled 0.0200
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTable(t *testing.T) {
	var b strings.Builder
	if err := grade(t, rank).WriteTable(&b); err != nil {
		t.Fatal(err)
	}
	const want = `BEHAVIOUR          CLASS  EXPECTED TOLD               RIGHT
steady             miner  A        - 1, A 1           1/2  <-
weak               miner  A|B      B 1                1/1
test               miner  C        C 1                1/1
prober             decoy  X        X 1                1/1
web                decoy  C|X|-    - 1, B 1           1/2  <-

miners told right 3/4, decoys told right 2/3
A+B: precision 0.500 (2 miners, 1 decoys, 1 not planted), recall 0.500 (2 of 4 miners)
order: recall@4 0.500, MRR 0.458
duration: median error 2.00% over 3 unsampled miners
not planted, but graded A or B: 10.9.9.9
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestEmptyRanking(t *testing.T) {
	r := grade(t, "rank,host,grade\n")
	if r.Precision != 0 || r.Recall != 0 || r.MinersRight != 0 || r.DecoysRight != 2 || r.Unsampled.Hosts != 0 {
		t.Errorf("%+v", r)
	}
}

func TestBadInput(t *testing.T) {
	for name, in := range map[string][2]string{
		"empty truth":    {"", rank},
		"no host":        {"host,behaviour,class,expected,true_seconds\n", rank},
		"no column":      {"host,behaviour\n", rank},
		"bad seconds":    {"host,behaviour,class,expected,true_seconds\n10.0.0.1,a,miner,A,x\n", rank},
		"empty rank":     {truth, ""},
		"no grade":       {truth, "rank,host\n1,10.0.0.1\n"},
		"bad host":       {truth, "rank,host,grade\n1,somebody,A\n"},
		"bad rank":       {truth, "rank,host,grade\nfirst,10.0.0.1,A\n"},
		"bad duration":   {truth, "rank,host,grade,duration_seconds\n1,10.0.0.1,A,long\n"},
		"ranked twice":   {truth, "rank,host,grade\n1,10.0.0.1,A\n2,10.0.0.1,B\n"},
		"too few fields": {truth, "rank,host,grade\n1,10.0.0.1\n"},
	} {
		if _, err := grading.Grade(strings.NewReader(in[0]), strings.NewReader(in[1])); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func FuzzGrade(f *testing.F) {
	f.Add(truth, rank)
	f.Fuzz(func(t *testing.T, truth, rank string) {
		r, err := grading.Grade(strings.NewReader(truth), strings.NewReader(rank))
		if err != nil {
			return
		}
		if r.Precision > 1 || r.Recall > 1 || r.MinersRight > r.Miners || r.DecoysRight > r.Decoys {
			t.Errorf("%+v", r)
		}
	})
}
