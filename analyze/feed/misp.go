package feed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"minewatch/analyze/intake"
)

// mispAttribute is an attribute of an event, or of an object in one.
type mispAttribute struct {
	Type      string   `json:"type"`
	Relation  string   `json:"object_relation"`
	Value     flexible `json:"value"`
	UUID      string   `json:"uuid"`
	ToIDs     flexible `json:"to_ids"`
	Deleted   flexible `json:"deleted"`
	Timestamp flexible `json:"timestamp"`
	FirstSeen flexible `json:"first_seen"`
	LastSeen  flexible `json:"last_seen"`
}

// mispObject holds attributes that say one thing together.
type mispObject struct {
	Name       string          `json:"name"`
	UUID       string          `json:"uuid"`
	Deleted    flexible        `json:"deleted"`
	Timestamp  flexible        `json:"timestamp"`
	FirstSeen  flexible        `json:"first_seen"`
	LastSeen   flexible        `json:"last_seen"`
	Attributes []mispAttribute `json:"Attribute"`
}

func isMISP(text []byte) bool {
	if jsonHas("Event", "Attribute", "Object", "response")(text) {
		return true
	}
	first := false
	if isJSON(text) {
		_ = located{RawMessage: bytes.TrimSpace(text)}.items(func(v located) error {
			first = jsonHas("Event", "Attribute")(v.RawMessage)
			return errEnough
		})
	}
	return first
}

var errEnough = errors.New("enough was read")

// readMISP reads the attributes and objects of one event, of a list of events,
// or of what a search returned.
func (r *reader) readMISP(text []byte) error {
	d, err := openJSON(text)
	if err != nil {
		return err
	}
	return r.mispPart(d, d.located)
}

func (r *reader) mispPart(d *document, v located) error {
	if v.isArray() {
		return v.items(func(part located) error { return r.mispPart(d, part) })
	}
	return v.members(func(key string, value located) error {
		switch key {
		case "Event", "response":
			return r.mispPart(d, value)
		case "Attribute":
			return value.oneOrMore(func(a located) error { return r.mispAttribute(d, a) })
		case "Object":
			return value.oneOrMore(func(o located) error { return r.mispObject(d, o) })
		}
		return nil
	})
}

func (r *reader) mispAttribute(d *document, v located) error {
	var a mispAttribute
	line, text := d.line(v), string(v.RawMessage)
	if err := json.Unmarshal(v.RawMessage, &a); err != nil {
		return r.refuse(line, text, fmt.Errorf("is no MISP attribute: %w", err))
	}
	return r.mispEntry(line, a, nil)
}

// mispEntry reads an attribute that stands for itself.
func (r *reader) mispEntry(line int, a mispAttribute, of *mispObject) error {
	p, name, err := a.endpoint()
	if errors.Is(err, errNoEndpoint) {
		r.pass("attributes of type " + shown(a.Type))
		return nil
	}
	text := a.Type + " " + string(a.Value)
	if err != nil {
		return r.refuse(line, text, err)
	}
	e := unstated()
	e.Domain = name
	if err := e.mispSays(&a, of, r.options.RetrievedAt); err != nil {
		return r.refuse(line, text, err)
	}
	return r.add(line, text, p, e)
}

var errNoEndpoint = errors.New("names no endpoint")

// endpoint reads the value of an attribute by its type.
func (a *mispAttribute) endpoint() (p endpoint, name string, err error) {
	value := strings.TrimSpace(string(a.Value))
	if err := intake.CheckText(value); err != nil {
		return p, "", err
	}
	first, second, composed := strings.Cut(value, "|")
	switch a.Type {
	case "ip-dst", "domain", "hostname", "url", "uri":
		p, err = parseEndpoint(value)
		return p, "", err
	case "ip-dst|port", "hostname|port", "domain|port":
		if !composed {
			p, err = parseEndpoint(value) // 192.0.2.1:3333, as old events have it
			return p, "", err
		}
		if p, err = parseEndpoint(first); err == nil {
			p.port, err = parsePort(second)
		}
		return p, "", err
	case "domain|ip":
		p, err = parseEndpoint(second)
		return p, normalName(first), err
	case "ip-src", "ip-src|port":
		return p, "", errors.New(a.Type + " is where traffic comes from: a pool is where it goes to")
	}
	return p, "", errNoEndpoint
}

