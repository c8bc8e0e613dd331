package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"minewatch/analyze"
)

type nightlyFlags struct {
	days     []string
	from, to string
	all      bool
	feedAsOf string
}

func newNightlyCommand(env *environment) *cobra.Command {
	var f nightlyFlags
	cmd := &cobra.Command{
		Use:   "nightly",
		Short: "match one or more days with the feed and publish the suspects",
		Long: `nightly matches the flows of a day with the pool feed, grades the hosts that
were in contact by their last seven days, and publishes contacts, suspects,
evidence and coverage in the lake. Days are those of site.zone.

Without --day, --from and --all it is the scheduled run: it takes yesterday, and
afterwards compacts closed hours and deletes the flows that are past their time
(see 'minewatch compact' and 'minewatch retain').

Running a day again replaces what it published: with the same flows, feed,
ledger and configuration by the same answer. A run that fails publishes
nothing.

Exit codes: 0 done (also where nothing was found), 1 error, 2 usage, 4 a data
check failed and nothing was published.`,
		Example: `  minewatch nightly                              yesterday
  minewatch nightly --day 2026-11-15
  minewatch nightly --from 2026-11-09 --to 2026-11-15
  minewatch nightly --all                        every day that has flows
  minewatch nightly --day 2026-11-15 --feed-as-of 2026-11-16`,
		Args: cobra.NoArgs,
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&f.days, "day", nil, "`DAY` to run, such as 2026-11-15; may be repeated (default yesterday)")
	flags.StringVar(&f.from, "from", "", "first `DAY` of a period")
	flags.StringVar(&f.to, "to", "", "last `DAY` of a period (default yesterday)")
	flags.BoolVar(&f.all, "all", false, "run every day that has flows")
	flags.StringVar(&f.feedAsOf, "feed-as-of", "", "use the feed as it was known at this `TIME`: a day (its end) or 2026-11-16T06:00:00+08:00")
	cmd.MarkFlagsMutuallyExclusive("day", "from", "all")
	cmd.MarkFlagsMutuallyExclusive("day", "to", "all")
	format := addFormatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return runNightly(cmd.Context(), env, &f, *format)
	}
	return cmd
}

func runNightly(ctx context.Context, env *environment, f *nightlyFlags, format outputFormat) error {
	options, err := env.analysis()
	if err != nil {
		return err
	}
	if options.FeedAsOf, err = parseAsOf(f.feedAsOf, options.Zone); err != nil {
		return usageErrorf("--feed-as-of: %w", err)
	}
	days, err := f.pick(env, &options)
	if err != nil {
		return err
	}
	var nights []*analyze.Manifest
	for i, day := range days {
		started := env.now()
		manifest, err := analyze.Night(ctx, options, day)
		switch {
		case errors.Is(err, analyze.ErrNoFlows):
			env.say(fmt.Sprintf("%s: no flows, so no night; %s", day, flowRange(env, &options)))
			continue
		case errors.Is(err, analyze.ErrCheck):
			return checkFailed(err)
		case err != nil:
			return err
		}
		nights = append(nights, manifest)
		env.say(fmt.Sprintf("%s: night %d of %d done in %.1f s", day, i+1, len(days), env.now().Sub(started).Seconds()))
		warnNight(env, manifest)
	}
	if err := writeNights(env, format, nights); err != nil || !f.scheduled() {
		return err
	}
	return keepInOrder(ctx, env)
}

// scheduled says that the flags ask for no days: that is the run of every
// night.
func (f *nightlyFlags) scheduled() bool {
	return !f.all && f.from == "" && f.to == "" && len(f.days) == 0
}

// pick lists the days that the flags ask for.
func (f *nightlyFlags) pick(env *environment, o *analyze.Options) ([]analyze.Day, error) {
	yesterday := analyze.DayOf(env.now(), o.Zone).Add(-1)
	switch {
	case f.all:
		days, err := analyze.FlowDays(o.Lake, o.Zone)
		if err == nil && len(days) == 0 {
			return nil, fmt.Errorf("lake %s holds no flows: fill it with 'minewatch collect' or 'minewatch import'", o.Lake)
		}
		return days, err
	case f.from != "" || f.to != "":
		return f.period(yesterday)
	case f.scheduled():
		return []analyze.Day{yesterday}, nil
	}
	var days []analyze.Day
	for _, text := range f.days {
		day, err := analyze.ParseDay(text)
		if err != nil {
			return nil, usageErrorf("--day: %w", err)
		}
		days = append(days, day)
	}
	slices.Sort(days)
	return slices.Compact(days), nil
}

func (f *nightlyFlags) period(yesterday analyze.Day) ([]analyze.Day, error) {
	if f.from == "" {
		return nil, usageErrorf("--to needs --from")
	}
	from, err := analyze.ParseDay(f.from)
	if err != nil {
		return nil, usageErrorf("--from: %w", err)
	}
	to := yesterday
	if f.to != "" {
		if to, err = analyze.ParseDay(f.to); err != nil {
			return nil, usageErrorf("--to: %w", err)
		}
	}
	if to < from {
		return nil, usageErrorf("the period ends on %s, before it begins on %s", to, from)
	}
	var days []analyze.Day
	for day := from; day <= to; day = day.Add(1) {
		days = append(days, day)
	}
	return days, nil
}

// parseAsOf reads a time, or a day as its end.
func parseAsOf(text string, zone *time.Location) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if day, err := analyze.ParseDay(text); err == nil {
		return day.End(zone).Add(-time.Nanosecond), nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q: write a day such as 2026-11-15, or a time such as 2026-11-16T06:00:00+08:00", text)
	}
	return t, nil
}

// flowRange says which days could be asked for instead.
func flowRange(env *environment, o *analyze.Options) string {
	days, err := analyze.FlowDays(env.lake, o.Zone)
	if err != nil || len(days) == 0 {
		return "the lake holds no flows at all"
	}
	return fmt.Sprintf("the lake has flows from %s to %s", days[0], days[len(days)-1])
}

// warnNight says what weakens the night's answer.
func warnNight(env *environment, m *analyze.Manifest) {
	c := &m.Counts
	var remarks []string
	remark := func(n int64, text string) {
		if n > 0 {
			remarks = append(remarks, fmt.Sprintf("%d %s", n, text))
		}
	}
	if c.HoursCovered < 24 {
		remarks = append(remarks, fmt.Sprintf("only %d of 24 hours have flows", c.HoursCovered))
	}
	if c.FeedEntriesInWindow == 0 {
		remarks = append(remarks, "no feed entry is valid on this day: every contact is outside its window")
	}
	remark(c.NotInternal, "matched records of hosts outside site.internal and the ledger were left out")
	remark(c.FlowsOutOfReach, "flows ended over an hour from their receipt: no night finds them")
	remark(c.FlowsRateUnknown, "flows have no sampling rate and count as unsampled; set sampling in an [[exporter]] section for their exporter")
	remark(c.FlowsClockReplaced, "flows came from an exporter without a usable clock: their times are those of receipt")
	for _, r := range remarks {
		env.say(fmt.Sprintf("%s: %s", m.Day, strings.TrimSpace(r)))
	}
}
