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
// imported last.
func standing(before, rows []Row) []Row {
	latest := make(map[string]int, len(before)+len(rows))
	var all []Row
	for _, r := range slices.Concat(before, rows) {
		if i, ok := latest[r.key()]; ok {
			first := earliest(all[i].FirstReceivedAt, r.FirstReceivedAt)
			if !r.ReceivedAt.Before(all[i].ReceivedAt) {
				all[i] = r
			}
			all[i].FirstReceivedAt = first
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

// earliest is the earlier of two times that may be unknown.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// exclusions are the addresses that the last answer about them, of whichever
// notice, calls research or a false alarm, with somebody's approval. They hold
// from the day of the answer, and not for ever: what is registered is to be
// looked at again.
func exclusions(all []Row, holdFor time.Duration) []ledger.Exclusion {
	last := map[string]Row{}
	for _, r := range all {
		if old, ok := last[r.Host]; !ok || r.ReceivedAt.After(old.ReceivedAt) {
			last[r.Host] = r
		}
	}
	var list []ledger.Exclusion
	for _, r := range last {
		if !r.excludes() || r.Approver == "" {
			continue
		}
		address, err := iprange.Parse(r.Host)
		if err != nil {
			continue // a notice has no host that is no address
		}
		from := r.ReceivedAt.Truncate(24 * time.Hour)
		list = append(list, ledger.Exclusion{
			Range: address, Reason: string(r.Class) + " by the unit's answer to notice " + r.NoticeNo, Approver: r.Approver,
			ValidFrom: from, Expires: from.Add(holdFor - time.Second), Version: r.Version, Line: r.Line,
		})
	}
	slices.SortFunc(list, func(a, b ledger.Exclusion) int { return strings.Compare(a.Range.String(), b.Range.String()) })
	return list
}
