package report

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"
)

// column is one column of a ranking.
type column struct {
	name string
	cell func(s *Suspect) any
}

// rankColumns are the columns of a ranking. Their names and their order are
// a contract with scripts that read it: append, never reorder.
func rankColumns() []column {
	return []column{
		{"rank", func(s *Suspect) any { return s.Rank }},
		{"host", func(s *Suspect) any { return s.Host }},
		{"grade", func(s *Suspect) any { return s.Grade }},
		{"score", func(s *Suspect) any { return exactly(s.Score) }},
		{"contact_days", func(s *Suspect) any { return s.ContactDays }},
		{"contact_hours", func(s *Suspect) any { return s.ContactHours }},
		{"contact_slots", func(s *Suspect) any { return s.ContactSlots }},
		{"pool_endpoints", func(s *Suspect) any { return s.PoolEndpoints }},
		{"sessions", func(s *Suspect) any { return s.Sessions }},
		{"duration_seconds", func(s *Suspect) any { return s.DurationSeconds }},
		{"span_seconds", func(s *Suspect) any { return s.SpanSeconds }},
		{"first_seen", func(s *Suspect) any { return known(s.FirstSeen) }},
		{"last_seen", func(s *Suspect) any { return known(s.LastSeen) }},
		{"bytes_up", func(s *Suspect) any { return s.BytesUp }},
		{"bytes_down", func(s *Suspect) any { return s.BytesDown }},
		{"packets_up", func(s *Suspect) any { return s.PacketsUp }},
		{"packets_down", func(s *Suspect) any { return s.PacketsDown }},
		{"max_concurrent", func(s *Suspect) any { return s.MaxConcurrent }},
		{"coins", func(s *Suspect) any { return s.Coins }},
		{"pools", func(s *Suspect) any { return s.Pools }},
		{"unit", func(s *Suspect) any { return s.Unit }},
		{"sector", func(s *Suspect) any { return s.Sector }},
		{"city", func(s *Suspect) any { return s.City }},
		{"county", func(s *Suspect) any { return s.County }},
		{"reasons", func(s *Suspect) any { return s.Reasons }},
		{"nat", func(s *Suspect) any { return s.NAT }},
		{"first_day", func(s *Suspect) any { return dayOf(s.FirstDay) }},
		{"days_seen", func(s *Suspect) any { return s.DaysSeen }},
		{"status", func(s *Suspect) any { return s.Status }},
		{"unknown_because", func(s *Suspect) any { return s.UnknownBecause }},
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
			row[i] = cellText(c.cell(&suspects[n]), time.UTC, time.RFC3339)
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

func decimal(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }
