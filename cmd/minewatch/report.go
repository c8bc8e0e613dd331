package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"minewatch/analyze"
	"minewatch/analyze/report"
)

type weeklyFlags struct {
	week, region, lang, out string
	notifiedAt              string
	draft, mask             bool
}

func newReportCommand(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "report",
		Short: "write reports for people",
	}
	cmd.AddCommand(newReportWeeklyCommand(env), newReportSampleCommand(env), newReportTemplateCommand(env))
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

With --region all it writes the report of everything and, in folders below, one of
each city and county that the ledger and the nights know: CITY and CITY/COUNTY. Each
folder names addresses of its own region only; the notice of a unit is in the folder
of the smallest region that has all its addresses.

The report rests on the nights that were run: it says which days are missing,
and a week without any night gives a report that says so. That of a week which is not
over is written without notices, as with --draft; one that has not begun is refused.

It names units and contacts, and is written for the owner and the group only; who
else may read it is your decision. With --mask a version for the public is
written, to a folder that ends in -masked.`,
		Example: `  minewatch report weekly                               last week
  minewatch report weekly --week 2026-W46 --out reports
  minewatch report weekly --region 宁波市 --lang en --out reports
  minewatch report weekly --week 2026-W46 --mask --out public

  minewatch report weekly --region all --out reports`,
		Args: cobra.NoArgs,
	}
	flags := cmd.Flags()
	flags.StringVar(&f.week, "week", "", "ISO `WEEK`, such as 2026-W46 (default the last complete week)")
	flags.StringVar(&f.region, "region", "", "only this `CITY` or CITY/COUNTY of the ledger; all for everything and each of them")
	flags.StringVar(&f.lang, "lang", "zh", "language: zh or en")
	flags.StringVar(&f.out, "out", ".", "`FOLDER` to write to, made if missing")
	flags.StringVar(&f.notifiedAt, "notified-at", "", "`TIME` at which the notices are sent (default the Monday after the week, 09:00)")
	flags.BoolVar(&f.draft, "draft", false, "write no notices and no forms, and record nothing")
	flags.BoolVar(&f.mask, "mask", false, "write a version for the public: no units, contacts, full addresses, ports or exact times; as --draft")
	cmd.MarkFlagsMutuallyExclusive("mask", "notified-at")
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
	if f.week, err = weekName(env, options, f.week); err != nil {
		return err
	}
	if err := f.keepOpen(env, options); err != nil {
		return err
	}
	if f.region == everyRegion {
		if f.mask {
			return usageErrorf("--mask writes one report: name a city with --region, or none")
		}
		return writeRegions(ctx, env, f, &analyze.WeekOptions{Options: options, Week: f.week}, lang)
	}
	week, err := readWeek(ctx, options, f.week, f.region)
	if err != nil {
		return err
	}
	if f.mask {
		if strings.Contains(f.region, "/") {
			return usageErrorf("--mask with --region %s: a public version is of everything or of a city", f.region)
		}
		if week, err = report.Mask(week); err != nil {
			return err
		}
	} else if !f.draft {
		if err := issue(ctx, env, f, &options, week); err != nil {
			return err
		}
	}
	writer, err := report.NewWriter(lang, week.Zone)
	if err != nil {
		return err
	}
	folder := filepath.Join(f.out, report.FolderName(week, lang))
	path, err := writer.Folder(folder, week)
	if err != nil {
		return err
	}
	if err := env.removeStale(writer, f, week, lang); err != nil {
		return err
	}
	if err := env.describeWeek(week); err != nil {
		return err
	}
	_, err = fmt.Fprintln(env.stdout, path)
	return err
}

// weekName is the week that was named, or the last complete one. One that has not
// begun has nothing to tell.
func weekName(env *environment, options analyze.Options, name string) (string, error) {
	today := analyze.DayOf(env.now(), options.Zone)
	if name == "" {
		name = analyze.WeekOf(today.Add(-7))
	}
	from, _, err := analyze.WeekDays(name)
	if err != nil {
		return "", usageErrorf("--week: %w", err)
	}
	if from > today {
		return "", usageErrorf("--week %s has not begun: it begins on %s (%s), and the last complete week is %s",
			name, from, options.Zone, analyze.WeekOf(today.Add(-7)))
	}
	return analyze.WeekOf(from), nil
}

// openWeek says that a week is not over yet; "" = it is.
func openWeek(env *environment, options analyze.Options, name string) (string, error) {
	_, to, err := analyze.WeekDays(name)
	if err != nil || to < analyze.DayOf(env.now(), options.Zone) {
		return "", err
	}
	return fmt.Sprintf("%s is not over: it ends with %s (%s)", name, to, options.Zone), nil
}

// keepOpen writes the report of a week that is not over as a draft: nobody is told of
// a week before its end, and what is on record of it could not grow with the week.
func (f *weeklyFlags) keepOpen(env *environment, options analyze.Options) error {
	open, err := openWeek(env, options, f.week)
	if err != nil || open == "" {
		return err
	}
	if f.notifiedAt != "" {
		return usageErrorf("--notified-at %s: %s, and nobody is told of a week before its end", f.notifiedAt, open)
	}
	env.say(open + ", so the report has the nights up to now; notices and forms are written after its end")
	f.draft = true
	return nil
}

// readWeek reads what a report is of.
func readWeek(ctx context.Context, options analyze.Options, name, region string) (*report.Week, error) {
	return analyze.Week(ctx, analyze.WeekOptions{Options: options, Week: name, Region: region})
}

// everyRegion is what --region takes for a report of everything, and one of each
// region below it.
const everyRegion = "all"

func writeRegions(ctx context.Context, env *environment, f *weeklyFlags, o *analyze.WeekOptions, lang report.Lang) error {
	var folders report.RegionFolders
	var whole *report.Week // without its rows: what is said at the end
	var base, page string
	var writer *report.Writer
	regions := 0
	o.Region = ""
	err := analyze.Weeks(ctx, *o, func(week *report.Week) (func() error, error) {
		if week.Region == "" {
			// Where all begins anew, what was written before may be stale.
			var err error
			if writer, err = report.NewWriter(lang, o.Zone); err != nil {
				return nil, err
			}
			if !f.draft {
				if err := issue(ctx, env, f, &o.Options, week); err != nil {
					return nil, err
				}
			}
			base, regions = filepath.Join(f.out, report.FolderName(week, lang)), 0
			whole = &report.Week{
				Name: week.Name, Zone: week.Zone, Days: week.Days, Total: week.Total, Coverage: week.Coverage,
				SuspectsExcluded: week.SuspectsExcluded,
			}
			takeIssue(whole, week)
			whole.Withdrawn = week.Withdrawn
		} else {
			// All addresses were recorded with the whole.
			takeIssue(week, whole)
			regions++
		}
		folder := filepath.Join(base, folders.Of(week.Region))
		return func() error {
			path, err := writer.Folder(folder, week)
			if week.Region == "" {
				page = path
			}
			return err
		}, nil
	})
	if err != nil {
		return err
	}
	if err := env.removeStale(writer, f, whole, lang); err != nil {
		return err
	}
	if err := env.describeWeek(whole); err != nil {
		return err
	}
	env.say(fmt.Sprintf("%s of cities and counties are in folders below it", amount(regions, "report")))
	_, err = fmt.Fprintln(env.stdout, page)
	return err
}

// takeIssue gives a week what is settled of its notices by another report of it.
func takeIssue(week, by *report.Week) {
	week.Issue, week.Told, week.Before, week.Revisions = by.Issue, by.Told, by.Before, by.Revisions
	week.NoticeTemplate, week.Contact, week.ReturnTo = by.NoticeTemplate, by.Contact, by.ReturnTo
}

func newReportTemplateCommand(env *environment) *cobra.Command {
	lang := "zh"
	cmd := &cobra.Command{
		Use:   "template",
		Short: "print the template of the notices to units, to begin your own with",
		Long: `template prints the template that notices are written by: an HTML page in the form of
