package feed

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"minewatch/analyze/intake"
	"minewatch/analyze/iprange"
)

// answerFields are the columns of a table of answers, with the names that they
// have in what passive DNS systems export, and in their common output format.
var answerFields = []intake.Field{
	{Name: "rrname", Aliases: []string{"name", "query", "qname"}},
	{Name: "rrtype", Aliases: []string{"type", "qtype"}},
	{Name: "rdata", Aliases: []string{"answer"}},
	{Name: "time_first", Aliases: []string{"first_seen", "firstseen", "zone_time_first"}},
	{Name: "time_last", Aliases: []string{"last_seen", "lastseen", "zone_time_last"}},
	{Name: "resolver", Aliases: []string{"sensor_id", "sensor", "origin"}},
	{Name: "ttl"},
	{Name: "status"},
	{Name: "canonical"},
	{Name: "count"},
}

// record is a row of passive DNS.
type record struct {
	name, canonical string // in the form of the wire
	kind            string // A, AAAA or CNAME
	data            string // an address, or the name that an alias stands for
	status          AnswerStatus
	resolver        string
	first, last     time.Time
	ttl             int
	line            int
}

// What is no fault: records that lead to no address, and names that no feed can
// have.
var (
	errOtherRecord = errors.New("records of other types than A, AAAA and CNAME")
	errOtherName   = errors.New("records of names that no pool can have")
)

func isPassiveDNS(text []byte) bool {
	if isJSON(text) {
		first := located{RawMessage: bytes.TrimSpace(text)}
		_ = first.items(func(v located) error {
			first = v
			return errEnough
		})
		return jsonHas("rrname")(first.RawMessage)
	}
	t, err := openStart(text, answerFields)
	return err == nil && t.Has("rrname") && t.Has("rrtype") && t.Has("rdata")
}

// readPassiveDNS reads what others resolved, and makes entries of the answers
// for names that a feed has.
func (r *reader) readPassiveDNS(text []byte) error {
	if r.options.Negative != "" {
		return errors.New("is passive DNS, which resolves the names of feeds: negative lists mark addresses")
	}
	var records []record
	keep := func(values func(string) string, line int, text string) error {
		rec, err := readRecord(values)
		if errors.Is(err, errOtherRecord) || errors.Is(err, errOtherName) {
			r.pass(err.Error())
			return nil
		}
		if err != nil {
			return r.refuse(line, text, err)
		}
		rec.line, rec.resolver = line, cmp.Or(rec.resolver, r.options.Source)
		if records = append(records, rec); len(records) > maxRecords {
			return fmt.Errorf("has more than %d rows: cut it to the names that matter", maxRecords)
		}
		return nil
	}
	read := r.recordTable
	if isJSON(text) {
		read = r.recordJSON
	}
	if err := read(text, keep); err != nil {
		return err
	}
	return r.answered(records)
}

// maxRecords is the most rows of passive DNS: what two gigabytes of memory hold.
const maxRecords = 3_000_000

// recordTable reads a CSV with a header.
func (r *reader) recordTable(text []byte, keep func(func(string) string, int, string) error) error {
	t, err := intake.OpenTable(text, answerFields)
	if err != nil {
		return err
	}
	for _, column := range []string{"rrname", "rrtype", "rdata"} {
		if !t.Has(column) {
			return fmt.Errorf("no column %s in the header: want rrname, rrtype, rdata, time_first and time_last", column)
		}
	}
	r.tally.Ignored = t.Ignored()
	return t.Rows(func(row intake.Row) error {
		return keep(row.Get, row.Line, row.Get("rrname")+" "+row.Get("rrtype")+" "+row.Get("rdata"))
	}, r.reject)
}

