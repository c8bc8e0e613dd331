package main

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"minewatch/analyze"
	"minewatch/analyze/intake"
	"minewatch/analyze/sheet"
)

func newFeedQualityCommand(env *environment) *cobra.Command {
	var weeks int
	var asOf string
	cmd := &cobra.Command{
		Use:   "quality",
		Short: "say what each source of the feed is worth",
		Long: `quality says of each source of the current feeds how many endpoints it has, how
old it is, how many of them are dead (their window has ended), shared, have a port,
and are named by another source too; and what it found in the nights of the last
weeks: contacts that rest on it, hosts, and hosts of grade A and B that were in
contact through it. A source that finds nobody may be good: nobody mined there.

Of the addresses that units were told of through it, and answered about: how many
were confirmed (mining, active, passive or for research) and refuted (a false alarm),
and the precision, confirmed of both. Nobody answered: these are empty.`,
		Example: `  minewatch feed quality
  minewatch feed quality --weeks 12 --format csv`,
		Args: cobra.NoArgs,
	}
	cmd.Flags().IntVar(&weeks, "weeks", 4, "count hits of so many `WEEKS`, up to the last night")
	cmd.Flags().StringVar(&asOf, "feed-as-of", "", "rate the feed as it was known at this `TIME`: a day (its end) or 2026-11-16T06:00:00+08:00")
	format := addFormatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return runFeedQuality(cmd.Context(), env, weeks, asOf, *format)
	}
	return cmd
}

func runFeedQuality(ctx context.Context, env *environment, weeks int, asOf string, format outputFormat) error {
	if weeks < 1 {
		return usageErrorf("--weeks %d: want 1 or more", weeks)
	}
	options, err := env.analysis()
	if err != nil {
		return err
	}
	if options.FeedAsOf, err = parseAsOf(asOf, options.Zone); err != nil {
		return usageErrorf("--feed-as-of: %w", err)
	}
	nights, err := analyze.NightDays(env.lake)
	if err != nil {
		return err
	}
	to := analyze.DayOf(env.now(), options.Zone)
	if len(nights) > 0 {
		to = nights[len(nights)-1]
	}
	from := to.Add(1 - 7*weeks)
	list, err := analyze.RateFeeds(ctx, options, from, to)
	if err != nil {
		return err
	}
	counted := 0
	for _, day := range nights {
		if day >= from {
			counted++
		}
	}
	env.say(fmt.Sprintf("hits of %s between %s and %s", amount(counted, "night"), from, to))
	return feedQualities().write(env, format, list)
}

func feedQualities() *listing[analyze.FeedQuality] {
	type row = analyze.FeedQuality
	text := func(name string, of func(*row) string) sheet.Column[row] { return sheet.Value(name, sheet.IsText, of) }
	number := func(name string, of func(*row) int) sheet.Column[row] {
		return sheet.Value(name, sheet.IsNumber, func(q *row) string { return strconv.Itoa(of(q)) })
	}
	share := func(name string, of func(*row) float64) sheet.Column[row] {
		return sheet.Value(name, sheet.IsNumber, func(q *row) string { return strconv.FormatFloat(of(q), 'f', 1, 64) })
	}
	answered := func(name string, of func(*row) sql.NullInt64) sheet.Column[row] {
		return sheet.Value(name, sheet.IsNumber, func(q *row) string {
			if n := of(q); n.Valid {
				return strconv.FormatInt(n.Int64, 10)
			}
			return ""
		})
	}
	return &listing[row]{
		columns: []sheet.Column[row]{
			text("feed", func(q *row) string { return q.Feed }),
			text("source", func(q *row) string { return q.Source }),
			text("feed_version", func(q *row) string { return q.Version }),
			number("endpoints", func(q *row) int { return q.Endpoints }),
			number("prefixes", func(q *row) int { return q.Prefixes }),
			number("live", func(q *row) int { return q.Live }),
			number("dead", func(q *row) int { return q.Dead }),
			share("dead_percent", func(q *row) float64 { return q.DeadPercent }),
			number("shared", func(q *row) int { return q.Shared }),
			share("port_known_percent", func(q *row) float64 { return q.PortKnownPercent }),
			share("elsewhere_percent", func(q *row) float64 { return q.ElsewherePercent }),
			share("age_days", func(q *row) float64 { return q.AgeDays }),
			text("last_seen", func(q *row) string { return knownTime(q.LastSeen, intake.Stamp) }),
			number("contacts", func(q *row) int { return q.Contacts }),
			number("endpoints_met", func(q *row) int { return q.EndpointsMet }),
			number("hosts", func(q *row) int { return q.Hosts }),
			number("hosts_a", func(q *row) int { return q.HostsA }),
			number("hosts_b", func(q *row) int { return q.HostsB }),
			text("last_hit", func(q *row) string { return knownTime(q.LastHit, time.DateOnly) }),
			answered("answers", func(q *row) sql.NullInt64 { return q.Answers }),
			answered("confirmed", func(q *row) sql.NullInt64 { return q.Confirmed }),
			answered("refuted", func(q *row) sql.NullInt64 { return q.Refuted }),
			sheet.Value("precision_percent", sheet.IsNumber, func(q *row) string {
				if !q.PrecisionPercent.Valid {
					return ""
				}
				return strconv.FormatFloat(q.PrecisionPercent.Float64, 'f', 1, 64)
			}),
		},
		brief: []string{"feed", "source", "endpoints", "age_days", "dead_percent", "shared", "port_known_percent", "elsewhere_percent", "contacts", "hosts", "hosts_a", "hosts_b", "last_hit", "answers", "precision_percent"},
		empty: "no feed was imported yet: see 'minewatch feed import --help'",
	}
}

func knownTime(t sql.NullTime, layout string) string {
	if !t.Valid {
		return ""
	}
	return t.Time.Format(layout)
}
