package feed

import (
	"errors"
	"slices"

	"minewatch/analyze/intake"
)

// reader turns the rows of one original into entries and rejects.
type reader struct {
	options *Options
	entries []Entry
	tally   intake.Tally
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
	text, err := intake.Decode(original)
	if err != nil {
		return err
	}
	if r.options.Format == Table || (r.options.Format == Auto && isTable(text)) {
		return r.readTable(text)
	}
	r.readList(text)
	return nil
}

// take keeps an entry or the reason why its row is none.
func (r *reader) take(e Entry, err error, refuse func(error) *intake.Reject) {
	r.tally.Read++
	var name *nameError
	switch {
	case err == nil:
		r.entries = append(r.entries, e)
	case errors.As(err, &name):
		r.tally.Domains = append(r.tally.Domains, *refuse(err))
	default:
		r.tally.Rejects = append(r.tally.Rejects, *refuse(err))
	}
}

// complete fills in what the row does not say, from the options, and lets the
// entry through the gate.
func (r *reader) complete(p endpoint, e Entry) (Entry, error) {
	e.Range, e.Port = p.addr, p.port
	if e.Evidence == "" {
		e.Evidence = r.options.Evidence
	}
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
	if e.Source == "" {
		e.Source = r.options.Source
	}
	if e.Licence == "" {
		e.Licence = r.options.Licence
	}
	e.Feed, e.RetrievedAt = r.options.Name, r.options.RetrievedAt
	return e, e.check()
}

// confidence is the one of an entry whose row gives none.
func (r *reader) confidence(e Evidence) int {
	if r.options.Confidence > 0 {
		return r.options.Confidence
	}
	return defaultConfidence[e]
}
