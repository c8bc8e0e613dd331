package main

import (
	"fmt"
	"slices"
	"time"

	"minewatch/analyze/feedback"
	"minewatch/analyze/report"
)

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
