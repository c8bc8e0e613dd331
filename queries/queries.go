// Package queries holds the analysis as SQL: one bare SELECT a file, the file
// name is the relation.
//
// Layers: raw_ declares what is read from the lake, stg_ cleans it, int_ are
// steps, mart_ is what people read, chk_ returns offending rows (none = pass),
// doc_ are documented examples for analysts. A header comment states purpose,
// grain, inputs, params and notes; a test holds inputs and params against the
// SQL itself. The package knows no engine: it reads headers and puts relations
// in order.
package queries

import (
	"embed"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

//go:embed *.sql
var files embed.FS

// Query is one relation.
type Query struct {
	Name    string   // file name without .sql
	Purpose string   // first sentence of the header
	Grain   string   // what one row is
	Inputs  []string // relations that it reads
	Params  []string // variables that it reads
	Notes   string
	Columns []Column // what a raw_ relation declares; elsewhere, what a comment explains
	SQL     string   // the file as it is, header included
}

// Column is a line of a select list, with what is said about it.
type Column struct {
	Name    string
	Type    string // as declared by a raw_ relation; "" elsewhere
	Comment string // the comment behind it: unit and meaning
}

// Layer is the part of the name before the first underscore.
func (q Query) Layer() string {
	layer, _, _ := strings.Cut(q.Name, "_")
	return layer
}

// All returns every relation by name; who reads it changes nothing in it. The files
// are part of the program, so a faulty header is an error of its maker, found by the
// tests.
func All() (map[string]Query, error) { return readAll() }

// readAll reads the headers once: that takes as long as a query.
var readAll = sync.OnceValues(func() (map[string]Query, error) {
	entries, err := files.ReadDir(".")
	if err != nil {
		return nil, err
	}
	all := make(map[string]Query, len(entries))
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), ".sql")
		if name == "macros" {
			continue
		}
		text, err := files.ReadFile(e.Name())
		if err != nil {
			return nil, err
		}
		q, err := parse(name, string(text))
		if err != nil {
			return nil, err
		}
		all[name] = q
	}
	return all, nil
})

// Macros returns the statements that a session starts with.
func Macros() ([]string, error) {
	text, err := files.ReadFile("macros.sql")
	if err != nil {
		return nil, err
	}
	var statements []string
	for s := range strings.SplitSeq(string(text), "\n;\n") {
		if strings.Contains(s, "create ") {
			statements = append(statements, strings.TrimSpace(s))
		}
	}
	return statements, nil
}

// Order returns the targets and all that they read, inputs first. Equal
// inputs give the same order on every run.
func Order(all map[string]Query, targets ...string) ([]Query, error) {
	var ordered []Query
	state := map[string]int{} // 1 = being visited, 2 = placed
	var visit func(name, by string) error
	visit = func(name, by string) error {
		q, ok := all[name]
		switch {
		case !ok:
			return fmt.Errorf("query %s reads %s, which is no relation", by, name)
		case state[name] == 2:
			return nil
		case state[name] == 1:
			return fmt.Errorf("query %s reads itself through %s", name, by)
		}
		state[name] = 1
		for _, in := range q.Inputs {
			if err := visit(in, name); err != nil {
				return err
			}
		}
		state[name] = 2
		ordered = append(ordered, q)
		return nil
	}
	for _, t := range targets {
		if err := visit(t, "the target list"); err != nil {
			return nil, err
		}
	}
	return ordered, nil
}

// parse reads the header of one file.
func parse(name, text string) (Query, error) {
	q := Query{Name: name, SQL: text}
	key := "purpose"
	fields := map[string]string{}
	for line := range strings.Lines(text) {
		comment, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), "--")
		if !ok {
			break
		}
		comment = strings.TrimSpace(comment)
		if k, v, found := strings.Cut(comment, ":"); found && slices.Contains([]string{name, "grain", "inputs", "params", "notes"}, k) {
			key = k
			comment = strings.TrimSpace(v)
		}
		fields[key] = strings.TrimSpace(fields[key] + " " + comment)
	}
	for _, k := range []string{name, "grain", "inputs", "params"} {
		if fields[k] == "" {
			return Query{}, fmt.Errorf("query %s: the header has no %q", name, k)
		}
	}
	q.Purpose, q.Grain, q.Notes = fields[name], fields["grain"], fields["notes"]
	q.Inputs, q.Params = list(fields["inputs"]), list(fields["params"])
	q.Columns = columns(text)
	return q, nil
}

// columnLine is one column of a select list: "null::date as day,  -- comment"
// in a raw_ relation, any expression or a bare name elsewhere.
var columnLine = regexp.MustCompile(`(?m)^    (?:null::(.+?) as |.*? as )?"?(\w+)"?,?(?: +-- (.+))?$`)

// columns reads the declared and the explained columns of one file.
func columns(text string) []Column {
	var found []Column
	for _, m := range columnLine.FindAllStringSubmatch(text, -1) {
		if c := (Column{Type: m[1], Name: m[2], Comment: m[3]}); c.Type != "" || c.Comment != "" {
			found = append(found, c)
		}
	}
	return found
}

// Explain returns what is known of a column of a relation: its own comment,
// else that of the first input, or input of an input, which has a column of
// that name; "" if none does.
func Explain(all map[string]Query, relation, column string) string {
	q := all[relation]
	for _, c := range q.Columns {
		if c.Name == column && c.Comment != "" {
			return c.Comment
		}
	}
	for _, in := range q.Inputs {
		if comment := Explain(all, in, column); comment != "" {
			return comment
		}
	}
	return ""
}

func list(field string) []string {
	if field == "none" {
		return nil
	}
	names := strings.Split(field, ",")
	for i := range names {
		names[i] = strings.TrimSpace(names[i])
	}
	return names
}
