package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"minewatch/analyze"
	"minewatch/analyze/feed"
)

type nightlyFlags struct {
	days     []string
	from, to string
	since    string
	all      bool
	feedAsOf string

	newEndpointsOnly bool

	failOnEmpty bool

	wait        time.Duration
	setAside    bool
	hashFlows   bool
	catchUpDays int
}

func newNightlyCommand(env *environment) *cobra.Command {
	var f nightlyFlags
	cmd := &cobra.Command{
		Use:   "nightly",
		Short: "match one or more days with the feed and publish the suspects",
		Long: `nightly matches the flows of a day with the pool feed, grades the hosts that
were in contact by their last seven days, and publishes contacts, figures,
suspects, evidence and coverage in the lake, what it summed of the seven days
(week_meetings, week_figures), with which rankings of many weeks are made, and what
all nights said of each host (past, watched), with which a history begins. Days are
those of site.zone. A day without flows has no night; cron had better know of it: see
--fail-on-empty.

Each night says its coverage: what of all that the exporters sent is in the
lake, by the collectors' receipts, and a warning where a day is not covered. Then
no suspect does not mean no mining.

Without --day, --from and --all it is the scheduled run. It takes yesterday, and of the
days before it (nightly.catch_up_days) each that has flows and no night, or to whose
night flows or receipts came later; nights that rest on those are graded anew. A day
that fails does not stop the others. Afterwards it compacts closed hours and deletes
the flows that are past their time (see 'minewatch compact' and 'minewatch retain').

One run writes nights at a time: a second one says who does and since when, and ends
with code 1, or waits with --wait.

Running a day again replaces what it published: with the same flows, feed,
ledger and configuration by the same answer. A run that fails publishes
nothing; one that is killed while it publishes is finished by the next. Every run
leaves a manifest in a chain: see 'minewatch verify'.

A flow file that cannot be read fails the night, which names it. With --set-aside it
is moved to the lake's folder quarantine, never deleted, and the night goes on; manifest
and coverage tell what is missing.

With --new-endpoints-only, past days are matched with what the feed has learnt
since their nights: new endpoints, and known ones that are valid longer, vouched
for better or no longer shared. Only parts of the flows that can hold them are
read. A day on which somebody met one is run again; a night that rests on contacts
which so changed has its hosts graded anew; all others stay as they are. What was
searched for in vain is noted, and not searched for again. Where day after day
met something, most of the next ones are run without a search.

Exit codes: 0 done (also where nothing was found), 1 error, and with
--fail-on-empty a day without flows, 2 usage, 4 a data check failed and nothing
was published.`,
		Example: `  minewatch nightly                              yesterday
  minewatch nightly --day 2026-11-15
  minewatch nightly --from 2026-11-09 --to 2026-11-15
  minewatch nightly --all                        every day that has flows
  minewatch nightly --day 2026-11-15 --feed-as-of 2026-11-16
  minewatch nightly --since 90d --new-endpoints-only`,
		Args: cobra.NoArgs,
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&f.days, "day", nil, "`DAY` to run, such as 2026-11-15; may be repeated (default yesterday)")
	flags.StringVar(&f.from, "from", "", "first `DAY` of a period")
	flags.StringVar(&f.to, "to", "", "last `DAY` of a period (default yesterday)")
	flags.StringVar(&f.since, "since", "", "first `DAY` of a period, or 90d: so many days before today")
	flags.BoolVar(&f.newEndpointsOnly, "new-endpoints-only", false, "run only the days whose flows meet an endpoint that their nights did not know")
	flags.BoolVar(&f.all, "all", false, "run every day that has flows")
	flags.BoolVar(&f.failOnEmpty, "fail-on-empty", false, "end with code 1 when a day that was asked for has no flows, once the others are done (for cron)")
	flags.StringVar(&f.feedAsOf, "feed-as-of", "", "use the feed as it was known at this `TIME`: a day (its end) or 2026-11-16T06:00:00+08:00")
	cmd.MarkFlagsMutuallyExclusive("day", "from", "since", "all")
	cmd.MarkFlagsMutuallyExclusive("day", "to", "all")
	flags.DurationVar(&f.wait, "wait", 0, "wait for another run at most this `DURATION`, such as 30m")
	flags.BoolVar(&f.setAside, "set-aside", false, "move flow files that cannot be read to quarantine, and go on")
	flags.BoolVar(&f.hashFlows, "hash-flows", false, "hash flow files as a whole (nightly.hash_flows)")
	flags.IntVar(&f.catchUpDays, "catch-up-days", 0, "of the scheduled run: look at so many `DAYS` before yesterday (nightly.catch_up_days)")
	format := addFormatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if !cmd.Flags().Changed("catch-up-days") {
			f.catchUpDays = env.config.Nightly.CatchUpDays
		}
		if f.catchUpDays < 0 || f.wait < 0 {
			return usageErrorf("--catch-up-days and --wait cannot be negative")
		}
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
	options.HashFlows = options.HashFlows || f.hashFlows
	days, err := f.pick(env, &options)
	if err != nil {
		return err
	}
	runErr := writeTheNights(ctx, env, f, options, &days, format)
	if runErr != nil && (ctx.Err() != nil || !f.scheduled()) {
		return interrupted(ctx, runErr)
	}
	if f.scheduled() {
		if err := keepInOrder(ctx, env); err != nil {
			return errors.Join(runErr, err)
		}
	}
	switch {
	case runErr != nil:
		return runErr
	case len(days.empty) == 0:
		return nil
	case f.failOnEmpty:
		return errors.New(days.remark())
	}
	env.say(days.remark())
	return nil
}

