package grading

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
)

// Hunt is what a hunt found of a week whose feed it did not know.
type Hunt struct {
	Kinds      []HuntedKind // in the order in which the truth has them: miners, decoys, lookalikes
	Miners     int
	Found      int // miners
	Decoys     int // found
	Lookalikes int // there are
	False      int // lookalikes found
	Background int // found, and nobody planted them
	Lines      int // of the hunt
}

// HuntedKind is one behaviour, and how many of its hosts were found.
type HuntedKind struct {
	Name         string
	Class        string // miner, decoy or lookalike
	Hosts, Found int
}

// Precision is that of hosts, among those found.
func (h *Hunt) Precision() float64 {
	all := h.Found + h.Decoys + h.False + h.Background
	if all == 0 {
		return 0
	}
	return float64(h.Found) / float64(all)
}

// GradeHunt compares a hunt ('minewatch hunt --format csv') with the truth of
// a week and its lookalikes.
func GradeHunt(truth, lookalikes, hunt io.Reader) (*Hunt, error) {
	planted, err := readTruth(truth)
	if err != nil {
		return nil, fmt.Errorf("truth: %w", err)
	}
	type label struct{ name, class string }
	labels := map[netip.Addr]label{}
	result := &Hunt{}
	plant := func(host netip.Addr, l label) {
		i := slices.IndexFunc(result.Kinds, func(k HuntedKind) bool { return k.Name == l.name })
		if i < 0 {
			i = len(result.Kinds)
			result.Kinds = append(result.Kinds, HuntedKind{Name: l.name, Class: l.class})
		}
		result.Kinds[i].Hosts++
		labels[host] = l
	}
	for i := range planted {
		l := label{planted[i].behaviour, "decoy"}
		if planted[i].miner {
			l.class = "miner"
			result.Miners++
		}
		plant(planted[i].host, l)
	}
	if err := eachRow(lookalikes, []string{"host", "kind"}, func(t *table) error {
		host, err := t.host()
		result.Lookalikes++
		plant(host, label{t.text("kind"), "lookalike"})
		return err
	}); err != nil {
		return nil, fmt.Errorf("lookalikes: %w", err)
	}
	seen := map[netip.Addr]bool{}
	if err := eachRow(hunt, []string{"internal_host"}, func(t *table) error {
		host, err := netip.ParseAddr(t.text("internal_host"))
		if err != nil {
			return fmt.Errorf("line %d: internal_host: %w", t.line(), err)
		}
		result.Lines++
		if host = host.Unmap(); seen[host] {
			return nil
		}
		seen[host] = true
		l, known := labels[host]
		if !known {
			result.Background++
			return nil
		}
		result.Kinds[slices.IndexFunc(result.Kinds, func(k HuntedKind) bool { return k.Name == l.name })].Found++
		switch l.class {
		case "miner":
			result.Found++
		case "decoy":
			result.Decoys++
		default:
			result.False++
		}
		return nil
	}); err != nil {
		return nil, fmt.Errorf("hunt: %w", err)
	}
	return result, nil
}

func eachRow(r io.Reader, needed []string, do func(*table) error) error {
	t, err := newTable(r, needed...)
	if err != nil {
		return err
	}
	for {
		if err := t.next(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := do(t); err != nil {
			return err
		}
	}
}

// WriteTable writes the comparison for people.
func (h *Hunt) WriteTable(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%-18s %-10s %s\n", "BEHAVIOUR", "CLASS", "FOUND")
	for _, k := range h.Kinds {
		fmt.Fprintf(&b, "%-18s %-10s %d/%d\n", k.Name, k.Class, k.Found, k.Hosts)
	}
	fmt.Fprintf(&b, "\n%d lines; miners found %d/%d, decoys %d, lookalikes %d/%d, not planted %d\n",
		h.Lines, h.Found, h.Miners, h.Decoys, h.False, h.Lookalikes, h.Background)
	if h.Lookalikes > 0 {
		fmt.Fprintf(&b, "false hunts per 1,000 lookalikes: %.1f\n", 1000*float64(h.False)/float64(h.Lookalikes))
	}
	fmt.Fprintf(&b, "precision among so many lookalikes: %.3f; of a real network it depends on how many there are\n", h.Precision())
	_, err := io.WriteString(w, b.String())
	return err
}
