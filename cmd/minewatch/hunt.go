package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"minewatch/analyze"
	"minewatch/analyze/sheet"
)

type huntFlags struct {
	day, from, to string
	limit         rowLimit
	evidence      bool
}

func newHuntCommand(env *environment) *cobra.Command {
	var f huntFlags
	cmd := &cobra.Command{
		Use:   "hunt",
		Short: "list unlisted endpoints that an analyst could look into (grade H)",
		Long: `hunt looks for what no feed lists yet: internal addresses that stay in contact
with one rare foreign TCP endpoint for hours, at a miner's rate. It reads the
flows of a day, or of several, and takes several times as long as a night.

Behaviour alone is no evidence. In the best documented study of such rules 97 of
100 hits were something else: every line is a question for an analyst, and not a
suspect. Nothing is stored, so nothing of it is in a ranking, a report, a count
or a notice. Ask the unit's administrator or a pool list what the endpoint is;
never connect to it from the watched network.

What was verified becomes part of the feed: keep its rows of the csv, and
  minewatch feed import FILE --name own-finds --evidence manual
  minewatch nightly --new-endpoints-only --since 90d

Endpoints that the feed or a negative list has are left out, and the ports of
hunt.ignore_ports. docs/scoring.md explains the score. Times in csv and json are UTC.`,
		Example: `  minewatch hunt                                   the last whole day
  minewatch hunt --from 2026-11-09 --to 2026-11-15 --format csv > hunt.csv
  minewatch hunt --day 2026-11-15 --limit 5 --evidence`,
		Args: cobra.NoArgs,
	}
	flags := cmd.Flags()
	flags.StringVar(&f.day, "day", "", "this `DAY`, such as 2026-11-15 (default the last whole day that has flows)")
	flags.StringVar(&f.from, "from", "", "first `DAY` of several")
	flags.StringVar(&f.to, "to", "", "last `DAY` of several (default the last whole day that has flows)")
	addLimitFlag(cmd, &f.limit)
	flags.BoolVar(&f.evidence, "evidence", false, "tell each find's evidence: value, threshold, points and reason in a row each")
	cmd.MarkFlagsMutuallyExclusive("day", "from")
	cmd.MarkFlagsMutuallyExclusive("day", "to")
	format := addFormatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return runHunt(cmd.Context(), env, &f, *format)
	}
	return cmd
}

func runHunt(ctx context.Context, env *environment, f *huntFlags, format outputFormat) error {
	options, err := f.options(env)
	if err != nil {
		return err
	}
	finds, scope, err := analyze.Hunt(ctx, options)
	if err != nil {
		return interrupted(ctx, err)
	}
	shown := firstRows(finds, f.limit.rows(format))
	n := len(scope.Days)
	env.say(fmt.Sprintf("%s with flows between %s and %s: %d rare foreign %s, %s worth a look, %d shown",
		amount(n, "day"), options.From, options.To, scope.Endpoints, plural(scope.Endpoints, "endpoint"), amount(len(finds), "pair"), len(shown)))
	if !scope.HasFeed {
		env.say("no pool feed was imported: pools that a feed would name are among these")
	}
	if f.evidence {
		return findEvidence().write(env, format, evidenceRows(shown))
	}
	return findListing().write(env, format, shown)
}

// options reads the flags; what is wrong with them is a usage error.
func (f *huntFlags) options(env *environment) (analyze.HuntOptions, error) {
	shared, err := env.analysis()
	if err != nil {
		return analyze.HuntOptions{}, err
	}
	o := analyze.HuntOptions{Options: shared, IgnorePorts: env.config.Hunt.IgnorePorts, HuntThresholds: env.config.Hunt.Thresholds}
	for _, flag := range []struct {
		name, text string
		day        *analyze.Day
	}{{"day", f.day, &o.From}, {"from", f.from, &o.From}, {"to", f.to, &o.To}} {
		if flag.text == "" {
			continue
		}
		if *flag.day, err = analyze.ParseDay(flag.text); err != nil {
			return o, usageErrorf("--%s: %w", flag.name, err)
		}
	}
	switch {
	case f.day != "":
		o.To = o.From
	case f.to != "" && f.from == "":
		return o, usageErrorf("--to needs --from")
	case f.to == "":
		if o.To, err = lastWholeDay(&shared); err != nil {
			return o, err
		}
		if f.from == "" {
			o.From = o.To
		}
	}
	return o, checkPeriod(o.From, o.To)
}

// lastWholeDay is the last day before today that has flows; today, where it is
// the only one.
func lastWholeDay(o *analyze.Options) (analyze.Day, error) {
	days, err := analyze.FlowDays(o.Lake, o.Zone)
	if err != nil {
		return "", err
	}
	if len(days) == 0 {
		return "", fmt.Errorf("the lake %s has no flows: fill it with 'minewatch collect' or 'minewatch import'", o.Lake)
	}
	today := analyze.DayOf(o.Now(), o.Zone)
	for i := len(days) - 1; i > 0; i-- {
		if days[i] < today {
			return days[i], nil
		}
	}
	return days[0], nil
}

