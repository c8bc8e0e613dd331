package engine_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"minewatch/analyze/engine"
)

// TestCases runs testdata/queries/<relation>/<case>.txtar: "params" are lines
// of name = value, each "<input>.csv" fills an input of the relation (missing
// columns are null), "want.csv" is what must come out, by its own columns and
// in any order. A comment above the files says what the case is about.
func TestCases(t *testing.T) {
	files, err := filepath.Glob("../../testdata/queries/*/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		relation := filepath.Base(filepath.Dir(file))
		t.Run(relation+"/"+strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			runCase(t, relation, file)
		})
	}
}

func runCase(t *testing.T, relation, file string) {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	db := open(t)
	want := ""
	for _, f := range archive.Files {
		switch f.Name {
		case "params":
			params(t, db, string(f.Data))
		case "want.csv":
			want = string(f.Data)
		default:
			given(t, db, strings.TrimSuffix(f.Name, ".csv"), f.Data)
		}
	}
	if err := db.Build(t.Context(), relation); err != nil {
		t.Fatal(err)
	}
	wanted, err := csv.NewReader(strings.NewReader(want)).ReadAll()
	if err != nil || len(wanted) == 0 {
		t.Fatalf("want.csv: %v", err)
	}
	columns := make([]string, len(wanted[0]))
	for i, c := range wanted[0] {
		columns[i] = fmt.Sprintf("coalesce(%s::varchar, '')", c)
	}
	got := [][]string{}
	rows, err := db.Query(t.Context(), "select ["+strings.Join(columns, ", ")+"]::varchar[] as r from "+relation+" order by r")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var row any
		if err := rows.Scan(&row); err != nil {
			t.Fatal(err)
		}
		line := []string{}
		for _, v := range row.([]any) {
			line = append(line, v.(string))
		}
		got = append(got, line)
	}
	if diff := cmp.Diff(sorted(wanted[1:]), sorted(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s\n%s", strings.Join(wanted[0], ","), diff, archive.Comment)
	}
}

func sorted(rows [][]string) []string {
	lines := make([]string, len(rows))
	for i, r := range rows {
		lines[i] = strings.Join(r, ",")
	}
	slices.Sort(lines)
	return lines
}

// params sets lines of name = value: a number, a day, or text.
func params(t *testing.T, db *engine.DB, lines string) {
	t.Helper()
	for line := range strings.Lines(lines) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), " = ")
		if !ok {
			continue
		}
		var number int64
		if n, _ := fmt.Sscanf(value, "%d", &number); n == 1 && fmt.Sprint(number) == value {
			set(t, db, name, number)
			continue
		}
		if len(value) == 10 && value[4] == '-' {
			set(t, db, name, engine.Day(value))
			continue
		}
		set(t, db, name, value)
	}
}

// given replaces a relation by the rows of a CSV, typed as the relation is.
func given(t *testing.T, db *engine.DB, relation string, data []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), relation+".csv")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := db.Given(t.Context(), relation, path); err != nil {
		t.Fatal(err)
	}
}
