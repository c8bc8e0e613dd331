package main

import (
	"context"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"minewatch/analyze/intake"
	"minewatch/analyze/sheet"
	"minewatch/ingest/lake/upkeep"
)

func newCompactCommand(env *environment) *cobra.Command {
	var closedFor time.Duration
	cmd := &cobra.Command{
		Use:   "compact",
		Short: "merge the files of closed hours into few sorted ones",
		Long: `compact merges the many small files that collectors and imports leave in an hour
into few large ones, sorted by address: about a third smaller, and with a filter
by which a question about one address skips what does not hold it.

It can run at any time, beside collectors, nights and analysts: the new files
take the place of the old ones in one step, and every flow is seen exactly once
throughout. What arrives in an hour later is merged at the next run. Meant for
every hour; the scheduled 'minewatch nightly' does it as well.

The lake needs room for the largest hour twice, and a file system that can
exchange two folders: ext4, xfs, btrfs, tmpfs.

Exit codes: 0 done (also where nothing was to do), 1 some hour could not be
compacted and stays as it was, 2 usage.`,
		Args: cobra.NoArgs,
	}
	cmd.Flags().DurationVar(&closedFor, "closed-for", 10*time.Minute, "take an hour as closed when it is over for this long")
	format := addFormatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if closedFor <= 0 {
			return usageErrorf("--closed-for %s has to be above 0: the open hour is never compacted", closedFor)
		}
		done, err := compact(cmd.Context(), env, closedFor)
		if writeErr := compactions().write(env, *format, done); err == nil {
			err = writeErr
		}
		return interrupted(cmd.Context(), err)
	}
	return cmd
}

// compact returns the hours that were compacted, also where others failed.
func compact(ctx context.Context, env *environment, closedFor time.Duration) ([]upkeep.Compaction, error) {
	options, err := env.analysis()
	if err != nil {
		return nil, err
	}
	var done []upkeep.Compaction
	err = upkeep.Compact(ctx, env.lake, upkeep.CompactOptions{
		Program:   "minewatch " + versionText(),
		Now:       env.now,
		ClosedFor: closedFor,
		Logger:    env.log,
		OnHour:    func(c *upkeep.Compaction) { done = append(done, *c) },
	})
	return done, options.Advise(err, "")
}

func compactions() *listing[upkeep.Compaction] {
	type row = upkeep.Compaction
	number := func(name string, value func(*row) int64) sheet.Column[row] {
		return sheet.Value(name, sheet.IsNumber, func(c *row) string { return strconv.FormatInt(value(c), 10) })
	}
	return &listing[row]{
		columns: []sheet.Column[row]{
			sheet.Value("hour", sheet.IsTime, func(c *row) string { return intake.FormatTime(c.Hour) }),
			number("flows", func(c *row) int64 { return c.Rows }),
			number("files_before", func(c *row) int64 { return int64(len(c.Inputs)) }),
			number("files_after", func(c *row) int64 { return int64(len(c.Outputs)) }),
			number("bytes_before", (*row).BytesBefore),
			number("bytes_after", (*row).BytesAfter),
			sheet.Value("seconds", sheet.IsNumber, func(c *row) string {
				return strconv.FormatFloat(c.Written.Sub(c.Begun).Seconds(), 'f', 1, 64)
			}),
		},
		brief: []string{"hour", "flows", "files_before", "files_after", "bytes_before", "bytes_after", "seconds"},
		empty: "no closed hour has anything to merge",
	}
}