// mispSays takes over what an attribute, and the object around it, say about
// an endpoint. One that its author does not want to be matched is refused, one
// that was deleted ends when it was.
func (e *Entry) mispSays(a *mispAttribute, of *mispObject, retrieved time.Time) error {
	e.SourceRef = a.UUID
	if err := intake.CheckText(e.SourceRef); err != nil {
		return err
	}
	from, to, changed, deleted := a.FirstSeen, a.LastSeen, a.Timestamp, a.Deleted.isTrue()
	if of != nil {
		from, to = orText(from, of.FirstSeen), orText(to, of.LastSeen)
		changed, deleted = orText(changed, of.Timestamp), deleted || of.Deleted.isTrue()
	}
	var err error
	if e.FirstSeen, _, err = intake.ParseTime(string(from)); err != nil {
		return fmt.Errorf("first_seen: %w", err)
	}
	if e.LastSeen, err = intake.ParseUntil(string(to)); err != nil {
		return fmt.Errorf("last_seen: %w", err)
	}
	at, _, err := intake.ParseTime(string(changed))
	if err != nil {
		return fmt.Errorf("timestamp: %w", err)
	}
	switch {
	case deleted:
		e.revoke(at, retrieved)
	case a.ToIDs.isFalse():
		return errors.New("to_ids is not set: its author does not want it to be matched")
	}
	if e.LastSeen.IsZero() && at.After(e.FirstSeen) {
		// Who edits an attribute vouches for it anew; nobody does for one
		// that is only listed on.
		e.LastSeen = at
	}
	return nil
}

// orText is the first of two values that is there.
func orText(a, b flexible) flexible {
	if a != "" {
		return a
	}
	return b
}

// mispObjects are the objects whose attributes make endpoints together, with
// the relations that have their parts.
var mispObjects = map[string]struct{ addresses, names, ports, protos []string }{
	"domain-ip":          {[]string{"ip"}, []string{"domain", "hostname"}, []string{"port"}, nil},
	"ip-port":            {[]string{"ip", "ip-dst"}, []string{"domain", "hostname"}, []string{"dst-port"}, []string{"protocol"}},
	"network-connection": {[]string{"ip-dst"}, []string{"hostname-dst"}, []string{"dst-port"}, []string{"layer4-protocol"}},
}

// maxPoints bounds the endpoints of one object or rule, which has as many as
// its addresses times its ports.
const maxPoints = 10_000

func (r *reader) mispObject(d *document, v located) error {
	var o mispObject
	line, text := d.line(v), string(v.RawMessage)
	if err := json.Unmarshal(v.RawMessage, &o); err != nil {
		return r.refuse(line, text, fmt.Errorf("is no MISP object: %w", err))
	}
	form, ok := mispObjects[o.Name]
	if !ok {
		for _, a := range o.Attributes {
			if err := r.mispEntry(line, a, &o); err != nil {
				return err
			}
		}
		return nil
	}
	values := func(relations []string) []mispAttribute {
		return slices.DeleteFunc(slices.Clone(o.Attributes), func(a mispAttribute) bool {
			return !slices.Contains(relations, a.Relation)
		})
	}
	ends, names := values(form.addresses), values(form.names)
	if len(ends) == 0 {
		ends, names = names, nil
	}
	ports, protos := values(form.ports), values(form.protos)
	if len(ports) == 0 {
		ports = []mispAttribute{{}}
	}
	switch {
	case len(ends) == 0:
		return r.refuse(line, text, fmt.Errorf("object %s names no endpoint: want %s", o.Name, strings.Join(slices.Concat(form.addresses, form.names), " or ")))
	case len(ends)*len(ports) > maxPoints:
		return r.refuse(line, text, fmt.Errorf("object %s has %d endpoints, more than %d", o.Name, len(ends)*len(ports), maxPoints))
	}
	o.datesFrom(values([]string{"first-seen"}), values([]string{"last-seen"}))
	for _, end := range ends {
		for _, port := range ports {
			p, e, err := o.point(&end, &port, names, protos)
			if err == nil {
				err = e.mispSays(&end, &o, r.options.RetrievedAt)
			}
			text := o.Name + " " + string(end.Value) + " " + string(port.Value)
			if err != nil {
				err = r.refuse(line, text, err)
			} else {
				err = r.add(line, text, p, e)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// datesFrom takes the dates of an object that has them as attributes.
func (o *mispObject) datesFrom(first, last []mispAttribute) {
	if len(first) > 0 {
		o.FirstSeen = first[0].Value
	}
	if len(last) > 0 {
		o.LastSeen = last[0].Value
	}
}

func (o *mispObject) point(end, port *mispAttribute, names, protos []mispAttribute) (endpoint, Entry, error) {
	e := unstated()
	for _, s := range []string{string(end.Value), string(port.Value)} {
		if err := intake.CheckText(s); err != nil {
			return endpoint{}, e, err
		}
	}
	p, err := parseEndpoint(strings.TrimSpace(string(end.Value)))
	if err != nil {
		return p, e, err
	}
	if port.Value != "" {
		if p.port, err = parsePort(string(port.Value)); err != nil {
			return p, e, err
		}
	}
	if len(names) > 0 && isName(string(names[0].Value)) {
		e.Domain = normalName(string(names[0].Value))
	}
	if len(protos) > 0 {
		e.Proto, e.Role, err = parseProto(string(protos[0].Value))
	}
	return p, e, err
}

// shown is a word of the input in a message.
func shown(s string) string {
	if intake.CheckText(s) != nil || s == "" || len(s) > maxCoin {
		return "?"
	}
	return s
}
