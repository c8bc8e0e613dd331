package main

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"

	"github.com/spf13/cobra"

	"minewatch/analyze"
	"minewatch/analyze/report"
	"minewatch/analyze/sheet"
)

type historyFlags struct {
	from, to, unit string
	units          bool
	limit          rowLimit
}

func newHistoryCommand(env *environment) *cobra.Command {
	var f historyFlags
	cmd := &cobra.Command{
		Use:   "history [HOST]",
		Short: "tell since when an address or unit is suspected, and whether it has stopped",
		Long: `history lists every address that a night ever suspected (grade A or B), and what
became of it in a period: by default the week that ends with the last night.

  new         first suspected in the period
  continuing  suspected in it and before it, with fewer than clean_days days between
  recurred    suspected in it, after at least clean_days clean days
  gone        suspected before, and every day of the period is clean
  not_known   the data do not tell; unknown_because says why

A day is clean if a night was run, no pool answered the address, and every exporter
that saw it last is covered: see 'Where nothing was found' in docs/scoring.md. A
day is suspected if a pool answered and its night graded the address A or B.

With HOST or --unit the days of one are told, spell by spell: suspected, clues
(contact too little for a suspicion), excluded (contact under a registered
exclusion), clean or not_known. Only nightly tables are read: what 'minewatch retain'
deleted of the flows is missed by nothing here.`,
		Example: `  minewatch history
  minewatch history 10.1.2.3
  minewatch history --unit 某某学院
  minewatch history --units --from 2026-11-09 --to 2026-11-15 --format csv`,
		Args: cobra.MaximumNArgs(1),
	}
	flags := cmd.Flags()
	flags.StringVar(&f.from, "from", "", "first `DAY` of the period (default six days before --to)")
	flags.StringVar(&f.to, "to", "", "last `DAY` (default the last night there is)")
	flags.StringVar(&f.unit, "unit", "", "tell the days of this `UNIT` of the ledger")
	flags.BoolVar(&f.units, "units", false, "list units, not addresses")
	addLimitFlag(cmd, &f.limit)
	cmd.MarkFlagsMutuallyExclusive("unit", "units")
	format := addFormatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		options, err := f.options(env)
		if err != nil {
			return err
		}
		switch {
		case len(args) == 1 && (f.unit != "" || f.units):
			return usageErrorf("HOST, --unit and --units do not go together: choose one")
		case len(args) == 1:
			address, err := netip.ParseAddr(args[0])
			if err != nil {
				return usageErrorf("%q is no IP address; a unit is named by --unit", args[0])
			}
			return tellStory(cmd.Context(), env, options, "host", address.String(), *format)
		case f.unit != "":
			return tellStory(cmd.Context(), env, options, "unit", f.unit, *format)
		}
		hosts, units, err := analyze.History(cmd.Context(), options)
		if err != nil {
			return interrupted(cmd.Context(), err)
		}
		if f.units {
			return pastListing("unit").write(env, *format, firstOf(env, &f.limit, *format, "unit", units))
		}
		return pastListing("host").write(env, *format, firstOf(env, &f.limit, *format, "host", hosts))
	}
	return cmd
}

func (f *historyFlags) options(env *environment) (analyze.HistoryOptions, error) {
	shared, err := env.analysis()
	if err != nil {
		return analyze.HistoryOptions{}, err
	}
	o := analyze.HistoryOptions{Options: shared}
	if err := parsePeriod(f.from, f.to, &o.From, &o.To); err != nil {
		return o, err
	}
	return o, checkBegun(env, shared, o.From, o.To)
}

// checkBegun refuses a period that has not begun, of which there is nothing to tell, and
// says of one that is not over that it is not: what is gone by its end is not known yet.
func checkBegun(env *environment, o analyze.Options, from, to analyze.Day) error {
	today := analyze.DayOf(env.now(), o.Zone)
	if from == "" && to != "" {
		from = to.Add(-6)
	}
	if from > today {
		return usageErrorf("the period has not begun: it begins on %s, and today is %s (%s)", from, today, o.Zone)
	}
	if to >= today {
		env.say(fmt.Sprintf("the period is not over: it ends with %s (%s), and the days that are not over yet tell nothing", to, o.Zone))
	}
	return nil
}

