package grading

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net/netip"
	"slices"
	"strings"
)

// notListed is the grade of a host that the ranking does not have.
const notListed = "-"

// Behaviour is how the hosts of one behaviour were told.
type Behaviour struct {
	Name     string
	Miner    bool
	Expected string
	Hosts    int
	Right    int
	Told     map[string]int // hosts by the grade that they got
}

// Result is the comparison.
type Result struct {
	Behaviours                []Behaviour // in the order of the truth
	Miners, MinersRight       int
	Decoys, DecoysRight       int
	Found                     int          // miners with A or B
	Accused                   int          // decoys with A or B
	Unplanted                 []netip.Addr // hosts with A or B that nobody planted
	Precision, Recall         float64      // of A and B
	RecallAtK                 float64      // of the first Miners rows
	MRR                       float64      // mean of 1/(1 + others ranked above), over the miners
	DurationHosts             int          // unsampled miners that the ranking gives a duration
	DurationError             float64      // median of |told - true| / true over them
	byName                    map[string]int
	durationErrors            []float64
	reciprocal                float64
	foundAmongTheFirst, above int
}

// Grade compares a ranking (minewatch rank --format csv) with truth.csv.
func Grade(truth, rank io.Reader) (*Result, error) {
	hosts, err := readTruth(truth)
	if err != nil {
		return nil, fmt.Errorf("truth: %w", err)
	}
	if len(hosts) == 0 {
		return nil, errors.New("truth: no host in it")
	}
	rows, err := readRank(rank)
	if err != nil {
		return nil, fmt.Errorf("rank: %w", err)
	}
	byHost := map[netip.Addr]ranked{}
	for _, row := range rows {
		if _, twice := byHost[row.host]; twice {
			return nil, fmt.Errorf("rank: %s is ranked twice", row.host)
		}
		byHost[row.host] = row
	}
	r := &Result{byName: map[string]int{}}
	miners := map[netip.Addr]bool{}
	for _, p := range hosts {
		r.host(p, byHost)
		miners[p.host] = p.miner
	}
	r.order(rows, miners)
	r.finish()
	return r, nil
}

// host judges one planted host.
func (r *Result) host(p planted, rank map[netip.Addr]ranked) {
	i, ok := r.byName[p.behaviour]
	if !ok {
		i = len(r.Behaviours)
		r.byName[p.behaviour] = i
		r.Behaviours = append(r.Behaviours, Behaviour{Name: p.behaviour, Miner: p.miner, Expected: p.expected, Told: map[string]int{}})
	}
	b := &r.Behaviours[i]
	row, listed := rank[p.host]
	if !listed {
		row = ranked{grade: notListed, seconds: -1}
	}
	b.Hosts++
	b.Told[row.grade]++
	right := slices.Contains(strings.Split(p.expected, "|"), row.grade)
	accused := row.grade == "A" || row.grade == "B"
	if right {
		b.Right++
	}
	if !p.miner {
		r.Decoys++
		r.DecoysRight += count(right)
		r.Accused += count(accused)
		return
	}
	r.Miners++
	r.MinersRight += count(right)
	r.Found += count(accused)
	if p.unsampled && row.seconds >= 0 && p.seconds > 0 {
		r.durationErrors = append(r.durationErrors, math.Abs(row.seconds-p.seconds)/p.seconds)
	}
}

// order walks down the ranking.
func (r *Result) order(rows []ranked, miners map[netip.Addr]bool) {
	for i, row := range rows {
		miner, planted := miners[row.host]
		switch {
		case miner:
			r.reciprocal += 1 / float64(1+r.above)
			r.foundAmongTheFirst += count(i < r.Miners)
		default:
			r.above++
			if !planted && (row.grade == "A" || row.grade == "B") {
				r.Unplanted = append(r.Unplanted, row.host)
			}
		}
	}
}

func (r *Result) finish() {
	r.Precision = ratio(float64(r.Found), r.Found+r.Accused+len(r.Unplanted))
	r.Recall = ratio(float64(r.Found), r.Miners)
	r.RecallAtK = ratio(float64(r.foundAmongTheFirst), r.Miners)
	r.MRR = ratio(r.reciprocal, r.Miners)
	r.DurationHosts = len(r.durationErrors)
	if n := r.DurationHosts; n > 0 {
		slices.Sort(r.durationErrors)
		r.DurationError = (r.durationErrors[(n-1)/2] + r.durationErrors[n/2]) / 2
	}
}

// grades lists the grades that hosts of b got, as "A 5, - 1".
func (b *Behaviour) grades() string {
	var parts []string
	for _, g := range slices.Sorted(maps.Keys(b.Told)) {
		parts = append(parts, fmt.Sprintf("%s %d", g, b.Told[g]))
	}
	return strings.Join(parts, ", ")
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// ratio is 0 of nothing: a ranking without A and B has no precision to boast of.
func ratio(x float64, n int) float64 {
	if n == 0 {
		return 0
	}
	return x / float64(n)
}
