package main

import (
	"context"
	"fmt"
	"io"
	"os"
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
		Short: "write the weekly report as a page, with its tables as CSV",
		Long: `weekly writes DIR/report-WEEK[-REGION]-LANG.html and, in a folder of the same
name without .html, its tables as CSV files for spreadsheets. The page needs no
network and no other file, and prints on A4. It prints the page's path.

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
	path, err := saveWeek(f.out, week, lang)
	if err != nil {
		return err
	}
	if err := env.describeWeek(week); err != nil {
		return err
	}
	_, err = fmt.Fprintln(env.stdout, path)
	return err
}

// saveWeek writes the tables first: who sees the page finds them, too.
func saveWeek(dir string, week *report.Week, lang report.Lang) (string, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return "", fmt.Errorf("make the folder of the report: %w", err)
	}
	base := filepath.Join(dir, report.FileName(week, lang))
	if _, err := report.CSVFiles(base, week, lang); err != nil {
		return "", err
	}
	page := base + ".html"
	return page, report.Save(page, func(w io.Writer) error { return report.HTML(w, week, lang) })
}

// describeWeek says what the report rests on, for the one who ran it.
func (e *environment) describeWeek(week *report.Week) error {
	var ran []analyze.Day
	for _, d := range week.Days {
		if d.Ran {
			ran = append(ran, analyze.DayOf(d.Day, week.Zone))
		}
	}
	nights := len(ran)
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
	return e.sayOutdated(ran)
}
