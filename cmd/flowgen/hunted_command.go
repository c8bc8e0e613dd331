package main

import (
	"errors"
	"io"
	"os"

	"github.com/spf13/cobra"

	"minewatch/cmd/flowgen/internal/grading"
)

func newHuntedCommand() *cobra.Command {
	paths := make([]string, 3) // truth, lookalikes, hunt
	cmd := &cobra.Command{
		Use:   "hunted --truth truth.csv --lookalikes lookalikes.csv --hunt hunt.csv",
		Short: "Tell how many miners a hunt has found without their feed",
		Long: `Compares a hunt ('minewatch hunt --format csv' on a lake without the week's
feed) with the truth of a week that was generated with --lookalikes: how many
miners it found, by behaviour, and how many hosts that only look like miners.`,
		Example: "  minewatch hunt --format csv > hunt.csv\n  flowgen hunted --truth week/truth.csv --lookalikes week/lookalikes.csv --hunt hunt.csv",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return runHunted(cmd.OutOrStdout(), paths) },
	}
	for i, flag := range []struct{ name, usage string }{
		{"truth", "truth.csv of the week"}, {"lookalikes", "lookalikes.csv of the week"}, {"hunt", "the hunt as CSV"},
	} {
		cmd.Flags().StringVar(&paths[i], flag.name, "", flag.usage)
		_ = cmd.MarkFlagRequired(flag.name)
	}
	return cmd
}

func runHunted(w io.Writer, paths []string) (err error) {
	files := make([]*os.File, len(paths))
	for i, path := range paths {
		file, openErr := os.Open(path)
		if openErr != nil {
			return openErr
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		files[i] = file
	}
	result, err := grading.GradeHunt(files[0], files[1], files[2])
	if err != nil {
		return err
	}
	return result.WriteTable(w)
}