func tellStory(ctx context.Context, env *environment, o analyze.HistoryOptions, kind, subject string, format outputFormat) error {
	spells, err := analyze.Story(ctx, o, kind, subject)
	if err != nil {
		return interrupted(ctx, err)
	}
	if len(spells) == 0 {
		env.say(fmt.Sprintf("no night suspected %s; 'minewatch sql' has its contacts, if there are any", subject))
	}
	return spellListing(kind).write(env, format, spells)
}

func pastListing(kind string) *listing[report.Past] {
	type row = report.Past
	text := func(name string, value func(*row) string) sheet.Column[row] {
		return sheet.Value(name, sheet.IsText, value)
	}
	number := func(name string, value func(*row) int) sheet.Column[row] {
		return sheet.Value(name, sheet.IsNumber, func(p *row) string { return strconv.Itoa(value(p)) })
	}
	l := &listing[row]{
		columns: []sheet.Column[row]{
			text(kind, func(p *row) string { return p.Subject }),
			text("status", func(p *row) string { return p.Status }),
			text("unknown_because", func(p *row) string { return p.UnknownBecause }),
			text("first_day", func(p *row) string { return p.FirstDay }),
			text("last_day", func(p *row) string { return p.LastDay }),
			text("last_before", func(p *row) string { return p.LastBefore }),
			number("days_seen", func(p *row) int { return p.DaysSeen }),
			number("days_in_window", func(p *row) int { return p.DaysInWindow }),
			number("days_of_clues", func(p *row) int { return p.DaysOfClues }),
			number("days_excluded", func(p *row) int { return p.DaysExcluded }),
			number("gap_days", func(p *row) int { return p.GapDays }),
			number("clean_days", func(p *row) int { return p.CleanDays }),
			number("recurrences", func(p *row) int { return p.Recurrences }),
			text("best_grade", func(p *row) string { return p.BestGrade }),
			text("last_grade", func(p *row) string { return p.LastGrade }),
		},
		brief: []string{kind, "status", "unknown_because", "first_day", "last_day", "days_seen", "gap_days", "clean_days", "recurrences", "last_grade"},
		empty: "no night suspected anybody",
	}
	if kind == "host" {
		l.columns = append(l.columns, text("unit", func(p *row) string { return p.Unit }))
		l.brief = append(l.brief, "unit")
	}
	l.columns = append(l.columns,
		text("sector", func(p *row) string { return p.Sector }),
		text("city", func(p *row) string { return p.City }),
		text("county", func(p *row) string { return p.County }),
		text("exporters", func(p *row) string { return p.Exporters }),
	)
	return l
}

func spellListing(kind string) *listing[analyze.Spell] {
	type row = analyze.Spell
	text := func(name string, value func(*row) string) sheet.Column[row] {
		return sheet.Value(name, sheet.IsText, value)
	}
	l := &listing[row]{
		columns: []sheet.Column[row]{
			text("from_day", func(s *row) string { return s.From }),
			text("to_day", func(s *row) string { return s.To }),
			sheet.Value("days", sheet.IsNumber, func(s *row) string { return strconv.Itoa(s.Days) }),
			text("state", func(s *row) string { return s.State }),
			sheet.Value("is_recurrence", sheet.IsBool, func(s *row) string { return strconv.FormatBool(s.Recurrence) }),
			text("grades", func(s *row) string { return s.Grades }),
			sheet.Value("hosts", sheet.IsNumber, func(s *row) string { return strconv.Itoa(s.Hosts) }),
			text("units", func(s *row) string { return s.Units }),
			text("exporters", func(s *row) string { return s.Exporters }),
		},
		brief: []string{"from_day", "to_day", "days", "state", "is_recurrence", "grades", "units", "exporters"},
	}
	if kind == "unit" {
		l.brief = []string{"from_day", "to_day", "days", "state", "is_recurrence", "grades", "hosts", "exporters"}
	}
	return l
}
