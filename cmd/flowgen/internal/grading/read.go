package grading

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// planted is one row of truth.csv.
type planted struct {
	host      netip.Addr
	behaviour string
	miner     bool
	expected  string
	seconds   float64
	unsampled bool
}

// ranked is one row of the ranking, in its order.
type ranked struct {
	host    netip.Addr
	rank    int
	grade   string
	seconds float64 // -1: the ranking has no duration
}

// table reads rows by the names of their columns.
type table struct {
	csv     *csv.Reader
	columns map[string]int
	row     []string
}

func newTable(r io.Reader, needed ...string) (*table, error) {
	t := &table{csv: csv.NewReader(r), columns: map[string]int{}}
	header, err := t.csv.Read()
	if err != nil {
		return nil, fmt.Errorf("read the header: %w", err)
	}
	for i, name := range header {
		t.columns[strings.TrimPrefix(name, "\ufeff")] = i
	}
	for _, name := range needed {
		if _, ok := t.columns[name]; !ok {
			return nil, fmt.Errorf("no column %q among %s", name, strings.Join(header, ", "))
		}
	}
	return t, nil
}

// next reads a row; it returns io.EOF at the end.
func (t *table) next() (err error) {
	t.row, err = t.csv.Read()
	return err
}

func (t *table) text(column string) string {
	if i, ok := t.columns[column]; ok {
		return t.row[i]
	}
	return ""
}

func (t *table) line() int {
	line, _ := t.csv.FieldPos(0)
	return line
}

func (t *table) host() (netip.Addr, error) {
	a, err := netip.ParseAddr(t.text("host"))
	if err != nil {
		return a, fmt.Errorf("line %d: host: %w", t.line(), err)
	}
	return a.Unmap(), nil
}

func (t *table) number(column string) (float64, error) {
	x, err := strconv.ParseFloat(t.text(column), 64)
	if err != nil {
		return 0, fmt.Errorf("line %d: %s: %w", t.line(), column, err)
	}
	return x, nil
}

func readTruth(r io.Reader) ([]planted, error) {
	t, err := newTable(r, "host", "behaviour", "class", "expected", "true_seconds")
	if err != nil {
		return nil, err
	}
	var list []planted
	for {
		if err := t.next(); errors.Is(err, io.EOF) {
			return list, nil
		} else if err != nil {
			return nil, err
		}
		p := planted{behaviour: t.text("behaviour"), miner: t.text("class") == "miner", expected: t.text("expected")}
		p.unsampled = t.text("sampling") == "" || t.text("sampling") == "1"
		if p.host, err = t.host(); err != nil {
			return nil, err
		}
		if p.seconds, err = t.number("true_seconds"); err != nil {
			return nil, err
		}
		list = append(list, p)
	}
}

func readRank(r io.Reader) ([]ranked, error) {
	t, err := newTable(r, "host", "grade", "rank")
	if err != nil {
		return nil, err
	}
	_, timed := t.columns["duration_seconds"]
	var list []ranked
	for {
		if err := t.next(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		row := ranked{grade: t.text("grade"), seconds: -1}
		if row.host, err = t.host(); err != nil {
			return nil, err
		}
		rank, err := t.number("rank")
		if err != nil {
			return nil, err
		}
		row.rank = int(rank)
		if timed && t.text("duration_seconds") != "" {
			if row.seconds, err = t.number("duration_seconds"); err != nil {
				return nil, err
			}
		}
		list = append(list, row)
	}
	slices.SortStableFunc(list, func(a, b ranked) int { return a.rank - b.rank })
	return list, nil
}
