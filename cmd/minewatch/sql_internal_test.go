package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/google/go-cmp/cmp"

	"minewatch/analyze"
	"minewatch/analyze/engine"
)

func TestSplitStatements(t *testing.T) {
	cases := []struct {
		name, text string
		want       []string
		rest       string
	}{
		{"one", "select 1;", []string{"select 1"}, ""},
		{"unfinished", "select 1", nil, "select 1"},
		{"two and a rest", "select 1; select 2;\nselect", []string{"select 1", "select 2"}, "\nselect"},
		{"empty ones", ";; select 1;;", []string{"select 1"}, ""},
		{"comments alone", "-- a;\n/* b; */;", nil, ""},
		{"quotes", `select ';' as ";";`, []string{`select ';' as ";"`}, ""},
		{"doubled quotes", `select 'it''s;' , "a"";";`, []string{`select 'it''s;' , "a"";"`}, ""},
		{"backslash in plain text", `select 'a\'; select 2;`, []string{`select 'a\'`, "select 2"}, ""},
		{"backslash in escape text", `select E'a\';'; select 2;`, []string{`select E'a\';'`, "select 2"}, ""},
		{"a name that ends in e", `select date'2026-11-09\'; x;`, []string{`select date'2026-11-09\'`, "x"}, ""},
		{"line comment", "select 1 -- ; no\n;", []string{"select 1 -- ; no"}, ""},
		{"nested comment", "select /* /* ; */ ; */ 1;", []string{"select /* /* ; */ ; */ 1"}, ""},
		{"dollars", "select $$;$$, $a$ ; $$ ; $a$;", []string{"select $$;$$, $a$ ; $$ ; $a$"}, ""},
		{"parameters are no quotes", "select $1; select $1;", []string{"select $1", "select $1"}, ""},
		{"dollar in a name", "select a$b; select c$d;", []string{"select a$b", "select c$d"}, ""},
		{"open quote", "select 'a;", nil, "select 'a;"},
		{"Chinese", "select '地址；' as 地址;", []string{"select '地址；' as 地址"}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			statements, rest := splitStatements(c.text)
			if diff := cmp.Diff(c.want, statements); diff != "" {
				t.Errorf("statements (-want +got):\n%s", diff)
			}
			if rest != c.rest {
				t.Errorf("rest %q, want %q", rest, c.rest)
			}
		})
	}
}

func FuzzSplitStatements(f *testing.F) {
	for _, seed := range []string{"select 1; select", "'';", `E'\';`, "/*/**/", "$a$;$a$;", "--\n;", `"";"`, "$$", "$1$"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		statements, rest := splitStatements(text)
		if !strings.HasSuffix(text, rest) {
			t.Fatalf("rest %q is not the end of %q", rest, text)
		}
		for _, s := range statements {
			// A statement stays one when it is split again.
			again, rest := splitStatements(s + "\n;")
			if len(again) == 1 && isBlank(rest) {
				continue
			}
			t.Fatalf("%q of %q splits again into %q and %q", s, text, again, rest)
		}
	})
}

// query runs text in a database of its own and writes the result.
func query(t *testing.T, text string, format outputFormat, maxRows int) (out, remark string) {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	result, err := newResultRows(rows)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	remark, err = result.write(&b, format, maxRows)
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), remark
}

