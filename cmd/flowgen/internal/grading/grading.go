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
	Behaviours          []Behaviour // in the order of the truth
	Miners, MinersRight int
	NotListed           int // miners that the ranking does not have
	Decoys, DecoysRight int
	Found               int          // miners with A or B
	Accused             int          // decoys with A or B
	Unplanted           []netip.Addr // hosts with A or B that nobody planted
	Precision, Recall   float64      // of A and B
	RecallAtK           float64      // of the first Miners rows
	MRR                 float64      // mean of 1/(1 + others ranked above), over the miners
	Unsampled, Sampled  Durations    // of the miners that the ranking gives a duration
}

// Durations is how far the durations of some miners are from the truth.
type Durations struct {
	Hosts int
	Error float64 // median of |told - true| / true
	list  []float64
}

func (d *Durations) finish() {
	if d.Hosts = len(d.list); d.Hosts > 0 {
		slices.Sort(d.list)
		d.Error = (d.list[(d.Hosts-1)/2] + d.list[d.Hosts/2]) / 2
	}
}

// judge gathers what the figures of a result are made of.
type judge struct {
	Result
	behaviours     map[string]int // index in Behaviours
	reciprocals    float64        // sum over the miners
	minersInFirstK int
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
	j := judge{behaviours: map[string]int{}}
	miners := map[netip.Addr]bool{}
	for _, p := range hosts {
		j.host(p, byHost)
		miners[p.host] = p.miner
	}
	j.order(rows, miners)
	j.finish()
	return &j.Result, nil
}

// host judges one planted host.
func (j *judge) host(p planted, rank map[netip.Addr]ranked) {
	i, ok := j.behaviours[p.behaviour]
	if !ok {
		i = len(j.Behaviours)
		j.behaviours[p.behaviour] = i
		j.Behaviours = append(j.Behaviours, Behaviour{Name: p.behaviour, Miner: p.miner, Expected: p.expected, Told: map[string]int{}})
	}
	b := &j.Behaviours[i]
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
		j.Decoys++
		j.DecoysRight += count(right)
		j.Accused += count(accused)
		return
	}
	j.Miners++
	j.MinersRight += count(right)
	j.NotListed += count(!listed)
	j.Found += count(accused)
	if row.seconds >= 0 && p.seconds > 0 {
		d := &j.Sampled
		if p.unsampled {
			d = &j.Unsampled
		}
		d.list = append(d.list, math.Abs(row.seconds-p.seconds)/p.seconds)
	}
}

// order walks down the ranking.
func (j *judge) order(rows []ranked, miners map[netip.Addr]bool) {
	above := 0 // rows so far that are no miner
	for i, row := range rows {
		miner, planted := miners[row.host]
		switch {
		case miner:
			j.reciprocals += 1 / float64(1+above)
			j.minersInFirstK += count(i < j.Miners)
		default:
			above++
			if !planted && (row.grade == "A" || row.grade == "B") {
				j.Unplanted = append(j.Unplanted, row.host)
			}
		}
	}
}

func (j *judge) finish() {
	j.Precision = ratio(float64(j.Found), j.Found+j.Accused+len(j.Unplanted))
	j.Recall = ratio(float64(j.Found), j.Miners)
	j.RecallAtK = ratio(float64(j.minersInFirstK), j.Miners)
	j.MRR = ratio(j.reciprocals, j.Miners)
	j.Unsampled.finish()
	j.Sampled.finish()
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
