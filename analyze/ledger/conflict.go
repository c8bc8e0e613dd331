package ledger

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"minewatch/analyze/intake"
)

// settle merges the rows that say the same and refuses those that contradict
// each other, both of a pair: neither has the better right, and the order of
// the file must not decide who gets a notice. What stands is left in t, in
// the order of the addresses.
func settle(t *table[Row]) {
	slices.SortStableFunc(t.rows, func(a, b Row) int {
		return cmp.Or(a.Range.Compare(b.Range), a.ValidFrom.Compare(b.ValidFrom), cmp.Compare(a.Line, b.Line))
	})
	t.merge(func(r Row) Row { r.Line = 0; return r })

	reasons := map[int]error{} // by position in t.rows
	var open []int             // rows whose range may still reach the next one
	for i := range t.rows {
		open = slices.DeleteFunc(open, func(j int) bool { return !t.rows[j].Range.Overlaps(t.rows[i].Range) })
		for _, j := range open {
			if err := conflict(&t.rows[i], &t.rows[j]); err != nil {
				reasons[i] = cmp.Or(reasons[i], err)
				reasons[j] = cmp.Or(reasons[j], conflict(&t.rows[j], &t.rows[i]))
			}
		}
		open = append(open, i)
	}
	stand := t.rows[:0]
	var refused []Row
	for i, r := range t.rows {
		if err := reasons[i]; err != nil {
			refused = append(refused, r)
			t.tally.Rejects = append(t.tally.Rejects, *intake.Refuse(r.Line, r.Range.String()+","+r.Unit, err))
			continue
		}
		stand = append(stand, r)
	}
	t.rows = stand
	intake.SortRejects(t.tally.Rejects)
	t.tally.Remarks = append(t.tally.Remarks, fallsTo(refused, stand)...)
}

// fallsTo tells whose the addresses of refused ranges are now: that of the range
// around them, who would get their notices.
func fallsTo(refused, stand []Row) []string {
	var remarks []string
	for i := range refused {
		outer := -1
		for j := range stand {
			if stand[j].Range.Covers(refused[i].Range) && (outer < 0 || stand[j].Range.CompareSize(stand[outer].Range) < 0) {
				outer = j
			}
		}
		if outer >= 0 {
			remarks = append(remarks, fmt.Sprintf("%s counts as %s's, around it, until line %d is corrected", refused[i].Range, stand[outer].Unit, refused[i].Line))
		}
	}
	return remarks
}

// conflict says why r cannot stand beside o, seen from r.
func conflict(r, o *Row) error {
	if !overlap(r.ValidFrom, r.ValidTo, o.ValidFrom, o.ValidTo) {
		return nil // one after the other: the range changed hands
	}
	switch {
	case r.Range == o.Range && r.Unit != o.Unit:
		return fmt.Errorf("%s is given to %q here and to %q in line %d: state who has it, or from when to when", r.Range, r.Unit, o.Unit, o.Line)
	case r.Range == o.Range:
		return fmt.Errorf("%s of %q is described otherwise in line %d (%s): keep one", r.Range, r.Unit, o.Line, strings.Join(differences(r, o), ", "))
	case r.Unit != o.Unit && !r.Range.Covers(o.Range) && !o.Range.Covers(r.Range):
		return fmt.Errorf("%s of %q shares addresses with %s of %q in line %d, and neither lies inside of the other: correct the borders", r.Range, r.Unit, o.Range, o.Unit, o.Line)
	}
	return nil
}

// differences are the columns in which two rows of one range differ.
func differences(a, b *Row) []string {
	var names []string
	for _, c := range Columns {
		if c.Name != "line" && c.Name != "range_id" && c.Text(a) != c.Text(b) {
			names = append(names, c.Name)
		}
	}
	return names
}

// overlap says whether two spans share a moment. Zero is no bound.
func overlap(aFrom, aTo, bFrom, bTo time.Time) bool {
	return (aTo.IsZero() || !aTo.Before(bFrom)) && (bTo.IsZero() || !bTo.Before(aFrom))
}

// settleExclusions merges the exclusions that say the same and sorts them.
// They may lie inside of each other: each has its own reason and end.
func settleExclusions(t *table[Exclusion]) {
	t.merge(func(e Exclusion) Exclusion { e.Line = 0; return e })
	slices.SortStableFunc(t.rows, func(a, b Exclusion) int {
		return cmp.Or(a.Range.Compare(b.Range), a.Expires.Compare(b.Expires), cmp.Compare(a.Reason, b.Reason), cmp.Compare(a.Approver, b.Approver))
	})
}

// merge keeps the first of the rows that have the same content.
func (t *table[T]) merge(content func(T) T) {
	seen := make(map[T]bool, len(t.rows))
	t.rows = slices.DeleteFunc(t.rows, func(row T) bool {
		key := content(row)
		if seen[key] {
			t.tally.Duplicates++
			return true
		}
		seen[key] = true
		return false
	})
}
