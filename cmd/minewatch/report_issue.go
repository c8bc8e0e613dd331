package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"minewatch/analyze"
	"minewatch/analyze/feedback"
	"minewatch/analyze/intake"
	"minewatch/analyze/report"
)

// issue sets when the notices of a week are sent, and records them. The deadlines
// run from what was recorded first: a notice that is on record is written as it was
// sent, and a new one of the same week goes with the first.
func issue(ctx context.Context, env *environment, f *weeklyFlags, options *analyze.Options, week *report.Week) error {
	sent, err := feedback.Sent(env.lake)
	if err != nil {
		return err
	}
	c := &env.config.Report
	week.NoticeTemplate, week.Contact, week.ReturnTo = c.NoticeTemplate, c.Contact, c.ReturnTo
	at := week.To.AddDate(0, 0, 1).Add(9 * time.Hour)
	week.Issue, week.Told = nil, map[string]report.Issue{}
	for i := range sent {
		n := &sent[i]
		if n.Week != week.Name {
			continue
		}
		issue := report.Issue{NotifiedAt: n.NotifiedAt, LocateBy: n.LocateBy, ReportBy: n.ReportBy}
		if _, isTold := week.Told[n.Unit]; !isTold {
			week.Told[n.Unit] = issue
		}
		if week.Issue == nil {
			week.Issue = &issue
		}
	}
	if f.notifiedAt != "" {
		if at, err = notifiedAt(f, week); err != nil {
			return err
		}
	}
	if week.Issue == nil || f.notifiedAt != "" {
		week.Issue = &report.Issue{
			NotifiedAt: at, LocateBy: at.Add(time.Duration(c.LocateHours) * time.Hour), ReportBy: at.Add(time.Duration(c.ReportHours) * time.Hour),
		}
	}
	if week.Before, err = analyze.ToldBefore(ctx, options, week, sent); err != nil {
		return err
	}
	return record(env, week, sent)
}

// notifiedAt is the time that --notified-at names. It contradicts neither the record
// nor the calendar: nobody is told of a week before its end.
func notifiedAt(f *weeklyFlags, week *report.Week) (time.Time, error) {
	at, err := intake.ParseLocal(f.notifiedAt, week.Zone)
	if err != nil {
		return at, usageErrorf("--notified-at: %w", err)
	}
	at = at.Truncate(time.Second) // as the record keeps it
	for i := range week.Suspects {
		if week.Suspects[i].ExcludedNow {
			continue // nobody is told of it again
		}
		unit := week.Suspects[i].Unit
		if told, isTold := week.Told[unit]; isTold && !told.NotifiedAt.Equal(at) {
			return at, usageErrorf("--notified-at %s: the notice of %s to %s is on record as sent at %s, and a notice keeps its time and its deadlines: "+
				"without --notified-at it is written again as it was sent",
				f.notifiedAt, week.Name, unit, told.NotifiedAt.In(week.Zone).Format(time.DateTime))
		}
	}
	if end := week.To.AddDate(0, 0, 1); at.Before(end) {
		return at, usageErrorf("--notified-at %s is before the end of the week that the notices tell about: %s ends at %s (%s)",
			f.notifiedAt, week.Name, end.Format(time.DateTime), week.Zone)
	}
	return at, nil
}

// record keeps what the week's notices tell.
func record(env *environment, week *report.Week, sent []feedback.Notice) error {
	notices, err := week.Notices()
	if err != nil {
		return err
	}
	recorded, err := feedback.Record(env.lake, report.FolderName(week, ""), week.Region, notices, env.now())
	if err != nil {
		return fmt.Errorf("%w\nwith --draft the report is written without notices, and nothing is recorded", err)
	}
	week.Revisions, week.Withdrawn = recorded.Revisions, feedback.Withdrawn(sent, notices, week.Name, week.Region)
	if recorded.IsNew {
		env.say(fmt.Sprintf("%s: %d %s in the record of notices; the forms that come back are for 'minewatch feedback import'",
			week.Name, len(notices), choose(len(notices), "address", "addresses")))
		env.warnLate(week, notices)
	}
	env.tellRevised(week, notices, recorded.Revised)
	return nil
}

// warnLate says how many notices went on record after a deadline of theirs had passed:
// of a week long past, told without a time of its own.
func (e *environment) warnLate(week *report.Week, notices []feedback.Notice) {
	late := map[string]bool{}
	for i := range notices {
		_, isTold := week.Told[notices[i].Unit]
		if !isTold && notices[i].LocateBy.Before(e.now()) {
			late[notices[i].No] = true
		}
	}
	n := len(late)
	if n == 0 {
		return
	}
	e.say(fmt.Sprintf("%s: %s %s dated %s, with deadlines of %s for the device and %s for the form, and it is %s now: unless sent then, %s late already, "+
		"and what is on record keeps its time. For a week long past, look at a --draft first, and name with --notified-at TIME when the notices are sent",
		week.Name, amount(n, "notice"), choose(n, "is", "are"), inZone(week, week.Issue.NotifiedAt), inZone(week, week.Issue.LocateBy),
		inZone(week, week.Issue.ReportBy), inZone(week, e.now()), choose(n, "it is", "they are")))
}

// tellRevised names the notices that say something else than what was written before
// under their numbers: who sent that has to send these.
func (e *environment) tellRevised(week *report.Week, notices []feedback.Notice, revised []string) {
	var units []string
	for _, no := range revised {
		i := slices.IndexFunc(notices, func(n feedback.Notice) bool { return n.No == no })
		units = append(units, fmt.Sprintf("%s (revision %d)", notices[i].Unit, week.Revisions[no]))
	}
	if n := len(units); n > 0 {
		e.say(fmt.Sprintf("%s: %s %s something else than what was written before under %s, and %s marked as a revision: %s",
			week.Name, amount(n, "notice"), choose(n, "says", "say"), choose(n, "its number", "their numbers"), choose(n, "is", "are"), fewNames(units)))
	}
}

// inZone is a time as the report of a week tells it.
func inZone(week *report.Week, t time.Time) string { return t.In(week.Zone).Format("2006-01-02 15:04") }
