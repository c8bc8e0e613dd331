package main

import (
	"encoding/json"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"minewatch/analyze/intake"
	"minewatch/analyze/sheet"
)

// listing is how rows of one kind are shown. CSV and JSON have all columns and times in
// UTC, a table for people those named in brief and times in the zone of the site.
type listing[T any] struct {
	columns []sheet.Column[T]
	brief   []string
	empty   string // said beside an empty answer
}

func (l *listing[T]) write(env *environment, format outputFormat, rows []T) error {
	if len(rows) == 0 && l.empty != "" {
		env.say(l.empty)
	}
	switch format {
	case formatCSV:
		columns := slices.Clone(l.columns)
		for i, column := range columns {
			if column.Kind == sheet.IsTime {
				columns[i].Text = func(row *T) string { return utcTime(column.Text(row)) }
			}
		}
		return sheet.Write(env.stdout, columns, rows)
	case formatJSON:
		return l.writeJSON(env.stdout, rows)
	default:
		options, err := env.analysis()
		if err != nil {
			return err
		}
		return l.writeTable(env.stdout, rows, options.Zone)
	}
}

// writeJSON writes an array of objects with their keys in the order of the
// columns. What is not known is null.
func (l *listing[T]) writeJSON(w io.Writer, rows []T) error {
	var out strings.Builder
	out.WriteString("[")
	for i := range rows {
		if i > 0 {
			out.WriteString(",")
		}
		out.WriteString("\n  {")
		for c, column := range l.columns {
			if c > 0 {
				out.WriteString(", ")
			}
			value, err := plainJSON(jsonCell(column.Kind, column.Text(&rows[i])))
			if err != nil {
				return err
			}
			out.WriteString(`"` + column.Name + `": ` + value)
		}
		out.WriteString("}")
	}
	if len(rows) > 0 {
		out.WriteString("\n")
	}
	out.WriteString("]\n")
	_, err := io.WriteString(w, out.String())
	return err
}

func jsonCell(kind sheet.Kind, text string) any {
	switch {
	case text == "":
		return nil
	case kind == sheet.IsNumber:
		return json.Number(text)
	case kind == sheet.IsBool:
		return text == "true"
	case kind == sheet.IsTime:
		return utcTime(text)
	}
	return text
}

// cellWidth is the most that a column of a table takes.
const cellWidth = 44

// writeTable draws no boxes: their characters have another width in terminals
// that are set to Chinese.
func (l *listing[T]) writeTable(w io.Writer, rows []T, zone *time.Location) error {
	if len(rows) == 0 {
		return nil
	}
	t := plainTable()
	var header table.Row
	var configs []table.ColumnConfig
	var shown []sheet.Column[T]
	for _, name := range l.brief {
		i := slices.IndexFunc(l.columns, func(c sheet.Column[T]) bool { return c.Name == name })
		column := l.columns[i]
		align := text.AlignLeft
		if column.Kind == sheet.IsNumber {
			align = text.AlignRight
		}
		shown = append(shown, column)
		header = append(header, column.Name)
		configs = append(configs, table.ColumnConfig{Number: len(shown), Align: align, AlignHeader: align})
	}
	t.AppendHeader(header)
	t.SetColumnConfigs(configs)
	for i := range rows {
		cells := make(table.Row, len(shown))
		for c, column := range shown {
			cell := column.Text(&rows[i])
			if column.Kind == sheet.IsTime {
				cell = siteTime(cell, zone)
			}
			cells[c] = cutCell(printable(cell))
		}
		t.AppendRow(cells)
	}
	return renderTable(w, t)
}

// siteTime is a time of the tables by the clock of the site, with its distance to UTC;
// a flag that takes a time takes it as it stands.
func siteTime(text string, zone *time.Location) string {
	t, _, err := intake.ParseTime(text)
	if text == "" || err != nil {
		return text
	}
	return t.In(zone).Format("2006-01-02 15:04:05Z07:00")
}

// utcTime is a time of the tables as programs read it: a spreadsheet is not to take it for
// one of its own zone.
func utcTime(text string) string {
	t, _, err := intake.ParseTime(text)
	if text == "" || err != nil {
		return text
	}
	return t.UTC().Format(time.RFC3339)
}

// plainTable is an empty table without boxes.
func plainTable() table.Writer {
	t := table.NewWriter()
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	style.Format.Header = text.FormatUpper
	t.SetStyle(style)
	return t
}

// renderTable writes a table whose lines do not end in blanks.
func renderTable(w io.Writer, t table.Writer) error {
	var out strings.Builder
	for line := range strings.Lines(t.Render()) {
		out.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	_, err := io.WriteString(w, out.String())
	return err
}

func cutCell(s string) string {
	if text.StringWidth(s) <= cellWidth {
		return s
	}
	return text.Trim(s, cellWidth-2) + ".."
}
