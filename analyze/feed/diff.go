package feed

import (
	"cmp"
	"slices"
	"strings"
)

// Change is one difference between two versions of a feed.
type Change struct {
	Kind   string // added, removed or changed
	Entry  Entry  // as it is in the newer version; a removed one as it was
	Fields []FieldChange
}

// FieldChange is what one column of a changed entry was and is.
type FieldChange struct {
	Column, From, To string
}

// The kinds of change.
const (
	Added   = "added"
	Removed = "removed"
	Changed = "changed"
)

// bookkeeping are the columns that differ between any two versions.
var bookkeeping = []string{"feed", "feed_version", "retrieved_at", "line"}

// Diff compares two lists entry by entry, in the order of the addresses, names
// behind them.
func Diff(from, to *Content) []Change {
	return slices.Concat(diff(from.Entries, to.Entries), diff(from.Names, to.Names))
}

func diff(from, to []Entry) []Change {
	before := make(map[string]*Entry, len(from))
	for i := range from {
		before[from[i].ID] = &from[i]
	}
	var changes []Change
	for _, e := range to {
		old, ok := before[e.ID]
		delete(before, e.ID)
		if !ok {
			changes = append(changes, Change{Kind: Added, Entry: e})
		} else if fields := compare(old, &e); len(fields) > 0 {
			changes = append(changes, Change{Kind: Changed, Entry: e, Fields: fields})
		}
	}
	for _, e := range before {
		changes = append(changes, Change{Kind: Removed, Entry: *e})
	}
	slices.SortFunc(changes, func(a, b Change) int { return compareEntries(a.Entry, b.Entry) })
	return changes
}

func compare(a, b *Entry) []FieldChange {
	var fields []FieldChange
	for _, c := range Columns {
		if from, to := c.Text(a), c.Text(b); from != to && !slices.Contains(bookkeeping, c.Name) {
			fields = append(fields, FieldChange{c.Name, from, to})
		}
	}
	return fields
}

// String tells the fields of a change: "confidence 50 -> 90, last_seen ...".
func (c *Change) String() string {
	parts := make([]string, len(c.Fields))
	for i, f := range c.Fields {
		parts[i] = f.Column + " " + cmp.Or(f.From, `""`) + " -> " + cmp.Or(f.To, `""`)
	}
	return strings.Join(parts, ", ")
}
