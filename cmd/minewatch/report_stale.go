package main

import (
	"fmt"
	"path/filepath"
	"slices"

	"minewatch/analyze/report"
)

// removeStale removes what an earlier report of the week and region in the same place
// would have sent to units that this one does not tell, or tells in another folder, and
// what one in another language tells otherwise than this one.
func (e *environment) removeStale(writer *report.Writer, f *weeklyFlags, week *report.Week, lang report.Lang) error {
	var all []string
	for _, of := range report.Languages() {
		folder := filepath.Join(f.out, report.FolderName(week, of))
		remove, which := writer.RemoveStale, "this one does not have there"
		if of != lang {
			remove, which = writer.RemoveStaleTranslations, "this one in another language does not have, or tells otherwise"
		}
		removed, err := remove(folder)
		if err != nil {
			return fmt.Errorf("remove notices of an earlier report from %s: %w", folder, err)
		}
		if err := e.sayRemoved(folder, removed, which); err != nil {
			return err
		}
		all = append(all, removed...)
	}
	e.sayWithdrawn(week, all)
	return nil
}

func (e *environment) sayRemoved(folder string, removed []string, which string) error {
	var names []string
	for _, dir := range removed {
		name, err := filepath.Rel(folder, dir)
		if err != nil {
			return err
		}
		names = append(names, name)
	}
	if n := len(removed); n > 0 {
		e.say(fmt.Sprintf("removed from %s %s of an earlier report with %s, which %s: %s; a copy of %s that was not sent is not to be sent",
			folder, amount(n, "notice"), choose(n, "its form", "their forms"), which, fewNames(names), choose(n, "it", "them")))
	}
	return nil
}

// sayWithdrawn names the units whose notice was removed and that nobody is told of any
// more, though the record has the notice as sent: its deadlines run on, and only the
// one who sent it can take it back.
func (e *environment) sayWithdrawn(week *report.Week, removed []string) {
	var past, future []string
	for i := range week.Withdrawn {
		n := &week.Withdrawn[i]
		if !slices.ContainsFunc(removed, func(dir string) bool { return report.IsFolderOf(filepath.Base(dir), n.Unit, n.No) }) {
			continue
		}
		said := fmt.Sprintf("%s (%s of %s)", n.Unit, n.No, inZone(week, n.NotifiedAt))
		if n.NotifiedAt.After(e.now()) {
			future = append(future, said)
		} else {
			past = append(past, said)
		}
	}
	tell := func(units []string, asSent, todo string) {
		if n := len(units); n > 0 {
			e.say(fmt.Sprintf("%s: the record has %s %s, and none of the addresses is to be told any more, as cleared, excluded or another owner's since: %s. "+
				"What is on record stays: %s. A case whose address is not excluded stays open, and becomes overdue, until an answer is imported or an exclusion registered",
				week.Name, choose(n, "this notice", "these notices"), asSent, fewNames(units), todo))
		}
	}
	tell(past, "as sent", "tell "+choose(len(past), "the unit", "the units")+" that it is withdrawn")
	tell(future, "as sent at a time that has not come yet", "do not send "+choose(len(future), "it", "them"))
}