Go's html/template. Save it, change its words, and name the file as
report.notice_template in the configuration. docs/report.md tells what it may say.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			chosen, err := report.ParseLang(lang)
			if err != nil {
				return usageErrorf("--lang: %w", err)
			}
			text, err := report.NoticeTemplate(chosen)
			if err != nil {
				return err
			}
			_, err = io.WriteString(env.stdout, text)
			return err
		},
	}
	cmd.Flags().StringVar(&lang, "lang", lang, "language: zh or en")
	return cmd
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
	found := "nothing is known of it"
	if nights > 0 {
		found = fmt.Sprintf("%s (A %d, B %d), %s, %d excluded", amount(suspects, "suspect"), t.HostsA, t.HostsB, amount(t.HostsC, "clue"), t.HostsX)
	}
	e.say(fmt.Sprintf("%s: %d of %d nights, %s", week.Name, nights, len(week.Days), found))
	if n := week.SuspectsExcluded; n > 0 {
		e.say(fmt.Sprintf("%s: registered as excluded by now, marked in the report and in no notice", amount(n, "suspect")))
	}
	if nights > 0 {
		e.describeCoverage(&week.Coverage)
	}
	if nights < len(week.Days) && !week.Open {
		e.say("the report says which days are missing; run them with 'minewatch nightly --day DAY' and write it again")
	}
	return e.sayOutdated(ran)
}
