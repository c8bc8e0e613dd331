package main

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"minewatch/analyze"
	"minewatch/analyze/report"
)

type weeklyFlags struct {
	week, region, lang, out string
}

func newReportCommand(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "report",
		Short: "write reports for people",
	}
	cmd.AddCommand(newReportWeeklyCommand(env))
	return cmd
}

func newReportWeeklyCommand(env *environment) *cobra.Command {
	var f weeklyFlags
	cmd := &cobra.Command{
		Use:   "weekly",
		Short: "write the weekly report: a page, a workbook, JSON and CSV",
		Long: `weekly writes a folder DIR/WEEK[-REGION]-LANG: report.html, a page that needs no
network and no other file and prints on A4; its tables as a workbook, report.xlsx,
for programs, report.json, and as CSV files in tables. It prints the page's path.

The report rests on the nights that were run: it says which days are missing,
and a week without any night gives a report that says so.

Both name units and contacts. They are written for the owner and the group
only; who else may read them is your decision.`,
		Example: `  minewatch report weekly                               last week
  minewatch report weekly --week 2026-W46 --out reports
  minewatch report weekly --region 宁波市 --lang en --out reports`,
		Args: cobra.NoArgs,
	}
	flags := cmd.Flags()
	flags.StringVar(&f.week, "week", "", "ISO `WEEK`, such as 2026-W46 (default the last complete week)")
	flags.StringVar(&f.region, "region", "", "only this `CITY` or CITY/COUNTY of the ledger")
	flags.StringVar(&f.lang, "lang", "zh", "language: zh or en")
	flags.StringVar(&f.out, "out", ".", "`FOLDER` to write to, made if missing")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return runReportWeekly(cmd.Context(), env, &f)
	}
	return cmd
}

func runReportWeekly(ctx context.Context, env *environment, f *weeklyFlags) error {
	options, err := env.analysis()
	if err != nil {
		return err
	}
	lang, err := report.ParseLang(f.lang)
	if err != nil {
		return usageErrorf("--lang: %w", err)
	}
	if f.week == "" {
		f.week = analyze.WeekOf(analyze.DayOf(env.now(), options.Zone).Add(-7))
	}
	if _, _, err := analyze.WeekDays(f.week); err != nil {
		return usageErrorf("--week: %w", err)
	}
	week, err := analyze.Week(ctx, analyze.WeekOptions{Options: options, Week: f.week, Region: f.region})
	if err != nil {
		return err
	}
	path, err := report.WriteFolder(filepath.Join(f.out, report.FolderName(week, lang)), week, lang)
	if err != nil {
		return err
	}
	env.describeWeek(week)
	_, err = fmt.Fprintln(env.stdout, path)
	return err
}

// describeWeek says what the report rests on, for the one who ran it.
func (e *environment) describeWeek(week *report.Week) {
	nights := 0
	for _, d := range week.Days {
		if d.Ran {
			nights++
		}
	}
	t := &week.Total
	suspects := t.HostsA + t.HostsB
	e.say(fmt.Sprintf("%s: %d of %d nights, %d %s (A %d, B %d), %d %s, %d excluded", week.Name, nights, len(week.Days),
		suspects, plural(suspects, "suspect"), t.HostsA, t.HostsB, t.HostsC, plural(t.HostsC, "clue"), t.HostsX))
	if nights > 0 {
		e.describeCoverage(&week.Coverage)
	}
	if nights < len(week.Days) {
		e.say("the report says which days are missing; run them with 'minewatch nightly --day DAY' and write it again")
	}
}
