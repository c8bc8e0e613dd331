package grading

import (
	"fmt"
	"io"
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
	if r.DurationHosts > 0 {
		fmt.Fprintf(&b, "duration: median error %.2f%% over %d unsampled miners\n", 100*r.DurationError, r.DurationHosts)
	}
	const shown = 10
	for _, host := range r.Unplanted[:min(shown, len(r.Unplanted))] {
		fmt.Fprintf(&b, "not planted, but graded A or B: %s\n", host)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteStats writes the figures one a line, "name value", in a form that golden
// tests can pin.
func (r *Result) WriteStats(w io.Writer) error {
	var b strings.Builder
	for i := range r.Behaviours {
		h := &r.Behaviours[i]
		fmt.Fprintf(&b, "behaviour.%s %d/%d\n", h.Name, h.Right, h.Hosts)
	}
	fmt.Fprintf(&b, "miners_right %d/%d\ndecoys_right %d/%d\n", r.MinersRight, r.Miners, r.DecoysRight, r.Decoys)
	fmt.Fprintf(&b, "precision %.4f\nrecall %.4f\nrecall_at_k %.4f\nmrr %.4f\n", r.Precision, r.Recall, r.RecallAtK, r.MRR)
	fmt.Fprintf(&b, "not_planted %d\nduration_error_median %.4f\n", len(r.Unplanted), r.DurationError)
	_, err := io.WriteString(w, b.String())
	return err
}
