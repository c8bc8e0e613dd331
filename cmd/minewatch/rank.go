package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"minewatch/analyze"
	"minewatch/analyze/report"
)

type rankFlags struct {
	from, to, week string
	by, region     string
	grades, status []string
	limit          rowLimit
	reasons        bool
}

func newRankCommand(env *environment) *cobra.Command {
	var f rankFlags
	cmd := &cobra.Command{
		Use:   "rank",
		Short: "rank the suspects of a period, with their reasons",
		Long: `rank grades the addresses that met mining pools within a period by all nights
that were run in it, and lists them in order. Days are those of site.zone.

Grades: A suspected mining (high), B suspected mining (medium), C clue, X
excluded with a reason. A suspect is an address: which machine, whose, how many
and whether on purpose is not in flow logs.

Status tells what is new in the period against all nights before it: new,
continuing, recurred or not_known, by the days on which a night suspected the
address; see 'minewatch history'. Grades C and X have none.

Formats csv and json have the columns rank, host, grade, score, contact_days,
contact_hours, contact_slots, pool_endpoints, sessions, duration_seconds,
span_seconds, first_seen, last_seen, bytes_up, bytes_down, packets_up,
packets_down, max_concurrent, coins, pools, unit, sector, city, county, reasons
and after them nat, first_day, days_seen, status, unknown_because; json has the evidence of each suspect, too. Times are UTC
there, and cells are the plain values: use the tables of 'minewatch report
weekly' for a spreadsheet, in which no cell can be run as a formula.`,
		Example: `  minewatch rank                                   all nights there are
  minewatch rank --week 2026-W46 --grade A,B
  minewatch rank --week 2026-W46 --status new,recurred
  minewatch rank --from 2026-11-09 --to 2026-11-12 --by duration --reasons
  minewatch rank --region 宁波市/鄞州区 --format csv > suspects.csv`,
		Args: cobra.NoArgs,
	}
	flags := cmd.Flags()
	flags.StringVar(&f.from, "from", "", "first `DAY`, such as 2026-11-09 (default the first night there is)")
	flags.StringVar(&f.to, "to", "", "last `DAY` (default the last night there is)")
	flags.StringVar(&f.week, "week", "", "ISO `WEEK`, such as 2026-W46")
	flags.StringVar(&f.by, "by", "score", "order by score, contact, duration or traffic")
	flags.StringVar(&f.region, "region", "", "only this `CITY` or CITY/COUNTY of the ledger")
	flags.StringSliceVar(&f.grades, "grade", nil, "only these `GRADES`, such as A,B")
	flags.StringSliceVar(&f.status, "status", nil, "only these `STATUSES`, such as new,recurred")
	addLimitFlag(cmd, &f.limit)
	flags.BoolVar(&f.reasons, "reasons", false, "in a table, tell every reason below each address")
	cmd.MarkFlagsMutuallyExclusive("week", "from")
	cmd.MarkFlagsMutuallyExclusive("week", "to")
	format := addFormatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return runRank(cmd.Context(), env, &f, *format)
	}
	return cmd
}

func runRank(ctx context.Context, env *environment, f *rankFlags, format outputFormat) error {
	options, err := f.options(env)
	if err != nil {
		return err
	}
	options.Limit = f.limit.rows(format)
	options.Details = f.reasons || format == formatJSON
	suspects, scope, err := analyze.Rank(ctx, options)
	if err != nil {
		return err
	}
	env.describeScope(&options, scope, len(suspects))
	if err := env.sayOutdated(scope.Nights); err != nil {
		return err
	}
	switch format {
	case formatCSV:
		return report.CSV(env.stdout, suspects)
	case formatJSON:
		return report.JSON(env.stdout, suspects)
	default:
		return report.Table(env.stdout, suspects, report.TableOptions{
			Zone: options.Zone, Width: terminalWidth(env.stdout), Reasons: f.reasons,
		})
	}
}

// options reads the flags; what is wrong with them is a usage error.
func (f *rankFlags) options(env *environment) (analyze.RankOptions, error) {
	shared, err := env.analysis()
	if err != nil {
		return analyze.RankOptions{}, err
	}
	o := analyze.RankOptions{Options: shared, By: f.by, Region: f.region}
	if f.week != "" {
		if o.From, o.To, err = analyze.WeekDays(f.week); err != nil {
			return o, usageErrorf("--week: %w", err)
		}
	}
	if err := parsePeriod(f.from, f.to, &o.From, &o.To); err != nil {
		return o, err
	}
	if !slices.Contains(analyze.Orders(), f.by) {
		return o, usageErrorf("--by %q: want %s", f.by, strings.Join(analyze.Orders(), ", "))
	}
	for _, grade := range f.grades {
		grade = strings.ToUpper(strings.TrimSpace(grade))
		if !slices.Contains([]string{"A", "B", "C", "X"}, grade) {
			return o, usageErrorf("--grade %q: want A, B, C or X, separated by commas", grade)
		}
		o.Grades += grade
	}
	for _, status := range f.status {
		status = strings.ToLower(strings.TrimSpace(status))
		if !slices.Contains(analyze.SuspectStatuses, status) {
			return o, usageErrorf("--status %q: want %s, separated by commas", status, strings.Join(analyze.SuspectStatuses, ", "))
		}
		o.Status = append(o.Status, status)
	}
	return o, nil
}

// describeScope says what a ranking rests on, beside the data. How many nights
// a window lacks is of interest where the user named the window.
func (e *environment) describeScope(o *analyze.RankOptions, scope analyze.Scope, shown int) {
	nights := len(scope.Nights)
	window := fmt.Sprintf("%s between %s and %s", amount(nights, "night"), scope.From, scope.To)
	if o.From != "" && o.To != "" {
		days := 0
		for day := scope.From; day <= scope.To; day = day.Add(1) {
			days++
		}
		window = fmt.Sprintf("%s to %s: %d of %s", scope.From, scope.To, nights, amount(days, "night"))
	}
	e.say(fmt.Sprintf("%s, %d %s met pools, %d shown", window, scope.Hosts, choose(scope.Hosts, "address", "addresses"), shown))
	e.describeCoverage(&scope.Coverage)
}

// terminalWidth is 0 where stdout is no terminal, and never so narrow that a
// table makes no sense.
func terminalWidth(stream any) int {
	f, ok := stream.(*os.File)
	if !ok {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return max(width, 100)
}
