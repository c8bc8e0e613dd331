package feed

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"minewatch/analyze/intake"
	"minewatch/analyze/sheet"
	"minewatch/analyze/versions"
)

// A feed has a memory. What its versions say about one endpoint is one entry
// in the standing tables of the newest: seen first when the first of them saw
// it, seen last when the last did, and for the rest as the last list says. So
// a list that names it again extends it, one that does not name it lets it run
// out, and one that withdraws it ends it. The order of imports does not matter.

// stand adds the statements of a list to those before it.
func stand(before, now []Entry) []Entry {
	standing := make(map[string]Entry, len(before)+len(now))
	for _, list := range [][]Entry{before, now} {
		for _, e := range list {
			if old, ok := standing[e.ID]; ok {
				e = join(old, e)
			}
			standing[e.ID] = e
		}
	}
	list := slices.Collect(maps.Values(standing))
	slices.SortFunc(list, compareEntries)
	return list
}

// join makes one of two statements about the same endpoint.
func join(a, b Entry) Entry {
	if compareStatements(&a, &b) > 0 {
		a, b = b, a
	}
	seen := later(a.sighting(), b.sighting())
	if !b.LastSeen.IsZero() || !b.RetrievedAt.Equal(seen) {
		b.LastSeen = seen
	}
	b.FirstSeen, b.ValidFrom = earlier(a.FirstSeen, b.FirstSeen), earlier(a.ValidFrom, b.ValidFrom)
	return b
}

// compareStatements orders statements by the time of their lists. Between lists
// of one moment the order is arbitrary, but always the same.
func compareStatements(a, b *Entry) int {
	order := cmp.Or(a.RetrievedAt.Compare(b.RetrievedAt), strings.Compare(a.FeedVersion, b.FeedVersion))
	for i := 0; order == 0 && i < len(Columns); i++ {
		order = strings.Compare(Columns[i].Text(a), Columns[i].Text(b))
	}
	return order
}

// sighting is when the source saw the endpoint last: an entry without a date
// of its own was seen when its list was retrieved.
func (e *Entry) sighting() time.Time {
	if e.LastSeen.IsZero() {
		return e.RetrievedAt
	}
	return e.LastSeen
}

// Ended is when the last window of what the list names ended, by the days that
// entries stay valid after their last sighting. The zero time says that one holds
// at now, by the list or by what the feed said before; a negative list has no
// windows.
func (r *Result) Ended(ttlDays map[string]int, now time.Time) (last time.Time, err error) {
	if r.Version.Kind == negativeKind || r.List.lasts(ttlDays).After(now) {
		return last, nil
	}
	named := map[string]bool{}
	for _, e := range slices.Concat(r.List.Entries, r.List.Names) {
		named[e.ID] = true
	}
	standing, err := r.Version.Standing()
	if err != nil {
		return last, err
	}
	isOther := func(e Entry) bool { return !named[e.ID] }
	standing.Entries, standing.Names = slices.DeleteFunc(standing.Entries, isOther), slices.DeleteFunc(standing.Names, isOther)
	if last = standing.lasts(ttlDays); last.After(now) {
		return time.Time{}, nil
	}
	return last, nil
}

// lasts is when the last window of the entries ends.
func (c *Content) lasts(ttlDays map[string]int) (last time.Time) {
	for _, list := range [][]Entry{c.Entries, c.Names} {
		for i := range list {
			last = later(last, list[i].until(ttlDays))
		}
	}
	return last
}

// follow makes the standing tables of a new version out of those before, and
// holds a list back that changed too much at once.
func (o *Options) follow(l *Content) func(*versions.Version, map[string][]byte) error {
	return func(before *versions.Version, tables map[string][]byte) error {
		if o.resolved {
			return o.followResolved(before, tables, l)
		}
		if before == nil {
			return errors.Join(writeStanding(tables, nil, l), o.writeAnswers(tables, nil, l))
		}
		v := Version{*before}
		if err := o.holdBack(&v, len(l.Entries)+len(l.Names)); err != nil {
			return err
		}
		if o.Replace {
			return errors.Join(writeStanding(tables, nil, l), o.writeAnswers(tables, nil, l))
		}
		old, err := v.Standing()
		if err != nil {
			return err
		}
		return errors.Join(writeStanding(tables, &old, l), o.writeAnswers(tables, &v, l))
	}
}

func writeStanding(tables map[string][]byte, before, now *Content) error {
	if before == nil {
		before = &Content{}
	}
	return errors.Join(
		writeTable(tables, standingFile, Columns, stand(before.Entries, now.Entries)),
		writeTable(tables, standingNamesFile, NameColumns, stand(before.Names, now.Names)),
	)
}

func writeTable[T any](tables map[string][]byte, name string, columns []sheet.Column[T], rows []T) error {
	var b bytes.Buffer
	err := sheet.Write(&b, columns, rows)
	tables[name] = b.Bytes()
	return err
}

// DefaultMaxChange is the part by which a list may shrink or grow at once.
const DefaultMaxChange = 0.5

// HeldBackError is the reason for which a list is held back.
type HeldBackError struct{ Reason string }

func (e *HeldBackError) Error() string {
	return "held back: " + e.Reason + "; nothing was imported: " +
		"see what would change with 'minewatch feed diff FILE', and import it with --force if it is right"
}

// holdBack refuses a list that shrinks or grows by more than the allowed part:
// half a download, another list under the same name, or somebody's attack.
func (o *Options) holdBack(before *Version, now int) error {
	was := before.Size()
	part := o.MaxChange
	if part == 0 {
		part = DefaultMaxChange
	}
	change := float64(now-was) / float64(max(was, 1))
	if o.Force || was == 0 || max(change, -change) <= part { // a removed feed may come back
		return nil
	}
	return &HeldBackError{fmt.Sprintf("%s, %d in %s before, a change of %+.0f%% where %.0f%% is allowed",
		intake.Amount(now, "entry", "entries"), was, before.ID(), 100*change, 100*part)}
}

// HeldBack says whether an import of c as the successor of before would be
// held back, and why.
func (o *Options) HeldBack(before *Version, c *Content) error {
	return o.holdBack(before, len(c.Entries)+len(c.Names))
}

// Before is the version in list that an import of the file would follow, or
// nil.
func (o *Options) Before(list []Version, file string) *Version {
	name := cmp.Or(o.Name, versions.NameOf(file))
	for i := range slices.Backward(list) {
		if list[i].Name == name {
			return &list[i]
		}
	}
	return nil
}
