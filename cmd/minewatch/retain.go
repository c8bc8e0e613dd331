package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"minewatch/analyze/intake"
	"minewatch/analyze/sheet"
	"minewatch/ingest/lake/upkeep"
)

func newRetainCommand(env *environment) *cobra.Command {
	var (
		limits retentionConfig
		dryRun bool
	)
	cmd := &cobra.Command{
		Use:   "retain",
		Short: "delete the hours of flows that are too old or too many",
		Long: `retain deletes the hours of flows that are older than --days, and then the oldest
ones until all hours together are no larger than --bytes. An hour's age counts
from when its newest flows were stored, so that an old log that is imported
today is kept as long as what is received today.

The open hour is never deleted, nor is anything but flows: what nights wrote,
feeds, ledgers and manifests stay. What was deleted stands in manifests/retain/.
The scheduled 'minewatch nightly' does the same.

Exit codes: 0 done (also where nothing was to do), 1 error, 2 usage.`,
		Example: `  minewatch retain --dry-run
  minewatch retain --days 365 --bytes 2000000000000`,
		Args: cobra.NoArgs,
	}
	flags := cmd.Flags()
	flags.IntVar(&limits.Days, "days", 0, "keep flows this many `DAYS`; 0 = for ever (retention.days)")
	flags.Int64Var(&limits.Bytes, "bytes", 0, "keep no more `BYTES` of flows; 0 = no limit (retention.bytes)")
	flags.BoolVar(&dryRun, "dry-run", false, "only say what would be deleted")
	format := addFormatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if !cmd.Flags().Changed("days") {
			limits.Days = env.config.Retention.Days
		}
		if !cmd.Flags().Changed("bytes") {
			limits.Bytes = env.config.Retention.Bytes
		}
		if limits.Days < 0 || limits.Bytes < 0 {
			return usageErrorf("--days and --bytes cannot be negative; 0 sets no limit")
		}
		done, err := retain(cmd.Context(), env, limits, dryRun)
		if err != nil {
			return interrupted(cmd.Context(), err)
		}
		if err := deletions().write(env, *format, done.Deleted); err != nil {
			return err
		}
		env.say(retentionSummary(done, dryRun))
		return nil
	}
	return cmd
}

func retain(ctx context.Context, env *environment, limits retentionConfig, dryRun bool) (*upkeep.Retention, error) {
	return upkeep.Retain(ctx, env.lake, upkeep.RetainOptions{
		Program:  "minewatch " + versionText(),
		Now:      env.now,
		MaxAge:   time.Duration(limits.Days) * 24 * time.Hour,
		MaxBytes: limits.Bytes,
		DryRun:   dryRun,
		Logger:   env.log,
	})
}

func retentionSummary(r *upkeep.Retention, dryRun bool) string {
	verb := "deleted"
	if dryRun {
		verb = "would delete"
	}
	return fmt.Sprintf("%s %s of flows, %d bytes; kept %d of %d bytes",
		verb, amount(len(r.Deleted), "hour"), r.DeletedBytes(), r.KeptHours, r.KeptBytes)
}

func deletions() *listing[upkeep.Deleted] {
	type row = upkeep.Deleted
	return &listing[row]{
		columns: []sheet.Column[row]{
			sheet.Value("hour", sheet.IsTime, func(d *row) string { return intake.FormatTime(d.Hour) }),
			sheet.Value("reason", sheet.IsText, func(d *row) string { return d.Reason }),
			sheet.Value("files", sheet.IsNumber, func(d *row) string { return strconv.Itoa(len(d.Files)) }),
			sheet.Value("bytes", sheet.IsNumber, func(d *row) string { return strconv.FormatInt(d.Bytes, 10) }),
		},
		brief: []string{"hour", "reason", "files", "bytes"},
	}
}

// keepInOrder is the housekeeping after the scheduled night: closed hours are
// compacted, and what is past its time is deleted. A night that is done stays
// done when this fails.
func keepInOrder(ctx context.Context, env *environment) error {
	merged, err := compact(ctx, env, 0)
	if len(merged) > 0 {
		env.say(fmt.Sprintf("compacted %s of flows", amount(len(merged), "hour")))
	}
	if err != nil {
		return interrupted(ctx, err)
	}
	done, err := retain(ctx, env, env.config.Retention, false)
	if err != nil {
		return interrupted(ctx, err)
	}
	if len(done.Deleted) > 0 {
		env.say(retentionSummary(done, false))
	}
	return nil
}