// writeTheNights is all that only one program does at a time.
func writeTheNights(ctx context.Context, env *environment, f *nightlyFlags, options analyze.Options, days *askedDays, format outputFormat) error {
	turn, err := options.TakeTurn(ctx, f.wait)
	if err != nil {
		return err
	}
	defer turn.End()
	options.Turn = turn
	run := nightRun{env: env, options: options, setAside: f.setAside, goOn: f.scheduled()}
	switch {
	case f.newEndpointsOnly:
		err = run.late(ctx, days.toRun)
	case f.scheduled():
		if err = run.findDue(days, f.catchUpDays); err == nil {
			err = run.all(ctx, days.toRun)
		}
	default:
		err = run.all(ctx, days.toRun)
	}
	if err == nil || len(run.nights) > 0 {
		err = errors.Join(err, writeNights(env, format, run.nights))
	}
	if err == nil || len(run.nights)+len(run.notRun) > 0 {
		run.sum()
	}
	return err
}

// scheduled says that the flags ask for no days: that is the run of every
// night.
func (f *nightlyFlags) scheduled() bool {
	return !f.all && f.from == "" && f.to == "" && f.since == "" && len(f.days) == 0
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

// unresolved is what may be done where no entry is valid but names wait for their
// addresses.
func (e *environment) unresolved() string {
	var o feed.Options
	if err := e.knownNames(&o); err != nil || len(o.Names) == 0 {
		return ""
	}
	return fmt.Sprintf("; the feeds know %s by name only, which %s nothing: 'minewatch feed resolve' asks for %s addresses",
		amount(len(o.Names), "endpoint"), choose(len(o.Names), "matches", "match"), choose(len(o.Names), "its", "their"))
}

// warnNight says what the night's answer rests on, and what weakens it.
func warnNight(env *environment, m *analyze.Manifest, zone *time.Location) {
	c := &m.Counts
	env.say(fmt.Sprintf("%s: %s", m.Day, coverageText(&m.Coverage)))
	remarks := coverageRemarks(&m.Coverage, m.Thresholds["min_coverage_percent"], m.HoursAhead(zone))
	remark := func(n int64, one, many string) {
		switch {
		case n == 1:
			remarks = append(remarks, "1 "+one)
		case n > 1:
			remarks = append(remarks, fmt.Sprintf("%d %s", n, many))
		}
	}
	if m.FeedAsOf != nil {
		days, err := analyze.OtherFeedDays(env.lake, m)
		switch {
		case err != nil:
			remarks = append(remarks, "what the nights before rest on cannot be told: "+err.Error())
		case len(days) > 0:
			remarks = append(remarks, fmt.Sprintf("it grades by seven days, of which the nights of %s were matched with another feed: run them with the same --feed-as-of first", dayRanges(days)))
		}
	}
	if hours := int64(m.Day.Hours(zone)); c.HoursCovered < hours {
		remarks = append(remarks, fmt.Sprintf("only %d of %d hours %s flows", c.HoursCovered, hours, choose(c.HoursCovered, "has", "have")))
	}
	if c.FeedEntriesInWindow == 0 {
		remarks = append(remarks, "no feed entry is valid on this day: every contact is outside its window"+env.unresolved())
	}
	remark(c.NotInternal, "matched record of a host outside site.internal and the ledger was left out",
		"matched records of hosts outside site.internal and the ledger were left out")
	const inside = " of the watched network itself (site.internal or the ledger): explained; look at that address, or the list is wrong"
	remark(c.ListedInside, "contact with a listed address"+inside, "contacts with listed addresses"+inside)
	remark(c.FlowsOutOfReach, "flow ended further from its receipt than collect.clock_limit: no night finds it",
		"flows ended further from their receipt than collect.clock_limit: no night finds them")
	const rateHint = " as unsampled; set sampling in an [[exporter]] section for it, or import a flow log with --exporter and --sampling"
	remark(c.FlowsRateUnknown, "flow has no sampling rate and counts"+rateHint, "flows have no sampling rate and count"+rateHint)
	remark(c.FlowsClockReplaced, "flow came from an exporter without a usable clock: its times are those of receipt",
		"flows came from an exporter without a usable clock: their times are those of receipt")
	for _, r := range remarks {
		env.say(fmt.Sprintf("%s: %s", m.Day, r))
	}
}
