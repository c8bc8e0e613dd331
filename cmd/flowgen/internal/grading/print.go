package grading

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// WriteTable writes the comparison for people.
func (r *Result) WriteTable(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "BEHAVIOUR\tCLASS\tEXPECTED\tTOLD\tRIGHT")
	for i := range r.Behaviours {
		b := &r.Behaviours[i]
		class := "decoy"
		if b.Miner {
			class = "miner"
		}
		mark := ""
		if b.Right < b.Hosts {
			mark = "  <-"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%d/%d%s\n", b.Name, class, b.Expected, b.grades(), b.Right, b.Hosts, mark)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(w, "\nminers told right %d/%d, decoys told right %d/%d\n", r.MinersRight, r.Miners, r.DecoysRight, r.Decoys)
	fmt.Fprintf(w, "A+B: precision %.3f (%d miners, %d decoys, %d not planted), recall %.3f (%d of %d miners)\n",
		r.Precision, r.Found, r.Accused, len(r.Unplanted), r.Recall, r.Found, r.Miners)
	_, err := fmt.Fprintf(w, "order: recall@%d %.3f, MRR %.3f\n", r.Miners, r.RecallAtK, r.MRR)
	if r.DurationHosts > 0 {
		_, err = fmt.Fprintf(w, "duration: median error %.2f%% over %d unsampled miners\n", 100*r.DurationError, r.DurationHosts)
	}
	const shown = 10
	for _, host := range r.Unplanted[:min(shown, len(r.Unplanted))] {
		_, err = fmt.Fprintf(w, "not planted, but graded A or B: %s\n", host)
	}
	return err
}

// WriteStats writes the figures one a line, "name value", in a form that golden
// tests can pin.
func (r *Result) WriteStats(w io.Writer) error {
	for i := range r.Behaviours {
		b := &r.Behaviours[i]
		if _, err := fmt.Fprintf(w, "behaviour.%s %d/%d\n", b.Name, b.Right, b.Hosts); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "miners_right %d/%d\ndecoys_right %d/%d\nprecision %.4f\nrecall %.4f\nrecall_at_k %.4f\nmrr %.4f\nnot_planted %d\nduration_error_median %.4f\n",
		r.MinersRight, r.Miners, r.DecoysRight, r.Decoys, r.Precision, r.Recall, r.RecallAtK, r.MRR, len(r.Unplanted), r.DurationError)
	return err
}
