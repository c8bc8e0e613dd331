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
	"slices"
	"strings"
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
	SQL     string // the file as it is, header included
}

// Layer is the part of the name before the first underscore.
func (q Query) Layer() string {
	layer, _, _ := strings.Cut(q.Name, "_")
	return layer
}

// All returns every relation by name. The files are part of the program, so a
// faulty header is an error of its maker, found by the tests.
func All() (map[string]Query, error) {
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
}

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
	return q, nil
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