func TestEveryTypeIsRendered(t *testing.T) {
	cases := []struct{ expression, csv, json string }{
		{"null", "", "null"},
		{"true", "true", "true"},
		{"-3::tinyint", "-3", "-3"},
		{"9223372036854775807", "9223372036854775807", "9223372036854775807"},
		{"sum(9223372036854775807) from range(3)", "27670116110564327421", "27670116110564327421"},
		{"18446744073709551615::ubigint", "18446744073709551615", "18446744073709551615"},
		{"12.50::decimal(6,2)", "12.5", "12.5"},
		{"0.1::double", "0.1", "0.1"},
		{"1e20::double", "1e+20", "1e+20"},
		{"1234567.0::double", "1234567", "1234567"},
		{"'nan'::double", "NaN", `"NaN"`},
		{"date '2026-11-09'", "2026-11-09", `"2026-11-09"`},
		{"time '08:09:10.5'", "08:09:10.5", `"08:09:10.5"`},
		{"timestamp '2026-11-09 08:09:10.123456'", "2026-11-09T08:09:10.123456", `"2026-11-09T08:09:10.123456"`},
		{"timestamptz '2026-11-09 08:09:10+08'", "2026-11-09T00:09:10Z", `"2026-11-09T00:09:10Z"`},
		{"interval '1 month 2 days 03:04:05.5'", "1 month 2 days 03:04:05.500000", `"1 month 2 days 03:04:05.500000"`},
		{"interval '0 days'", "00:00:00", `"00:00:00"`},
		{"'a\"b,<c>'", `"a""b,<c>"`, `"a\"b,<c>"`},
		{`'\xAB'::blob`, `\xab`, `"\\xab"`},
		{"uuid '6a1b2c3d-0000-4000-8000-000000000001'", "6a1b2c3d-0000-4000-8000-000000000001", `"6a1b2c3d-0000-4000-8000-000000000001"`},
		{"[1, null, 3]", `"[1,null,3]"`, "[1,null,3]"},
		{"[date '2026-11-09']", `"[""2026-11-09""]"`, `["2026-11-09"]`},
		{"{'pool': 'p', 'ports': [1, 2]}", `"{""pool"":""p"",""ports"":[1,2]}"`, `{"pool":"p","ports":[1,2]}`},
		{"map {'a': 1}", `"{""a"":1}"`, `{"a":1}`},
		{"'x'::enum('x', 'y')", "x", `"x"`},
	}
	for _, c := range cases {
		t.Run(c.expression, func(t *testing.T) {
			value, from, found := strings.Cut(c.expression, " from ")
			text := "select " + value + " as v, 1 as one"
			if found {
				text += " from " + from
			}
			csv, _ := query(t, text, formatCSV, 0)
			if want := "v,one\n" + c.csv + ",1\n"; csv != want {
				t.Errorf("csv %q, want %q", csv, want)
			}
			json, _ := query(t, text, formatJSON, 0)
			if want := "[\n  {\"v\": " + c.json + ", \"one\": 1}\n]\n"; json != want {
				t.Errorf("json %q, want %q", json, want)
			}
		})
	}
}

func TestResultsOfOddShape(t *testing.T) {
	cases := []struct {
		name, text string
		format     outputFormat
		maxRows    int
		want       string
		remark     string
	}{
		{"no rows as json", "select 1 as a where false", formatJSON, 0, "[]\n", ""},
		{"no rows as csv", "select 1 as a where false", formatCSV, 0, "a\n", ""},
		{"no rows as table", "select 1 as a where false", formatTable, 0, " a\n---\n", "(0 rows)"},
		{"a single NULL as csv", "select null as a", formatCSV, 0, "a\n\"\"\n", ""},
		{"a name twice", "select 1 as a, 2 as a", formatJSON, 0, "[\n  {\"a\": 1, \"a_2\": 2}\n]\n", ""},
		{
			"a table", "select 'x' as host, 12 as n union all select '宁波', null order by 1", formatTable, 0,
			" host |    n\n------+------\n x    |   12\n 宁波 | NULL\n", "(2 rows)",
		},
		{
			"a table that is cut", "from range(5) as r(n)", formatTable, 2,
			" n\n---\n 0\n 1\n", "(the first 2 rows; there are more: see --max-rows, or use --format csv)",
		},
		{"foreign control characters", `select E'a\x1b[31m\nb' as v`, formatTable, 0, " v\n----------\n a [31m b\n", "(1 row)"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, remark := query(t, c.text, c.format, c.maxRows)
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("output (-want +got):\n%s", diff)
			}
			if remark != c.remark {
				t.Errorf("remark %q, want %q", remark, c.remark)
			}
		})
	}
}

func TestPlansKeepTheirLines(t *testing.T) {
	got, _ := query(t, "explain select 1", formatTable, 0)
	if n := strings.Count(got, "\n"); n < 5 || strings.Contains(got, "explain_key") {
		t.Errorf("the plan is not drawn over lines:\n%s", got)
	}
}

func TestKeyboardCtrlCDropsTheLine(t *testing.T) {
	keys := newKeyboard(t.Context(), strings.NewReader("select\x03next\r"))
	var got bytes.Buffer
	if _, err := io.Copy(&got, keys); err != nil {
		t.Fatal(err)
	}
	if want := string([]byte{keyCtrlE, keyCtrlU, '\r'}) + "next\r"; got.String() != want {
		t.Errorf("the terminal reads %q, want %q", got.String(), want)
	}
	if !keys.dropped() || keys.dropped() {
		t.Error("the line is not dropped exactly once")
	}
}

