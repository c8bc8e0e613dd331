package feed

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// merge makes one entry of the rows that name the same endpoint of the same
// source, and sorts: by address, the widest prefix first, port and ID, names
// by name. Of
// rows that differ the earliest and latest dates are kept, the higher
// confidence with its evidence, the role that says more, and the more
// cautious sharing; for the rest the first row that says something.
func merge(rows []Entry) (entries []Entry, duplicates int) {
	position := make(map[string]int, len(rows))
	for _, e := range rows {
		e.identify()
		i, ok := position[e.ID]
		if !ok {
			position[e.ID] = len(entries)
			entries = append(entries, e)
			continue
		}
		entries[i].absorb(&e)
		duplicates++
	}
	slices.SortFunc(entries, compareEntries)
	return entries, duplicates
}

// compareEntries is the order of the tables.
func compareEntries(a, b Entry) int {
	return cmp.Or(a.Range.Compare(b.Range), strings.Compare(a.Domain, b.Domain)*nameOrder(&a, &b), cmp.Compare(a.Port, b.Port), cmp.Compare(a.ID, b.ID))
}

// nameOrder is 1 for endpoints without an address, which are sorted by name.
func nameOrder(a, b *Entry) int {
	if a.isName() && b.isName() {
		return 1
	}
	return 0
}

func (e *Entry) absorb(o *Entry) {
	e.FirstSeen, e.LastSeen = earlier(e.FirstSeen, o.FirstSeen), later(e.LastSeen, o.LastSeen)
	e.ValidFrom = earlier(e.ValidFrom, o.ValidFrom)
	switch {
	case e.revoked == o.revoked:
		e.ValidUntil = later(e.ValidUntil, o.ValidUntil)
	case e.revoked: // one row withdraws what another one states: it still stands
		e.ValidUntil, e.revoked = o.ValidUntil, false
	}
	if o.Confidence > e.Confidence || (o.Confidence == e.Confidence && o.Evidence.strength() > e.Evidence.strength()) {
		e.Confidence, e.Evidence = o.Confidence, o.Evidence
	}
	e.Role = stronger(e.Role, o.Role, UnknownRole, P2P, Web, Proxy, Stratum)
	e.Shared = stronger(e.Shared, o.Shared, NotShared, SharedHosting, SharedVPN, SharedCDN)
	e.Algorithm = cmp.Or(e.Algorithm, o.Algorithm)
	e.SourceRef = cmp.Or(e.SourceRef, o.SourceRef)
	e.Licence = cmp.Or(e.Licence, o.Licence)
}

// strength orders evidence of equal confidence.
func (e Evidence) strength() int { return defaultConfidence[e] }

// stronger is the one of a and b that comes later in order.
func stronger[T comparable](a, b T, order ...T) T {
	if slices.Index(order, b) > slices.Index(order, a) {
		return b
	}
	return a
}

// earlier is the earlier of two times that are known.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}

// later is the later of two times that are known.
func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
