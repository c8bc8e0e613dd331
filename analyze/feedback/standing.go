package feedback

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"minewatch/analyze/iprange"
	"minewatch/analyze/ledger"
)

// standing merges answers: of several to one notice about one address the one
// that was received last counts, and of those received at once the one that was
// imported last. What was approved stays with it until something else is.
func standing(before, rows []Row, holdFor time.Duration) []Row {
	latest := make(map[string]int, len(before)+len(rows))
	var all []Row
	for _, r := range slices.Concat(before, rows) {
		if i, ok := latest[r.key()]; ok {
			first, approved := earliest(all[i].FirstReceivedAt, r.FirstReceivedAt), lastApproved(all[i].Approved, r.Approved, holdFor)
			if !r.ReceivedAt.Before(all[i].ReceivedAt) {
				all[i] = r
			}
			all[i].FirstReceivedAt, all[i].Approved = first, approved
			continue
		}
		latest[r.key()] = len(all)
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b Row) int {
		return cmp.Or(strings.Compare(a.NoticeNo, b.NoticeNo), strings.Compare(a.Host, b.Host))
	})
	return all
}

// approve notes that somebody approved the answer.
func (r *Row) approve(by string) {
	r.Approved = Approval{By: by, Class: r.Class, At: r.ReceivedAt, Version: r.Version, Line: r.Line}
	if r.Class.excludes() {
		r.Approved.From = r.ReceivedAt
	}
}

// lastApproved is the approval whose answer came last; of two that came at once b is.
// One that goes on with an exclusion that still holds keeps its beginning.
func lastApproved(a, b Approval, holdFor time.Duration) Approval {
	switch {
	case b.By == "":
		return a
	case a.By == "":
		return b
	case b.At.Before(a.At):
		a, b = b, a
	}
	if a.Class.excludes() && b.Class.excludes() && b.At.Before(a.At.Add(holdFor)) {
		b.From = earliest(a.From, b.From)
	}
	return b
}

// earliest is the earlier of two times that may be unknown.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// exclusions are the addresses whose last approved answer, to whichever notice, calls
// them research or a false alarm. They hold from the day of the answer, and not for
// ever: what is registered is to be looked at again. An address has a line for each
// notice that was answered so since its exclusion was last ended.
func exclusions(all []Row, holdFor time.Duration, zone *time.Location) []ledger.Exclusion {
	ended := map[string]time.Time{}
	for i := range all {
		r := &all[i]
		if a := &r.Approved; a.By != "" && !a.Class.excludes() && !a.At.Before(ended[r.Host]) {
			ended[r.Host] = a.At
		}
	}
	var list []ledger.Exclusion
	for i := range all {
		r := &all[i]
		a := &r.Approved
		if a.By == "" || !a.Class.excludes() || !a.At.After(ended[r.Host]) {
			continue
		}
		address, err := iprange.Parse(r.Host)
		if err != nil {
			continue // a notice has no host that is no address
		}
		list = append(list, ledger.Exclusion{
			Range: address, Reason: strings.ReplaceAll(string(a.Class), "_", " ") + " by the unit's answer to notice " + r.NoticeNo, Approver: a.By,
			ValidFrom: dayOf(a.From, zone), Expires: dayOf(a.At, zone).Add(holdFor - time.Second), Version: a.Version, Line: a.Line,
		})
	}
	slices.SortStableFunc(list, func(a, b ledger.Exclusion) int { return strings.Compare(a.Range.String(), b.Range.String()) })
	return list
}

// dayOf is the day of a moment as the exclusions have days: midnight in the calendar
// of the site, without a zone.
func dayOf(t time.Time, zone *time.Location) time.Time {
	year, month, day := t.In(zone).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
