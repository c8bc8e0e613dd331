package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"
)

// Schema names the form of the JSON file. Its number changes when a field goes
// or changes its meaning; new ones may come without.
const Schema = "minewatch/weekly-report/1"

// document is the JSON file of a week.
type document struct {
	Schema         string     `json:"schema"`
	Lang           Lang       `json:"lang"` // of headline, reasons and grade_text
	Week           string     `json:"week"`
	From           string     `json:"from"`
	To             string     `json:"to"`
	Zone           string     `json:"zone"`
	Region         string     `json:"region"` // "" = everything
	Site           string     `json:"site"`
	Masked         bool       `json:"masked,omitempty"` // a public version: fewer tables and columns
	AsOf           time.Time  `json:"as_of"`
	ChainHead      *ChainHead `json:"chain_head,omitempty"` // not there: no night, or of a program that kept no chain
	ProgramVersion string     `json:"program_version"`
	FeedVersions   []string   `json:"feed_versions"`
	LedgerVersions []string   `json:"ledger_versions"`
	Rules          string     `json:"rules_sha256"`

	Headline string   `json:"headline"`
	Warnings []string `json:"warnings"`
	Total    *Total   `json:"total"`
	LastWeek *Total   `json:"last_week"` // null: it has no nights
	Coverage Coverage `json:"coverage"`

	Tables map[string][]record `json:"tables"`
}

// record is a row by the names of its columns, in their order.
type record struct {
	columns []string
	cells   []any
	zone    *time.Location
}

// Document writes the week as one JSON document with the tables of the other
// formats: numbers are numbers, times RFC 3339 in the week's zone, null is "not
// known".
func Document(w io.Writer, week *Week, lang Lang) error {
	p, err := newPrinter(lang, week.Zone)
	if err != nil {
		return fmt.Errorf("write %s as json: %w", week.Name, err)
	}
	d := &document{
		Schema: Schema, Lang: lang, Week: week.Name,
		From: week.From.In(p.zone).Format(time.DateOnly), To: week.To.In(p.zone).Format(time.DateOnly), Zone: p.zone.String(),
		Region: week.Region, Site: week.Site, Masked: week.Masked, AsOf: week.AsOf.UTC(), ChainHead: week.ChainHead, ProgramVersion: week.ProgramVersion,
		FeedVersions: orEmpty(week.FeedVersions), LedgerVersions: orEmpty(week.LedgerVersions), Rules: week.ConfigHash,
		Headline: p.headline(week), Warnings: orEmpty(p.warnings(week)), Total: &week.Total, LastWeek: week.Last, Coverage: week.Coverage,
		Tables: map[string][]record{},
	}
	for _, s := range p.sheets(week) {
		d.Tables[s.name] = p.records(&s)
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", " ")
	if err := out.Encode(d); err != nil {
		return fmt.Errorf("write %s as json: %w", week.Name, err)
	}
	return nil
}

func (p *printer) records(s *sheet) []record {
	rows := make([]record, len(s.rows))
	for i, cells := range s.rows {
		rows[i] = record{s.columns, cells, p.zone}
	}
	return rows
}

// MarshalJSON writes the cells under the names of their columns.
func (r record) MarshalJSON() ([]byte, error) {
	out := append(make([]byte, 0, 32*len(r.columns)), '{')
	for i, name := range r.columns {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(strconv.AppendQuote(out, name), ':')
		switch v := r.cells[i].(type) {
		case int:
			out = strconv.AppendInt(out, int64(v), 10)
		case int64:
			out = strconv.AppendInt(out, v, 10)
		default:
			value, err := json.Marshal(jsonCell(v, r.zone))
			if err != nil {
				return nil, err
			}
			out = append(out, value...)
		}
	}
	return append(out, '}'), nil
}

func jsonCell(cell any, zone *time.Location) any {
	switch v := cell.(type) {
	case fixed:
		return json.Number(v.String())
	case date:
		return time.Time(v).Format(time.DateOnly)
	case time.Time:
		return v.In(zone).Format(time.RFC3339)
	}
	return cell
}

// orEmpty is a list that is never null.
func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
