package feed

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"minewatch/analyze/intake"
)

// maxRows is the most rows that one list may have: ten times what all public
// pool lists together have, and what a gigabyte of memory holds.
const maxRows = 300_000

// reader turns the rows of one original into entries and rejects.
type reader struct {
	options *Options
	own     spans
	entries []Entry  // names among them: what has no address
	answers []Answer // of passive DNS
	tally   intake.Tally
	others  map[string]int // what was not read, by its kind
}

// notStated marks a confidence that the row does not give.
const notStated = -1

// unstated is the entry of a row that gives nothing but its address.
func unstated() Entry {
	return Entry{Role: UnknownRole, Shared: NotShared, Confidence: notStated}
}

// read reads an original in the format of the options, or in the one that it
// looks like.
func (r *reader) read(original []byte) error {
	text, err := intake.Text(original)
	if err != nil {
		return err
	}
	f, err := formatOf(r.options.Format, text)
	if err != nil {
		return err
	}
	if err := f.read(r, text); err != nil {
		return err
	}
	for _, kind := range slices.Sorted(maps.Keys(r.others)) {
		r.tally.Others = append(r.tally.Others, fmt.Sprintf("%s (%d)", kind, r.others[kind]))
	}
	return nil
}

// pass counts what a format has beside endpoints.
func (r *reader) pass(kind string) {
	if r.others == nil {
		r.others = map[string]int{}
	}
	r.others[kind]++
}

// add keeps a row, or refuses it with the reason of the gate. Its error ends
// the reading.
func (r *reader) add(line int, text string, p endpoint, e Entry) error {
	e, err := r.complete(p, e)
	if err != nil {
		return r.refuse(line, text, err)
	}
	e.Line = line
	return r.keep(e)
}

func (r *reader) keep(e Entry) error {
	r.entries = append(r.entries, e)
	return r.count()
}

func (r *reader) refuse(line int, text string, reason error) error {
	return r.reject(intake.Refuse(line, text, reason))
}

func (r *reader) reject(reject *intake.Reject) error {
	r.tally.Rejects = append(r.tally.Rejects, *reject)
	return r.count()
}

func (r *reader) count() error {
	if r.tally.Read++; r.tally.Read > maxRows {
		return fmt.Errorf("has more than %d rows: is it a list of pools?", maxRows)
	}
	return nil
}

// complete fills in what the row does not say, from the options, and lets the
// entry through the gate.
func (r *reader) complete(p endpoint, e Entry) (Entry, error) {
	e.Range, e.Port = p.addr, p.port
	if p.name != "" {
		e.Domain = p.name
	}
	e.Evidence = cmp.Or(e.Evidence, r.options.Evidence)
	if e.Confidence == notStated {
		e.Confidence = r.confidence(e.Evidence)
	}
	if p.scheme != "" {
		proto, role, err := parseProto(p.scheme)
		if err != nil {
			return Entry{}, err
		}
		e.Proto = proto
		if e.Role == UnknownRole {
			e.Role = role
		}
	}
	switch {
	case e.Proto != "":
	case e.Port == 0:
		e.Proto = AnyProto
	default:
		e.Proto = TCP
	}
	if e.Evidence == P2PSeed || (e.Role == UnknownRole && slices.Contains(p2pPorts, e.Port)) {
		e.Role = P2P
	}
	e.Source = cmp.Or(e.Source, r.options.Source)
	e.Licence = cmp.Or(e.Licence, r.options.Licence)
	e.Feed, e.RetrievedAt = r.options.Name, r.options.RetrievedAt
	if r.options.Negative != "" {
		// What its row says of a pool is of no meaning.
		negative := Entry{Range: e.Range, Port: e.Port, Domain: p.name, Source: e.Source, Licence: e.Licence, Feed: e.Feed, RetrievedAt: e.RetrievedAt}
		return negative, negative.checkNegative()
	}
	return e, e.check(r.own)
}

// confidence is the one of an entry whose row gives none.
func (r *reader) confidence(e Evidence) int {
	if r.options.Confidence > 0 {
		return r.options.Confidence
	}
	return defaultConfidence[e]
}