func TestKeyboardCtrlCStopsTheQueryAndKeepsWhatFollows(t *testing.T) {
	in, typist := io.Pipe()
	keys := newKeyboard(t.Context(), in)
	ctx, cancel := context.WithCancel(t.Context())
	stop := keys.watch(cancel)
	if _, err := io.WriteString(typist, "abc\x03next"); err != nil {
		t.Fatal(err)
	}
	select {
	case <-ctx.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("Ctrl-C stops nothing")
	}
	stop()
	buffer := make([]byte, 16)
	n, err := keys.Read(buffer)
	if err != nil || string(buffer[:n]) != "next" {
		t.Errorf("read %q, %v; want what was typed after Ctrl-C", buffer[:n], err)
	}
	typist.Close()
	if _, err := keys.Read(buffer); !errors.Is(err, io.EOF) {
		t.Errorf("at the end: %v, want EOF", err)
	}
}

func TestIsOpen(t *testing.T) {
	for text, want := range map[string]bool{
		"": false, "select 1\n": false, "select 'a'\n": false, "select 'a\n": true, "select \"a\n": true,
		"select /* a\n": true, "select /* a */\n": false, "select 1 -- it's\n": false, "select $$a\n": true, "select $$a$$": false,
	} {
		if got := isOpen(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestCompleteView(t *testing.T) {
	line, pos, ok := completeView("select * from flo where", 17, '\t')
	if !ok || line != "select * from flows where" || pos != 19 {
		t.Errorf("got %q, %d, %v", line, pos, ok)
	}
	if _, _, ok := completeView("flo", 3, 'w'); ok {
		t.Error("an ordinary key completes")
	}
}

// typed is what a person types, as raw mode delivers it: line ends are \r.
func TestShellConversation(t *testing.T) {
	options := analyze.Options{
		Lake: t.TempDir(), Zone: time.UTC, Version: "test", Engine: engine.Options{Threads: 1},
		Now: func() time.Time { return time.Date(2026, 11, 16, 0, 0, 0, 0, time.UTC) },
	}
	db, err := analyze.OpenAnalyst(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	typed := strings.Join([]string{
		"select 1 as a,", " 2 as b; select 'x;y' as c;",
		"selec;",
		"select 'half\x03.mode csv",
		"select null as n, 3 as m;",
		".mode xml", ".mode", ".schema suspects", ".schema nothing", ".schema",
		"create table t as select 1;",
		".tables", ".help", ".what",
		".mode line", ".mode", "select 1 as a,", ".mode", " null as wide union all select 2, 'x';", "select 'open", ".quit', 5 as five;",
		"select 4 as unfinished", ".exit", "select 'never';",
	}, "\r") + "\r"

	var out bytes.Buffer
	session := &sqlSession{db: db, format: formatTable, maxRows: 10}
	s := newShell(t.Context(), session, strings.NewReader(typed), &out)
	s.greet(&options)
	if err := s.loop(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := out.String()
	for _, want := range []string{
		"no flows; no nights\r\n", "every flow record of the lake",
		" a | b\r\n---+---\r\n 1 | 2\r\n(1 row)\r\n", " x;y\r\n",
		"Parser Error", promptMore,
		"n,m\r\n,3\r\n",
		`no mode "xml"`, "\r\ncsv\r\n", "contact_days,", "nothing does not exist", "which view?",
		"only reads", "Statements end with a semicolon", ".what is no command",
		"\r\nline\r\n", "   a = 1\r\nwide = NULL\r\n\r\n   a = 2\r\nwide = x\r\n(2 rows)\r\n", "five = 5\r\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the shell does not say %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "never") {
		t.Error("the shell goes on after .exit")
	}
}

func TestShellEndsWithItsInputAndWithTheProgram(t *testing.T) {
	options := analyze.Options{Lake: t.TempDir(), Zone: time.UTC, Engine: engine.Options{Threads: 1}, Now: time.Now}
	db, err := analyze.OpenAnalyst(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	session := &sqlSession{db: db, format: formatTable}

	if err := newShell(t.Context(), session, strings.NewReader("\x04"), io.Discard).loop(t.Context()); err != nil {
		t.Errorf("Ctrl-D: %v", err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	in, typist := io.Pipe()
	defer typist.Close()
	cancel()
	if err := newShell(ctx, session, in, io.Discard).loop(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a program that is told to end: %v", err)
	}
}
