package source

import (
	"bytes"
	"errors"
	"fmt"
)

const binaryShown = 10 // bytes of a file that is no text: each may take four characters

// openCSV reads the header of a table with columns of any names that
// CSVColumns know; docs/flow-csv.md describes it. Comma, semicolon, tab or
// space separate the columns, whichever the header has. It takes what no other
// format has recognised, so its error lists what a header lacks.
func openCSV(in *input) (units, parser, error) {
	l := &lines{in: in, longest: maxLine}
	line, err := l.header()
	if err != nil {
		return nil, nil, err
	}
	if err := checkText(line); err != nil {
		return nil, nil, err
	}
	t, err := newCSVTable(line)
	if err != nil {
		return nil, nil, err
	}
	return l, t, nil
}

// checkText says what a file is that is no table.
func checkText(line []byte) error {
	switch {
	case bytes.HasPrefix(line, []byte("\xff\xfe")) || bytes.HasPrefix(line, []byte("\xfe\xff")):
		return errors.New("the file is UTF-16: save it as UTF-8")
	case bytes.IndexByte(line, 0) >= 0:
		return fmt.Errorf("the file is neither a capture nor text: it begins with %q", line[:min(len(line), binaryShown)])
	case isNFDumpText(line):
		return errors.New("the file is what nfdump prints for people, statistics, or flows without a header (-q): export with nfdump -o json or -o csv, and not with -s or -q")
	}
	return nil
}

// newCSVTable finds the flow column of each column of the header. Of two
// columns with one meaning, that with the documented name is taken, else the
// first.
func newCSVTable(header []byte) (*table, error) {
	t := &table{comma: delimiter(header)}
	if err := t.bind(header, func(string) setter { return nil }); err != nil {
		return nil, err
	}
	known := map[string]int{}
	for i, column := range CSVColumns {
		known[plainName(column.Name)] = i
		for _, alias := range column.Aliases {
			known[plainName(alias)] = i
		}
	}
	bound := map[int]int{} // index in CSVColumns to index in the header
	for i, name := range t.fields {
		column, ok := known[plainName(string(name))]
		if !ok {
			continue
		}
		documented := func(name string) bool { return plainName(name) == plainName(CSVColumns[column].Name) }
		if before, taken := bound[column]; taken {
			if documented(t.header[before].name) || !documented(string(name)) {
				continue
			}
			t.header[before].set = nil
		}
		bound[column] = i
		t.header[i].set = CSVColumns[column].set
	}
	return t, t.missing(bound)
}
