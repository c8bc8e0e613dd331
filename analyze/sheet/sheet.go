// Package sheet writes and reads the lake's CSV tables by one list of columns
// per table: what is written, read back, compared and shown cannot differ.
//
// The form is RFC 4180 with a header, UTF-8; empty is "not known", times are
// "2026-11-22 08:00:00", booleans true and false.
package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"minewatch/analyze/intake"
	"minewatch/analyze/iprange"
	"minewatch/analyze/versions"
)

// Kind is how a column's values are written where types are told apart.
type Kind int

// The kinds.
const (
	IsText Kind = iota
	IsNumber
	IsBool
	IsTime // in UTC, by intake.FormatTime
)

// Column is a column of a table of T.
type Column[T any] struct {
	Name string
	Kind Kind
	Text func(*T) string
	read func(*T, string) error // nil: derived from other columns
}

// Text is a column of text.
func Text[T any, S ~string](name string, field func(*T) *S) Column[T] {
	return Column[T]{name, IsText, func(t *T) string { return string(*field(t)) }, func(t *T, s string) error {
		*field(t) = S(s)
		return nil
	}}
}

// Number is a column of whole numbers.
func Number[T any](name string, field func(*T) *int) Column[T] {
	return Column[T]{name, IsNumber, func(t *T) string { return strconv.Itoa(*field(t)) }, func(t *T, s string) (err error) {
		*field(t), err = strconv.Atoi(s)
		return err
	}}
}

// Bool is a column of true and false.
func Bool[T any](name string, field func(*T) *bool) Column[T] {
	return Column[T]{name, IsBool, func(t *T) string { return strconv.FormatBool(*field(t)) }, func(t *T, s string) (err error) {
		*field(t), err = strconv.ParseBool(s)
		return err
	}}
}

// Moment is a column of times; the zero time is empty.
func Moment[T any](name string, field func(*T) *time.Time) Column[T] {
	return Column[T]{name, IsTime, func(t *T) string { return intake.FormatTime(*field(t)) }, func(t *T, s string) (err error) {
		*field(t), _, err = intake.ParseTime(s)
		return err
	}}
}

// Calendar is a column of times as a list or a ledger writes its days, which are told
// as they stand whatever the zone of the site; the zero time is empty.
func Calendar[T any](name string, field func(*T) *time.Time) Column[T] {
	column := Moment(name, field)
	column.Kind = IsText
	return column
}

// Value is a column that is only shown: Read skips it.
func Value[T any](name string, kind Kind, text func(*T) string) Column[T] {
	return Column[T]{name, kind, text, nil}
}

// Addresses are the columns of a range: its text under name, its ends as the
// lake's halves, and prefix_len, out of 128 bits. They are empty where the row
// has no range.
func Addresses[T any](name string, field func(*T) *iprange.Range) []Column[T] {
	half := func(name string, value func(iprange.Range) int64) Column[T] {
		return Value(name, IsNumber, func(t *T) string {
			if !field(t).First.IsValid() {
				return ""
			}
			return strconv.FormatInt(value(*field(t)), 10)
		})
	}
	return []Column[T]{
		{name, IsText, func(t *T) string {
			if !field(t).First.IsValid() {
				return ""
			}
			return field(t).String()
		}, func(t *T, s string) (err error) {
			*field(t), err = iprange.Parse(s)
			return err
		}},
		half("first_hi", func(r iprange.Range) int64 { hi, _ := iprange.Halves(r.First); return hi }),
		half("first_lo", func(r iprange.Range) int64 { _, lo := iprange.Halves(r.First); return lo }),
		half("last_hi", func(r iprange.Range) int64 { hi, _ := iprange.Halves(r.Last); return hi }),
		half("last_lo", func(r iprange.Range) int64 { _, lo := iprange.Halves(r.Last); return lo }),
		half("prefix_len", func(r iprange.Range) int64 { return int64(r.PrefixLen()) }),
	}
}

// Write writes rows below a header.
func Write[T any](w io.Writer, columns []Column[T], rows []T) error {
	out := csv.NewWriter(w)
	_ = out.Write(names(columns))
	record := make([]string, len(columns))
	for i := range rows {
		for c, column := range columns {
			record[c] = column.Text(&rows[i])
		}
		_ = out.Write(record)
	}
	out.Flush()
	return out.Error()
}

// Read reads what Write wrote. Another header or a value of another type is
// an error with its line; an older program may not have had the last columns.
func Read[T any](r io.Reader, columns []Column[T]) ([]T, error) {
	in := csv.NewReader(r)
	in.ReuseRecord = true
	header, err := in.Read()
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	want := names(columns)
	if len(header) > len(want) || !slices.Equal(header, want[:len(header)]) {
		return nil, fmt.Errorf("columns are %s; want %s", strings.Join(header, ","), strings.Join(want, ","))
	}
	columns = columns[:len(header)]
	var rows []T
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		var row T
		for i, column := range columns {
			if column.read == nil {
				continue
			}
			if err := column.read(&row, strings.Clone(record[i])); err != nil {
				line, _ := in.FieldPos(i)
				return nil, fmt.Errorf("line %d: %s: %w", line, column.Name, err)
			}
		}
		rows = append(rows, row)
	}
}

// ReadVersion reads a table of a version after comparing it with its hash.
func ReadVersion[T any](v *versions.Version, file string, columns []Column[T]) ([]T, error) {
	text, err := v.ReadTable(file)
	if err != nil {
		return nil, err
	}
	rows, err := Read(bytes.NewReader(text), columns)
	if err != nil {
		return nil, fmt.Errorf("version %s: %s: %w", v.Base(), file, err)
	}
	return rows, nil
}

func names[T any](columns []Column[T]) []string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = c.Name
	}
	return list
}
