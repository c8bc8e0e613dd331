package feed

import (
	"errors"
	"fmt"
	"time"

	"minewatch/analyze/intake"
)

// tableFields are the columns that a feed may have, with the names that they
// have in other feeds.
var tableFields = []intake.Field{
	{Name: "address", Aliases: []string{"ip", "cidr", "ip_address", "addr", "prefix", "network", "ip_port", "endpoint", "host", "node_host", "indicator", "ioc"}},
	{Name: "port", Aliases: []string{"dst_port", "dport", "tcp_port"}},
	{Name: "proto", Aliases: []string{"protocol", "scheme", "transport"}},
	{Name: "coin", Aliases: []string{"currency", "symbol", "cryptocurrency"}},
	{Name: "algorithm", Aliases: []string{"algo"}},
	{Name: "pool", Aliases: []string{"pool_name"}},
	{Name: "domain", Aliases: []string{"fqdn", "hostname", "host"}},
	{Name: "role"},
	{Name: "first_seen", Aliases: []string{"firstseen", "first_ok"}},
	{Name: "last_seen", Aliases: []string{"lastseen", "last_ok"}},
	{Name: "valid_from"},
	{Name: "valid_until", Aliases: []string{"valid_to", "expires", "expiry"}},
	{Name: "confidence"},
	{Name: "evidence", Aliases: []string{"source_type", "node_type"}},
	{Name: "shared"},
	{Name: "source"},
	{Name: "source_ref", Aliases: []string{"source_url", "reference", "ref", "url"}},
	{Name: "licence", Aliases: []string{"license"}},
}

var errNoAddress = errors.New("no column with an address in the header: want ip, cidr or address")

// headerReach is how far into a file its header may be: a line of hundreds of
// megabytes is copied several times before it is told to be none.
const headerReach = 1 << 20

// openStart reads the header of a text, and no more than may be one.
func openStart(text []byte, fields []intake.Field) (*intake.Table, error) {
	return intake.OpenTable(text[:min(len(text), headerReach)], fields)
}

// isTable says whether the first line of text is a header that we know.
func isTable(text []byte) bool {
	t, err := openStart(text, tableFields)
	return err == nil && (t.Has("address") || t.Has("domain"))
}

// readTable reads a CSV with a header.
func (r *reader) readTable(text []byte) error {
	t, err := intake.OpenTable(text, tableFields)
	if err != nil {
		return err
	}
	if !t.Has("address") && !t.Has("domain") {
		return errNoAddress
	}
	r.tally.Ignored = t.Ignored()
	return t.Rows(func(row intake.Row) error {
		point, e, err := tableRow(row)
		if err == nil {
			e, err = r.complete(point, e)
		}
		if err != nil {
			return r.reject(row.Refuse(err))
		}
		e.Line = row.Line
		return r.keep(e)
	}, r.reject)
}

func tableRow(row intake.Row) (endpoint, Entry, error) {
	// Lists of pool URLs may have an address where a name would stand.
	address, name := row.Get("address"), row.Get("domain")
	if address == "" {
		address, name = name, ""
	}
	point, err := parseEndpoint(address)
	if err != nil {
		return endpoint{}, Entry{}, err
	}
	port, err := parsePort(row.Get("port"))
	switch {
	case err != nil:
		return endpoint{}, Entry{}, err
	case point.port != 0 && port != 0 && point.port != port:
		return endpoint{}, Entry{}, fmt.Errorf("the address says port %d, the column port says %d", point.port, port)
	case point.port == 0:
		point.port = port
	}
	e := unstated()
	e.Coin, e.Algorithm, e.Pool = coinCode(row.Get("coin")), row.Get("algorithm"), row.Get("pool")
	e.Domain = normalName(name)
	e.Source, e.SourceRef, e.Licence = row.Get("source"), row.Get("source_ref"), row.Get("licence")
	if err := e.readWords(row); err != nil {
		return endpoint{}, Entry{}, err
	}
	return point, e, e.readTimes(row)
}

// readWords reads the columns that have a vocabulary.
func (e *Entry) readWords(row intake.Row) error {
	proto, spoken, err := parseProto(row.Get("proto"))
	if err != nil {
		return err
	}
	e.Proto = proto
	if e.Role, err = parseRole(row.Get("role")); err != nil {
		return err
	}
	if e.Role == UnknownRole {
		e.Role = spoken
	}
	if e.Shared, err = parseShared(row.Get("shared")); err != nil {
		return err
	}
	if s := row.Get("evidence"); s != "" {
		e.Evidence = ParseEvidence(s)
	}
	if s := row.Get("confidence"); s != "" {
		e.Confidence, err = ParseConfidence(s)
	}
	return err
}

func (e *Entry) readTimes(row intake.Row) error {
	for _, column := range []struct {
		field string
		to    *time.Time
		end   bool // a day alone means its end
	}{
		{"first_seen", &e.FirstSeen, false},
		{"last_seen", &e.LastSeen, true},
		{"valid_from", &e.ValidFrom, false},
		{"valid_until", &e.ValidUntil, true},
	} {
		var err error
		if column.end {
			*column.to, err = intake.ParseUntil(row.Get(column.field))
		} else {
			*column.to, _, err = intake.ParseTime(row.Get(column.field))
		}
		if err != nil {
			return fmt.Errorf("%s: %w", column.field, err)
		}
	}
	return nil
}
