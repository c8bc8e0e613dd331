package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
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
	Open           bool       `json:"open,omitempty"`   // the week is not over: a draft
	Masked         bool       `json:"masked,omitempty"` // a public version: fewer tables and columns
	AsOf           time.Time  `json:"as_of"`
	ChainHead      *ChainHead `json:"chain_head,omitempty"` // not there: no night, or of a program that kept no chain
	ProgramVersion string     `json:"program_version"`
	FeedVersions   []string   `json:"feed_versions"`
	LedgerVersions []string   `json:"ledger_versions"`
	Exclusions     []string   `json:"exclusions_versions,omitempty"`
	ExclusionsOn   string     `json:"exclusions_on,omitempty"` // the day as of which they are told
	Rules          string     `json:"rules_sha256"`

	Headline string   `json:"headline"`
	Warnings []string `json:"warnings"`
	Total    *Total   `json:"total"`
	LastWeek *Total   `json:"last_week"` // null: it has no nights
	Coverage Coverage `json:"coverage"`

	Tables noTables `json:"tables"`
}

// noTables is where writeJSON puts the tables: the last field of a document.
type noTables struct{}

// Document writes the week as one JSON document with the tables of the other
// formats: numbers are numbers, times RFC 3339 in the week's zone, null is "not
// known".
func Document(w io.Writer, week *Week, lang Lang) error {
	p, err := newPrinter(lang, week.Zone)
	if err != nil {
		return fmt.Errorf("write %s as json: %w", week.Name, err)
	}
	return p.document(w, week, p.sheets(week))
}

func (p *printer) document(w io.Writer, week *Week, sheets []sheet) error {
	exclusionsOn := ""
	if len(week.Exclusions) > 0 {
		exclusionsOn = week.ExclusionsOn.In(p.zone).Format(time.DateOnly)
	}
	err := p.writeJSON(w, &document{
		Schema: Schema, Lang: p.lang, Week: week.Name,
		From: week.From.In(p.zone).Format(time.DateOnly), To: week.To.In(p.zone).Format(time.DateOnly), Zone: p.zone.String(),
		Region: week.Region, Site: week.Site, Open: week.Open, Masked: week.Masked, AsOf: week.AsOf.UTC(), ChainHead: week.ChainHead, ProgramVersion: week.ProgramVersion,
		FeedVersions: orEmpty(week.FeedVersions), LedgerVersions: orEmpty(week.LedgerVersions), Exclusions: week.Exclusions, ExclusionsOn: exclusionsOn, Rules: week.ConfigHash,
		Headline: p.headline(week), Warnings: orEmpty(p.warnings(week)), Total: &week.Total, LastWeek: week.Last, Coverage: week.Coverage,
	}, sheets)
	if err != nil {
		return fmt.Errorf("write %s as json: %w", week.Name, err)
	}
	return nil
}

// writeJSON writes a document whose last field is noTables, with the tables by name
// in its place: each an array of rows, a row its cells by the names of the columns,
// in their order. The rows of a province are too many for reflection.
func (p *printer) writeJSON(w io.Writer, document any, tables []sheet) error {
	var head bytes.Buffer
	out := json.NewEncoder(&head)
	out.SetEscapeHTML(false)
	out.SetIndent("", " ")
	if err := out.Encode(document); err != nil {
		return err
	}
	const empty = "{}\n}\n"
	line, found := bytes.CutSuffix(head.Bytes(), []byte(empty))
	if !found {
		return errors.New("the document does not end with its tables")
	}
	line = append(line, '{')
	tables = slices.SortedFunc(slices.Values(tables), func(a, b sheet) int { return strings.Compare(a.name, b.name) })
	for i := range tables {
		t := &tables[i]
		line = append(strconv.AppendQuote(append(line, separator(i)+"\n  "...), t.name), ": ["...)
		names := make([]string, len(t.columns))
		for c, name := range t.columns {
			names[c] = separator(c) + "\n    " + strconv.Quote(name) + ": "
		}
		for r, cells := range t.rows {
			line = append(line, separator(r)+"\n   {"...)
			for c, cell := range cells {
				var err error
				if line, err = appendCell(append(line, names[c]...), cell, p.zone); err != nil {
					return fmt.Errorf("%s: %s: %w", t.name, t.columns[c], err)
				}
			}
			line = append(line, "\n   }"...)
			if _, err := w.Write(line); err != nil {
				return err
			}
			line = line[:0]
		}
		if len(t.rows) > 0 {
			line = append(line, "\n  "...)
		}
		line = append(line, ']')
	}
	_, err := w.Write(append(line, "\n }\n}\n"...))
	return err
}

// separator stands before the nth of a list.
func separator(n int) string {
	if n == 0 {
		return ""
	}
	return ","
}

// appendCell appends a cell as encoding/json has it.
func appendCell(out []byte, cell any, zone *time.Location) ([]byte, error) {
	switch v := cell.(type) {
	case nil:
		return append(out, "null"...), nil
	case int:
		return strconv.AppendInt(out, int64(v), 10), nil
	case int64:
		return strconv.AppendInt(out, v, 10), nil
	case bool:
		return strconv.AppendBool(out, v), nil
	case time.Time:
		return append(v.In(zone).AppendFormat(append(out, '"'), time.RFC3339), '"'), nil
	case date:
		return append(time.Time(v).AppendFormat(append(out, '"'), time.DateOnly), '"'), nil
	case fixed:
		if math.IsNaN(v.value) || math.IsInf(v.value, 0) {
			return out, fmt.Errorf("%s is no number", v)
		}
		return append(out, v.String()...), nil
	case string:
		if isPlain(v) {
			return append(append(append(out, '"'), v...), '"'), nil
		}
	}
	value, err := json.Marshal(cell)
	return append(out, value...), err
}

// isPlain says whether nothing of a text is escaped in JSON.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' || c == 0x7f {
			return false
		}
	}
	return utf8.ValidString(s) && !strings.Contains(s, "\u2028") && !strings.Contains(s, "\u2029")
}

// orEmpty is a list that is never null.
func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
