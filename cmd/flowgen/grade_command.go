package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"minewatch/cmd/flowgen/internal/grading"
)

type gradeFlags struct {
	truth, rank, stats      string
	minPrecision, minRecall float64
}

func newGradeCommand() *cobra.Command {
	var f gradeFlags
	cmd := &cobra.Command{
		Use:   "grade --truth truth.csv --rank rank.csv",
		Short: "Tell how many planted hosts a ranking has told right",
		Long: `Compares a ranking ('minewatch rank --format csv', columns rank, host and grade,
better with duration_seconds) with the truth of a generated week.

A host is told right when its grade is among the expected ones; "-" is the grade
of a host that the ranking does not list. Precision and recall are those of A and
B together: miners among the hosts with A or B (hosts that nobody planted count
against it), and miners with A or B among all miners, those included that nobody
can see (a test of two minutes is expected to be C). recall@k looks at the first
k rows, k the number of miners; MRR is the mean over the miners of 1/(1 + other
hosts ranked above).`,
		Example: "  minewatch rank --format csv > rank.csv\n  flowgen grade --truth demo/truth.csv --rank rank.csv",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return f.run(cmd)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.truth, "truth", "", "truth.csv of the week")
	flags.StringVar(&f.rank, "rank", "", "the ranking as CSV")
	flags.StringVar(&f.stats, "stats", "", "write the figures to this file too, one a line")
	flags.Float64Var(&f.minPrecision, "min-precision", 0, "exit with 4 when the precision of A+B is below")
	flags.Float64Var(&f.minRecall, "min-recall", 0, "exit with 4 when the recall of A+B is below")
	_ = cmd.MarkFlagRequired("truth")
	_ = cmd.MarkFlagRequired("rank")
	return cmd
}

func (f *gradeFlags) run(cmd *cobra.Command) error {
	truth, err := os.Open(f.truth)
	if err != nil {
		return err
	}
	defer truth.Close() //nolint:errcheck // only read from
	rank, err := os.Open(f.rank)
	if err != nil {
		return err
	}
	defer rank.Close() //nolint:errcheck // only read from
	result, err := grading.Grade(truth, rank)
	if err != nil {
		return err
	}
	if err := result.WriteTable(cmd.OutOrStdout()); err != nil {
		return err
	}
	if f.stats != "" {
		if err := writeStats(f.stats, result); err != nil {
			return err
		}
	}
	if result.Precision < f.minPrecision || result.Recall < f.minRecall {
		return fmt.Errorf("%w: precision %.3f (want %g), recall %.3f (want %g)", errBelow, result.Precision, f.minPrecision, result.Recall, f.minRecall)
	}
	return nil
}

func writeStats(path string, r *grading.Result) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(r.WriteStats(file), file.Close())
}
