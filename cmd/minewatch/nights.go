package main

import (
	"encoding/csv"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"

	"minewatch/analyze"
)

// nightColumns are the columns of nightly's output, for people and machines.
var nightColumns = []string{
	"day", "flows", "hours", "exporters", "coverage", "covered", "matched", "contacts", "hosts", "grade_a", "grade_b", "grade_c", "grade_x", "feeds",
}

func nightCells(m *analyze.Manifest) []string {
	c := &m.Counts
	n := func(v int64) string { return strconv.FormatInt(v, 10) }
	return []string{
		string(m.Day), n(c.Flows), n(c.HoursCovered), n(c.Exporters), m.Coverage.PercentText(), strconv.FormatBool(m.Coverage.Covered), n(c.Matched), n(c.Contacts), n(c.Hosts),
		n(c.Grades["A"]), n(c.Grades["B"]), n(c.Grades["C"]), n(c.Grades["X"]), strings.Join(m.Feeds, " "),
	}
}

// writeNights tells what each night rested on and what it found.
func writeNights(env *environment, format outputFormat, nights []*analyze.Manifest) error {
	switch format {
	case formatJSON:
		if nights == nil {
			nights = []*analyze.Manifest{}
		}
		encoder := json.NewEncoder(env.stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(nights)
	case formatCSV:
		w := csv.NewWriter(env.stdout)
		_ = w.Write(nightColumns)
		for _, m := range nights {
			_ = w.Write(nightCells(m))
		}
		w.Flush()
		return w.Error()
	case formatTable:
		if len(nights) == 0 {
			return nil
		}
		t := plainTable()
		row := func(cells []string) table.Row {
			r := make(table.Row, len(cells)-1) // the feeds are for machines
			for i := range r {
				r[i] = strings.TrimPrefix(cells[i], "grade_")
				if cells[i] == "" {
					r[i] = "unknown"
				}
			}
			return r
		}
		t.AppendHeader(row(nightColumns))
		for _, m := range nights {
			t.AppendRow(row(nightCells(m)))
		}
		return renderTable(env.stdout, t)
	}
	return nil
}
