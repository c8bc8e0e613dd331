package main

import (
	"database/sql"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// resultRows are the rows of a query as plain values, one at a time.
type resultRows struct {
	rows    *sql.Rows
	columns []string // no name twice
	kinds   []string // their SQL types
	cells   []any    // of the current row
	into    []any
}

func newResultRows(rows *sql.Rows) (*resultRows, error) {
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	r := &resultRows{rows: rows, cells: make([]any, len(types)), into: make([]any, len(types))}
	seen := map[string]int{}
	for i, t := range types {
		name := t.Name()
		if seen[name]++; seen[name] > 1 {
			name = fmt.Sprintf("%s_%d", name, seen[name])
		}
		r.columns, r.kinds = append(r.columns, name), append(r.kinds, t.DatabaseTypeName())
		r.into[i] = &r.cells[i]
	}
	return r, nil
}

// next reads a row into cells.
func (r *resultRows) next() (bool, error) {
	if !r.rows.Next() {
		return false, r.rows.Err()
	}
	for i := range r.cells {
		r.cells[i] = nil
	}
	if err := r.rows.Scan(r.into...); err != nil {
		return false, err
	}
	for i, cell := range r.cells {
		r.cells[i] = plainValue(cell, r.kinds[i])
	}
	return true, nil
}

// write writes all rows; a table has at most maxRows, 0 = all. The remark is
// what is to be said about the result beside it.
func (r *resultRows) write(w io.Writer, format outputFormat, maxRows int) (remark string, err error) {
	switch format {
	case formatCSV:
		return "", r.writeCSV(w)
	case formatJSON:
		return "", r.writeJSON(w)
	default:
		if slices.Equal(r.columns, []string{"explain_key", "explain_value"}) {
			return "", r.writePlan(w)
		}
		return r.writeTable(w, maxRows)
	}
}

// writePlan writes what EXPLAIN returns as it was drawn.
func (r *resultRows) writePlan(w io.Writer) error {
	for {
		more, err := r.next()
		if err != nil || !more {
			return err
		}
		if _, err := fmt.Fprintln(w, strings.TrimRight(cellText(r.cells[1], ""), "\n")); err != nil {
			return err
		}
	}
}

// writeCSV leaves NULL empty. Cells are the plain values: this is for
// programs, a spreadsheet may take one for a formula.
func (r *resultRows) writeCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write(r.columns); err != nil {
		return err
	}
	line := make([]string, len(r.columns))
	for {
		more, err := r.next()
		if err != nil {
			return err
		}
		if !more {
			out.Flush()
			return out.Error()
		}
		for i, cell := range r.cells {
			line[i] = cellText(cell, "")
		}
		if len(line) == 1 && line[0] == "" {
			// One empty cell would be an empty line, which readers skip.
			out.Flush()
			if _, err := io.WriteString(w, "\"\"\n"); err != nil {
				return err
			}
			continue
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
}

// writeJSON writes an array of objects, whose keys are in the order of the
// columns.
func (r *resultRows) writeJSON(w io.Writer) error {
	keys := make([]string, len(r.columns))
	for i, column := range r.columns {
		key, err := plainJSON(column)
		if err != nil {
			return err
		}
		keys[i] = key
	}
	before := "[\n  {"
	for {
		more, err := r.next()
		if err != nil {
			return err
		}
		if !more {
			break
		}
		var line strings.Builder
		line.WriteString(before)
		for i, cell := range r.cells {
			value, err := plainJSON(cell)
			if err != nil {
				return err
			}
			if i > 0 {
				line.WriteString(", ")
			}
			line.WriteString(keys[i] + ": " + value)
		}
		line.WriteString("}")
		if _, err := io.WriteString(w, line.String()); err != nil {
			return err
		}
		before = ",\n  {"
	}
	end := "\n]\n"
	if before == "[\n  {" {
		end = "[]\n"
	}
	_, err := io.WriteString(w, end)
	return err
}

func (r *resultRows) writeTable(w io.Writer, maxRows int) (remark string, err error) {
	t := table.NewWriter()
	style := table.StyleDefault
	style.Options = table.Options{SeparateColumns: true, SeparateHeader: true}
	style.Format.Header = text.FormatDefault
	t.SetStyle(style)

	header := make(table.Row, len(r.columns))
	configs := make([]table.ColumnConfig, len(r.columns))
	for i, column := range r.columns {
		header[i] = printable(column)
		configs[i] = table.ColumnConfig{Number: i + 1}
		if isNumeric(r.kinds[i]) {
			configs[i].Align, configs[i].AlignHeader = text.AlignRight, text.AlignRight
		}
	}
	t.AppendHeader(header)
	t.SetColumnConfigs(configs)

	shown, cut := 0, false
	for {
		more, err := r.next()
		if err != nil {
			return "", err
		}
		if !more {
			break
		}
		if maxRows > 0 && shown == maxRows {
			cut = true
			break
		}
		row := make(table.Row, len(r.cells))
		for i, cell := range r.cells {
			row[i] = printable(cellText(cell, "NULL"))
		}
		t.AppendRow(row)
		shown++
	}
	for line := range strings.Lines(t.Render() + "\n") {
		if _, err := io.WriteString(w, strings.TrimRight(line, " \n")+"\n"); err != nil {
			return "", err
		}
	}
	return tableRemark(shown, cut), nil
}

func tableRemark(shown int, cut bool) string {
	if cut {
		return fmt.Sprintf("(the first %s; there are more: see --max-rows, or use --format csv)", amount(shown, "row"))
	}
	return "(" + amount(shown, "row") + ")"
}

func isNumeric(kind string) bool {
	switch kind {
	case "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT",
		"FLOAT", "DOUBLE", "BIGNUM":
		return true
	}
	return strings.HasPrefix(kind, "DECIMAL")
}

// printable keeps a value on its line, and foreign text from steering the
// terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < ' ', r == 0x7f, r >= 0x80 && r < 0xa0, r == utf8.RuneError:
			return ' '
		}
		return r
	}, s)
}
