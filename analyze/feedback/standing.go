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
// One that goes on with an exclusion that still holds, or ends it, keeps its beginning.
func lastApproved(a, b Approval, holdFor time.Duration) Approval {
	switch {
	case b.By == "":
		return a
	case a.By == "":
		return b
	case b.At.Before(a.At):
		a, b = b, a
	}
	if a.Class.excludes() && b.At.Before(a.At.Add(holdFor)) {
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
// notice that was answered so since its exclusion was last ended, and those that were
// ended: before are the exclusions of the forms before, and each that no longer holds
// did so until the day before that of the answer which ended it. A night of then that is
// run again knows it.
func exclusions(all []Row, before []ledger.Exclusion, holdFor time.Duration, zone *time.Location) []ledger.Exclusion {
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
		if a.By == "" || a.From.IsZero() {
			continue
		}
		address, err := iprange.Parse(r.Host)
		if err != nil {
			continue // a notice has no host that is no address
		}
		e := ledger.Exclusion{
			Range: address, Reason: strings.ReplaceAll(string(a.Class), "_", " ") + " by the unit's answer to notice " + r.NoticeNo, Approver: a.By,
			ValidFrom: dayOf(a.From, zone), Expires: dayOf(a.At, zone).Add(holdFor - time.Second), Version: a.Version, Line: a.Line,
		}
		if !a.Class.excludes() {
			e.Reason = "research or a false alarm by the unit, until its answer to notice " + r.NoticeNo
		}
		if at, is := ended[r.Host]; is && !a.At.After(at) {
			e.Expires = dayOf(at, zone).Add(-time.Second)
		}
		if e.ValidFrom.Before(e.Expires) {
			list = append(list, e)
		}
	}
	for _, e := range before {
		if at, is := ended[e.Range.String()]; is && dayOf(at, zone).After(e.ValidFrom) && !dayOf(at, zone).After(e.Expires) {
			e.Expires = dayOf(at, zone).Add(-time.Second)
		}
		if !slices.ContainsFunc(list, func(now ledger.Exclusion) bool {
			return now.Range == e.Range && !now.ValidFrom.After(e.ValidFrom) && !now.Expires.Before(e.Expires)
		}) {
			list = append(list, e)
		}
	}
	slices.SortStableFunc(list, func(a, b ledger.Exclusion) int {
		return cmp.Or(strings.Compare(a.Range.String(), b.Range.String()), a.ValidFrom.Compare(b.ValidFrom))
	})
	return list
}

// dayOf is the day of a moment as the exclusions have days: midnight in the calendar
// of the site, without a zone.
func dayOf(t time.Time, zone *time.Location) time.Time {
	year, month, day := t.In(zone).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