// recordJSON reads the common output format: an object a line, or a list of
// such.
func (r *reader) recordJSON(text []byte, keep func(func(string) string, int, string) error) error {
	object := func(line int, raw []byte) error {
		var members map[string]json.RawMessage
		if err := json.Unmarshal(raw, &members); err != nil {
			return r.refuse(line, string(raw[:min(len(raw), 300)]), jsonFault(raw, err))
		}
		var data []json.RawMessage
		if json.Unmarshal(members["rdata"], &data) != nil {
			data = []json.RawMessage{members["rdata"]}
		}
		for _, d := range data {
			members["rdata"] = d
			err := keep(func(field string) string { return member(members, field) }, line, string(raw[:min(len(raw), 300)]))
			if err != nil {
				return err
			}
		}
		return nil
	}
	if bytes.HasPrefix(bytes.TrimSpace(text), []byte("[")) {
		d, err := openJSON(text)
		if err != nil {
			return err
		}
		return d.items(func(v located) error { return object(d.line(v), v.RawMessage) })
	}
	line := 0
	for raw := range bytes.Lines(text) {
		line++
		if raw = bytes.TrimSpace(raw); len(raw) == 0 {
			continue
		}
		if err := object(line, raw); err != nil {
			return err
		}
	}
	return nil
}

// member is the value of a field by the first of its names that has one.
func member(members map[string]json.RawMessage, field string) string {
	i := slices.IndexFunc(answerFields, func(f intake.Field) bool { return f.Name == field })
	for _, name := range append([]string{field}, answerFields[i].Aliases...) {
		var value flexible
		if raw, ok := members[name]; ok && value.UnmarshalJSON(raw) == nil && value != "" {
			return strings.TrimSpace(string(value))
		}
	}
	return ""
}

// readRecord reads a row whose values have the names of answerFields.
func readRecord(value func(string) string) (record, error) {
	rec := record{status: Resolved, data: value("rdata"), resolver: value("resolver")}
	switch kind := strings.ToUpper(value("rrtype")); kind {
	case "A", "1":
		rec.kind = TypeA
	case "AAAA", "28":
		rec.kind = TypeAAAA
	case "CNAME", "5":
		rec.kind = "CNAME"
	case "":
		return rec, errors.New("rrtype is missing")
	default:
		return rec, errOtherRecord
	}
	var err error
	if rec.name, err = WireName(value("rrname")); err != nil {
		return rec, errOtherName
	}
	if s := value("canonical"); s != "" {
		if rec.canonical, err = WireName(s); err != nil {
			return rec, err
		}
	}
	if err := rec.readData(AnswerStatus(strings.ToLower(value("status")))); err != nil {
		return rec, err
	}
	if s := value("ttl"); s != "" {
		if rec.ttl, err = strconv.Atoi(s); err != nil || rec.ttl < 0 {
			return rec, fmt.Errorf("ttl %q: want seconds", s)
		}
		rec.ttl = min(rec.ttl, MaxTTL)
	}
	return rec, rec.readTimes(value)
}

// MaxTTL is the longest that an answer is believed without asking again, in
// seconds: a week, as RFC 8767 section 4 advises.
const MaxTTL = 7 * 24 * 3600

func (rec *record) readData(status AnswerStatus) (err error) {
	switch status {
	case NoSuchName, NoAddress:
		if rec.status = status; rec.data != "" {
			return fmt.Errorf("status %s with the answer %q", status, rec.data)
		}
		return nil
	case "", Resolved, "noerror":
	default:
		return fmt.Errorf("status %q: want %s, %s or %s", status, Resolved, NoSuchName, NoAddress)
	}
	if rec.kind == "CNAME" {
		if rec.data, err = WireName(rec.data); err != nil {
			return errOtherName
		}
		return nil
	}
	a, err := iprange.ParseAddr(rec.data)
	if err != nil {
		return err
	}
	if rec.kind == TypeA && !a.Is4() {
		return fmt.Errorf("%q is no IPv4 address, and the record is of type A", rec.data)
	}
	if rec.kind == TypeAAAA && !strings.Contains(rec.data, ":") {
		return fmt.Errorf("%q is no IPv6 address, and the record is of type AAAA", rec.data)
	}
	rec.data = a.String()
	return nil
}

func (rec *record) readTimes(value func(string) string) (err error) {
	if rec.first, _, err = intake.ParseTime(value("time_first")); err != nil {
		return fmt.Errorf("time_first: %w", err)
	}
	if rec.last, err = intake.ParseUntil(value("time_last")); err != nil {
		return fmt.Errorf("time_last: %w", err)
	}
	if rec.last.IsZero() {
		rec.last = rec.first
	}
	switch {
	case rec.first.IsZero():
		return errors.New("time_first is missing: an answer without its time cannot be matched")
	case rec.last.Before(rec.first):
		return fmt.Errorf("time_last %s is before time_first %s", day(rec.last), day(rec.first))
	}
	return nil
}
