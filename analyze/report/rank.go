package report

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"
)

// column is one column of the ranking's CSV form.
type column struct {
	name string
	cell func(s *Suspect) string
}

// rankColumns are the columns of a ranking. Their names and their order are
// a contract with scripts that read it: append, never reorder.
func rankColumns() []column {
	return []column{
		{"rank", func(s *Suspect) string { return strconv.Itoa(s.Rank) }},
		{"host", func(s *Suspect) string { return s.Host }},
		{"grade", func(s *Suspect) string { return s.Grade }},
		{"score", func(s *Suspect) string { return decimal(s.Score) }},
		{"contact_days", func(s *Suspect) string { return strconv.Itoa(s.ContactDays) }},
		{"contact_hours", func(s *Suspect) string { return strconv.Itoa(s.ContactHours) }},
		{"contact_slots", func(s *Suspect) string { return strconv.Itoa(s.ContactSlots) }},
		{"pool_endpoints", func(s *Suspect) string { return strconv.Itoa(s.PoolEndpoints) }},
		{"sessions", func(s *Suspect) string { return strconv.Itoa(s.Sessions) }},
		{"duration_seconds", func(s *Suspect) string { return whole(s.DurationSeconds) }},
		{"span_seconds", func(s *Suspect) string { return whole(s.SpanSeconds) }},
		{"first_seen", func(s *Suspect) string { return timestamp(s.FirstSeen) }},
		{"last_seen", func(s *Suspect) string { return timestamp(s.LastSeen) }},
		{"bytes_up", func(s *Suspect) string { return whole(s.BytesUp) }},
		{"bytes_down", func(s *Suspect) string { return whole(s.BytesDown) }},
		{"packets_up", func(s *Suspect) string { return whole(s.PacketsUp) }},
		{"packets_down", func(s *Suspect) string { return whole(s.PacketsDown) }},
		{"max_concurrent", func(s *Suspect) string { return strconv.Itoa(s.MaxConcurrent) }},
		{"coins", func(s *Suspect) string { return s.Coins }},
		{"pools", func(s *Suspect) string { return s.Pools }},
		{"unit", func(s *Suspect) string { return s.Unit }},
		{"sector", func(s *Suspect) string { return s.Sector }},
		{"city", func(s *Suspect) string { return s.City }},
		{"county", func(s *Suspect) string { return s.County }},
		{"reasons", func(s *Suspect) string { return s.Reasons }},
		{"nat", func(s *Suspect) string { return strconv.FormatBool(s.NAT) }},
		{"first_day", func(s *Suspect) string { return s.FirstDay }},
		{"days_seen", func(s *Suspect) string { return strconv.Itoa(s.DaysSeen) }},
		{"status", func(s *Suspect) string { return s.Status }},
		{"unknown_because", func(s *Suspect) string { return s.UnknownBecause }},
	}
}

// CSV writes a ranking for programs: RFC 4180 with a header, times in UTC as
// RFC 3339. Cells are exactly the values; a file that is meant for a
// spreadsheet is one of CSVFiles, where formulas are neutralised.
func CSV(w io.Writer, suspects []Suspect) error {
	columns := rankColumns()
	out := csv.NewWriter(w)
	row := make([]string, len(columns))
	for i, c := range columns {
		row[i] = c.name
	}
	if err := out.Write(row); err != nil {
		return fmt.Errorf("write ranking as csv: %w", err)
	}
	for n := range suspects {
		for i, c := range columns {
			row[i] = c.cell(&suspects[n])
		}
		if err := out.Write(row); err != nil {
			return fmt.Errorf("write ranking as csv: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write ranking as csv: %w", err)
	}
	return nil
}

// JSON writes a ranking as one array, with the evidence and the pool
// endpoints of each suspect. Times are in UTC, and a list is never null.
func JSON(w io.Writer, suspects []Suspect) error {
	list := make([]Suspect, len(suspects))
	for i := range suspects {
		list[i] = inUTC(suspects[i])
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	if err := out.Encode(list); err != nil {
		return fmt.Errorf("write ranking as json: %w", err)
	}
	return nil
}

// inUTC returns a copy of s for JSON. The caller's lists stay as they are.
func inUTC(s Suspect) Suspect {
	s.FirstSeen, s.LastSeen = s.FirstSeen.UTC(), s.LastSeen.UTC()
	if s.Evidence == nil {
		s.Evidence = []Evidence{}
	}
	details := make([]Detail, len(s.Details))
	for i, d := range s.Details {
		d.FirstSeen, d.LastSeen = d.FirstSeen.UTC(), d.LastSeen.UTC()
		details[i] = d
	}
	s.Details = details
	return s
}

func whole(n int64) string { return strconv.FormatInt(n, 10) }

func decimal(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// timestamp is empty for a time that is not known.
func timestamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
