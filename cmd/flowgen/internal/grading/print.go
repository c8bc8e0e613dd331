package grading

import (
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
)

// WriteTable writes the comparison for people.
func (r *Result) WriteTable(w io.Writer) error {
	var b strings.Builder
	const row = "%-18s %-6s %-8s %-18s %s\n"
	fmt.Fprintf(&b, row, "BEHAVIOUR", "CLASS", "EXPECTED", "TOLD", "RIGHT")
	for i := range r.Behaviours {
		h := &r.Behaviours[i]
		class, right := "decoy", fmt.Sprintf("%d/%d", h.Right, h.Hosts)
		if h.Miner {
			class = "miner"
		}
		if h.Right < h.Hosts {
			right += "  <-"
		}
		fmt.Fprintf(&b, row, h.Name, class, h.Expected, h.grades(), right)
	}
	fmt.Fprintf(&b, "\nminers told right %d/%d, decoys told right %d/%d\n", r.MinersRight, r.Miners, r.DecoysRight, r.Decoys)
	fmt.Fprintf(&b, "A+B: precision %.3f (%d miners, %d decoys, %d not planted), recall %.3f (%d of %d miners)\n",
		r.Precision, r.Found, r.Accused, len(r.Unplanted), r.Recall, r.Found, r.Miners)
	fmt.Fprintf(&b, "order: recall@%d %.3f, MRR %.3f\n", r.Miners, r.RecallAtK, r.MRR)
	for kind, d := range r.durations() {
		fmt.Fprintf(&b, "duration: median error %.2f%% over %d %s miners\n", 100*d.Error, d.Hosts, kind)
	}
	const shown = 10
	for _, host := range r.Unplanted[:min(shown, len(r.Unplanted))] {
		fmt.Fprintf(&b, "not planted, but graded A or B: %s\n", host)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// durations are those that some host has, by kind, in a fixed order.
func (r *Result) durations() iter.Seq2[string, Durations] {
	return func(yield func(string, Durations) bool) {
		if r.Unsampled.Hosts > 0 && !yield("unsampled", r.Unsampled) {
			return
		}
		if r.Sampled.Hosts > 0 {
			yield("sampled", r.Sampled)
		}
	}
}

// WriteStats writes the figures one a line, "name value", in a form that golden
// tests can pin.
func (r *Result) WriteStats(w io.Writer) error {
	var b strings.Builder
	for i := range r.Behaviours {
		h := &r.Behaviours[i]
		fmt.Fprintf(&b, "behaviour.%s %d/%d\n", h.Name, h.Right, h.Hosts)
		for _, g := range slices.Sorted(maps.Keys(h.Told)) {
			fmt.Fprintf(&b, "told.%s.%s %d\n", h.Name, g, h.Told[g])
		}
	}
	fmt.Fprintf(&b, "miners_right %d/%d\ndecoys_right %d/%d\n", r.MinersRight, r.Miners, r.DecoysRight, r.Decoys)
	fmt.Fprintf(&b, "precision %.4f\nrecall %.4f\nrecall_at_k %.4f\nmrr %.4f\n", r.Precision, r.Recall, r.RecallAtK, r.MRR)
	fmt.Fprintf(&b, "miners %d\nminers_not_listed %d\nnot_planted %d\n", r.Miners, r.NotListed, len(r.Unplanted))
	for kind, d := range r.durations() {
		fmt.Fprintf(&b, "duration_error_%s %.4f\n", kind, d.Error)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
