package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"minewatch/analyze/feedback"
	"minewatch/analyze/intake"
)

func newFeedbackCommand(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "feedback",
		Short: "import what units found, and show it",
		Long: `The weekly report writes a form for each unit. Filled in and imported, it tells what
became of each address: where it was found, what it was, what was done and when.
The next report has the states and deadlines, and how often each grade and each
feed was right.`,
	}
	cmd.AddCommand(newFeedbackImportCommand(env), newFeedbackShowCommand(env), newFeedbackNoticesCommand(env))
	return cmd
}

type feedbackImportFlags struct {
	intakeFlags
	sheet, received, approver string
}

func newFeedbackImportCommand(env *environment) *cobra.Command {
	var f feedbackImportFlags
	cmd := &cobra.Command{
		Use:   "import FILE…",
		Short: "import forms that came back",
		Long: `Import forms as units filled them in: workbooks (xlsx), or CSV with the same columns.
Each row is compared with the notice that it answers: a row for an address that was
not in it, of another unit, with another number, or with times that cannot be is
refused, with its sheet and cell. Another grey cell that says something else than what
was sent refuses nothing and is told. Every form is kept as a version; of several answers
about an address the one that came last counts. The same form again changes nothing.

What a unit calls research or a false alarm is taken off the list only where somebody
approves it: with --approved-by, such addresses are excluded from the day of the answer
on, for report.exclude_days, and then looked at again. An exclusion holds until then, or
until an answer that finds something else is approved as well; one that nobody approved
changes nothing and waits.

Exit codes: 0 all rows are in, 3 some were refused, 1 a file was not imported.`,
		Example: `  minewatch feedback import returned/*.xlsx
  minewatch feedback import --received "2026-11-18 16:30" form.xlsx
  minewatch feedback import --approved-by 李主任 form.xlsx
  minewatch feedback import --rejects refused.csv returned/*.xlsx`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return runFeedbackImport(env, &f, args) },
	}
	f.register(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.sheet, "sheet", "", "of a workbook (default the first one that is visible)")
	flags.StringVar(&f.received, "received", "", "`TIME` at which the forms came back, of the site's zone (default now)")
	flags.StringVar(&f.approver, "approved-by", "", "`NAME` of who approves what the forms find: research and false alarms are excluded, what else they find ends an exclusion")
	return cmd
}

func runFeedbackImport(env *environment, f *feedbackImportFlags, files []string) error {
	zone, err := time.LoadLocation(env.config.Site.Zone)
	if err != nil {
		return err
	}
	o := feedback.Options{
		Sheet: f.sheet, Zone: zone, Approver: f.approver, Now: env.now,
		ExcludeFor: time.Duration(env.config.Report.ExcludeDays) * 24 * time.Hour,
	}
	if o.Limits, err = f.limits(); err != nil {
		return err
	}
	if f.received != "" {
		if o.ReceivedAt, err = intake.ParseLocal(f.received, zone); err != nil {
			return usageErrorf("--received: %w", err)
		}
		if o.ReceivedAt.After(env.now()) {
			return usageErrorf("--received %s lies in the future", f.received)
		}
	}
	return importEach(files, func(file string) error {
		data, err := env.readInput(file)
		if err != nil {
			return err
		}
		result, err := feedback.Import(env.lake, feedback.Input{File: file, Data: data}, o)
		if at := result.Version.RetrievedAt; result.Existing && f.received != "" && !at.Equal(o.ReceivedAt) {
			env.say(fmt.Sprintf("%s: warning: it is here as received on %s, and --received does not change that: import it again with a word more in a remark, which makes it another answer",
				file, at.In(zone).Format("2006-01-02 15:04")))
		}
		if result.Exclusions > 0 && !result.Existing {
			env.say(fmt.Sprintf("%s: %d %s excluded, approved by %s", file, result.Exclusions, choose(result.Exclusions, "address", "addresses"), f.approver))
		}
		if result.Unapproved > 0 {
			env.say(fmt.Sprintf("%s: %d %s called research or a false alarm; --approved-by NAME would exclude what was approved",
				file, result.Unapproved, choose(result.Unapproved, "address", "addresses")))
		}
		if result.Pending > 0 {
			env.say(fmt.Sprintf("%s: %d %s found to be something else, not approved: %s excluded as before; --approved-by NAME would end what was approved",
				file, result.Pending, choose(result.Pending, "excluded address is", "excluded addresses are"), choose(result.Pending, "it stays", "they stay")))
		}
		return f.finish(env, file, &imported{result.Tally, result.Version, result.Existing}, err)
	})
}

func newFeedbackShowCommand(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show",
		Short: "show what units answered, the last answer for each notice and address",
		Args:  cobra.NoArgs,
	}
	format := addFormatFlag(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		_, rows, err := feedback.Standing(env.lake)
		if err != nil {
			return err
		}
		return feedbackAnswers().write(env, *format, rows)
	}
	return cmd
}

func newFeedbackNoticesCommand(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "notices",
		Short: "show what units were told: the record of notices",
		Args:  cobra.NoArgs,
	}
	format := addFormatFlag(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		sent, err := feedback.Sent(env.lake)
		if err != nil {
			return err
		}
		return feedbackNotices().write(env, *format, sent)
	}
	return cmd
}

func feedbackAnswers() *listing[feedback.Row] {
	return &listing[feedback.Row]{
		columns: feedback.Columns,
		brief:   []string{"notice_no", "unit", "host", "class", "located_at", "finished_at", "received_at", "approved_class", "approver"},
		empty:   "no form came back yet: see 'minewatch feedback import --help'",
	}
}

func feedbackNotices() *listing[feedback.Notice] {
	return &listing[feedback.Notice]{
		columns: feedback.NoticeColumns,
		brief:   []string{"notice_no", "unit", "host", "grade", "first_seen", "last_seen", "notified_at"},
		empty:   "no notice was sent yet: 'minewatch report weekly' writes and records them",
	}
}
