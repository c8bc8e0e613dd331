package feed

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"minewatch/analyze/intake"
)

// stixObject is what is read of an object of a bundle.
type stixObject struct {
	Type        string   `json:"type"`
	ID          string   `json:"id"`
	Modified    string   `json:"modified"`
	Revoked     bool     `json:"revoked"`
	Pattern     string   `json:"pattern"`
	PatternType string   `json:"pattern_type"`
	Types       []string `json:"indicator_types"`
	Labels      []string `json:"labels"`
	ValidFrom   string   `json:"valid_from"`
	ValidUntil  string   `json:"valid_until"`
	Confidence  *int     `json:"confidence"`
}

// readSTIX reads the indicators of a bundle or of a TAXII answer, or one. Of several
// versions of one indicator the last modified counts (STIX 2.1 section 3.6).
func (r *reader) readSTIX(text []byte) error {
	d, err := openJSON(text)
	if err != nil {
		return err
	}
	newest := map[string]time.Time{}
	each := func(visit func(located) error) error {
		if !jsonHas("objects")(text) {
			return visit(d.located) // an indicator alone
		}
		return d.members(func(key string, value located) error {
			if key != "objects" {
				return nil
			}
			return value.items(visit)
		})
	}
	err = each(func(v located) error {
		var o stixObject
		if json.Unmarshal(v.RawMessage, &o) == nil {
			newest[o.ID] = later(newest[o.ID], o.modified())
		}
		return nil
	})
	if err != nil {
		return err
	}
	return each(func(v located) error {
		var o stixObject
		line := d.line(v)
		if err := json.Unmarshal(v.RawMessage, &o); err != nil {
			return r.refuse(line, string(v.RawMessage), fmt.Errorf("is no STIX object: %w", err))
		}
		switch {
		case o.Type != "indicator":
			r.pass("objects of type " + shown(o.Type))
			return nil
		case o.ID != "" && o.modified().Before(newest[o.ID]):
			r.tally.Duplicates++
			return r.count()
		}
		return r.indicator(line, &o)
	})
}

// modified tells versions of an object apart, which may be fractions of a
// second from each other.
func (o *stixObject) modified() time.Time {
	t, err := time.Parse(time.RFC3339Nano, o.Modified)
	if err != nil {
		return time.Time{} // told where it matters: see entry
	}
	return t
}

// indicator adds every alternative of an indicator's pattern as a row.
func (r *reader) indicator(line int, o *stixObject) error {
	e, err := o.entry(r.options.RetrievedAt)
	if err != nil {
		return r.refuse(line, o.Pattern, err)
	}
	claims, err := parsePattern(o.Pattern)
	if err != nil {
		return r.refuse(line, o.Pattern, err)
	}
	for _, c := range claims {
		p, claimed, err := c.entry(e)
		if err != nil {
			err = r.refuse(line, o.Pattern, err)
		} else {
			err = r.add(line, o.Pattern, p, claimed)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// entry is what the indicator says beside its pattern.
func (o *stixObject) entry(retrieved time.Time) (Entry, error) {
	e := unstated()
	e.SourceRef = o.ID
	if err := errors.Join(intake.CheckText(o.ID), intake.CheckText(o.Pattern)); err != nil {
		return e, err
	}
	if o.PatternType != "" && o.PatternType != "stix" {
		return e, fmt.Errorf("a pattern of type %s: want stix", shown(o.PatternType))
	}
	if slices.Contains(slices.Concat(o.Types, o.Labels), "benign") {
		return e, errors.New("its author calls it benign")
	}
	var err error
	if e.ValidFrom, _, err = intake.ParseTime(o.ValidFrom); err != nil {
		return e, fmt.Errorf("valid_from: %w", err)
	}
	if e.ValidUntil, err = intake.ParseUntil(o.ValidUntil); err != nil {
		return e, fmt.Errorf("valid_until: %w", err)
	}
	if o.Confidence != nil {
		if e.Confidence = *o.Confidence; e.Confidence < 0 || e.Confidence > 100 {
			return e, fmt.Errorf("confidence %d: want 0 to 100", e.Confidence)
		}
	}
	if o.Revoked {
		at, _, err := intake.ParseTime(o.Modified)
		if err != nil {
			return e, fmt.Errorf("modified: %w", err)
		}
		e.revoke(at, retrieved)
	}
	return e, nil
}

// revoke ends the entry at a time, or when its list was retrieved where the
// source does not say when.
func (e *Entry) revoke(at, retrieved time.Time) {
	if at.IsZero() {
		at = retrieved
	}
	if e.ValidUntil.IsZero() || at.Before(e.ValidUntil) {
		e.ValidUntil = at
	}
	for _, begin := range []time.Time{e.FirstSeen, e.ValidFrom} {
		e.ValidUntil = later(e.ValidUntil, begin)
	}
	e.revoked = true
}

// claim is one alternative of a pattern: what must hold of one flow.
type claim struct {
	address, name string
	port, proto   string
	fault         error // it asks for what flows do not tell
}

// and joins two claims about one flow.
func (c claim) and(o claim) claim {
	for _, part := range []struct {
		what string
		mine *string
		its  string
	}{{"addresses", &c.address, o.address}, {"names", &c.name, o.name}, {"ports", &c.port, o.port}, {"protocols", &c.proto, o.proto}} {
		if *part.mine != "" && part.its != "" && *part.mine != part.its {
			c.fault = errors.Join(c.fault, fmt.Errorf("asks for two %s at once: %s and %s", part.what, shown(*part.mine), shown(part.its)))
		}
		if *part.mine == "" {
			*part.mine = part.its
		}
	}
	if c.fault == nil {
		c.fault = o.fault
	}
	return c
}

// entry makes an endpoint of a claim.
func (c claim) entry(e Entry) (endpoint, Entry, error) {
	if c.fault != nil {
		return endpoint{}, e, c.fault
	}
	where := c.address
	if where == "" {
		where = c.name
	} else if isName(c.name) {
		e.Domain = normalName(c.name)
	}
	if where == "" {
		return endpoint{}, e, errors.New("the pattern names no address")
	}
	p, err := parseEndpoint(where)
	if err != nil {
		return p, e, err
	}
	if c.port != "" {
		if p.port, err = parsePort(c.port); err != nil {
			return p, e, err
		}
	}
	switch proto := strings.ToLower(c.proto); proto {
	case "", "ipv4", "ipv6", "ip", "tls", "ssl":
	default:
		e.Proto, e.Role, err = parseProto(proto)
	}
	return p, e, err
}