// findListing names the internal side 'internal_host' and the foreign side as
// a feed does, so that rows that were verified can be imported as they are.
func findListing() *listing[analyze.Find] {
	type row = analyze.Find
	text := func(name string, of func(*row) string) sheet.Column[row] { return sheet.Value(name, sheet.IsText, of) }
	number := func(name string, of func(*row) int) sheet.Column[row] {
		return sheet.Value(name, sheet.IsNumber, func(r *row) string { return strconv.Itoa(of(r)) })
	}
	figure := func(name string, of func(*row) float64) sheet.Column[row] {
		return sheet.Value(name, sheet.IsNumber, func(r *row) string { return strconv.FormatFloat(of(r), 'f', -1, 64) })
	}
	return &listing[row]{
		columns: []sheet.Column[row]{
			number("rank", func(r *row) int { return r.Rank }),
			text("internal_host", func(r *row) string { return r.Host }),
			text("unit", func(r *row) string { return r.Unit }),
			text("sector", func(r *row) string { return r.Sector }),
			text("city", func(r *row) string { return r.City }),
			text("county", func(r *row) string { return r.County }),
			sheet.Value("nat", sheet.IsBool, func(r *row) string { return strconv.FormatBool(r.NAT) }),
			text("address", func(r *row) string { return r.Address }),
			number("port", func(r *row) int { return r.Port }),
			text("proto", func(r *row) string { return r.Proto }),
			figure("score", func(r *row) float64 { return r.Score }),
			number("days", func(r *row) int { return r.Days }),
			number("hours", func(r *row) int { return r.Hours }),
			number("slots", func(r *row) int { return r.Slots }),
			number("sessions", func(r *row) int { return r.Sessions }),
			sheet.Moment("first_seen", func(r *row) *time.Time { return &r.FirstSeen }),
			sheet.Moment("last_seen", func(r *row) *time.Time { return &r.LastSeen }),
			figure("kbps", func(r *row) float64 { return r.Kbps }),
			figure("packets_per_minute", func(r *row) float64 { return r.PacketsPerMinute }),
			figure("bytes_per_packet", func(r *row) float64 { return r.BytesPerPacket }),
			figure("up_percent", func(r *row) float64 { return r.UpPercent }),
			figure("push_percent", func(r *row) float64 { return r.PushPercent }),
			figure("variation", func(r *row) float64 { return r.Variation }),
			figure("dispersion", func(r *row) float64 { return r.Dispersion }),
			number("endpoint_hosts", func(r *row) int { return r.EndpointHosts }),
			number("host_endpoints", func(r *row) int { return r.HostEndpoints }),
			number("sampling_rate", func(r *row) int { return r.SamplingRate }),
			number("internal_port", func(r *row) int { return r.HostPort }),
			text("exporters", func(r *row) string { return r.Exporters }),
			text("reasons", func(r *row) string { return r.Reasons }),
		},
		brief: []string{
			"rank", "score", "internal_host", "unit", "address", "port", "days", "hours", "kbps", "packets_per_minute", "bytes_per_packet",
			"dispersion", "endpoint_hosts",
		},
	}
}

// evidenceRow is one named reason of a find.
type evidenceRow struct {
	*analyze.Find
	name, reason             string
	value, threshold, points float64
}

func evidenceRows(finds []analyze.Find) []evidenceRow {
	var rows []evidenceRow
	for i := range finds {
		for _, e := range finds[i].Evidence {
			rows = append(rows, evidenceRow{&finds[i], e.Name, e.Reason, e.Value, e.Threshold, e.Points})
		}
	}
	return rows
}

func findEvidence() *listing[evidenceRow] {
	type row = evidenceRow
	figure := func(name string, of func(*row) float64) sheet.Column[row] {
		return sheet.Value(name, sheet.IsNumber, func(r *row) string { return strconv.FormatFloat(of(r), 'f', -1, 64) })
	}
	return &listing[row]{
		columns: []sheet.Column[row]{
			sheet.Value("rank", sheet.IsNumber, func(r *row) string { return strconv.Itoa(r.Rank) }),
			sheet.Value("internal_host", sheet.IsText, func(r *row) string { return r.Host }),
			sheet.Value("address", sheet.IsText, func(r *row) string { return r.Address }),
			sheet.Value("port", sheet.IsNumber, func(r *row) string { return strconv.Itoa(r.Port) }),
			sheet.Value("evidence", sheet.IsText, func(r *row) string { return r.name }),
			figure("value", func(r *row) float64 { return r.value }),
			figure("threshold", func(r *row) float64 { return r.threshold }),
			figure("points", func(r *row) float64 { return r.points }),
			sheet.Value("reason", sheet.IsText, func(r *row) string { return r.reason }),
		},
		brief: []string{"rank", "internal_host", "address", "port", "evidence", "points", "reason"},
	}
}
