package intake_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"minewatch/analyze/intake"
)

var fields = []intake.Field{
	{Name: "address", Aliases: []string{"ip", "host"}},
	{Name: "port"},
	{Name: "unit", Aliases: []string{"单位", "单位名称"}},
}

// read returns the rows as "line: address|port|unit", refused ones as
// "line! reason".
func read(t *testing.T, text string) ([]string, *intake.Table) {
	t.Helper()
	table, err := intake.OpenTable([]byte(text), fields)
	if err != nil {
		t.Fatalf("OpenTable: %v", err)
	}
	var rows []string
	for {
		row, err := table.Next()
		var reject *intake.Reject
		switch {
		case errors.Is(err, io.EOF):
			return rows, table
		case errors.As(err, &reject):
			rows = append(rows, reject.Error())
		case err != nil:
			return append(rows, "fatal: "+err.Error()), table
		default:
			rows = append(rows, strings.Join([]string{row.Get("address"), row.Get("port"), row.Get("unit")}, "|"))
		}
	}
}

func TestTable(t *testing.T) {
	tests := []struct {
		name, text string
		want       []string
	}{
		{"own names", "address,port,unit\n192.0.2.1,3333,u\n", []string{"192.0.2.1|3333|u"}},
		{"aliases, order, case, space", " Port ;单位名称;IP\n3333; u ;192.0.2.1\n", []string{"192.0.2.1|3333|u"}},
		{"own name before alias", "host,address\npool.example,192.0.2.1\n", []string{"192.0.2.1||"}},
		{"tabs and comments", "# a list\n\nip\tport\n# more\n192.0.2.1\t1\n", []string{"192.0.2.1|1|"}},
		{"unknown words", "ip,port,unit\n192.0.2.1,N/A,未知\n", []string{"192.0.2.1||"}},
		{"too few values", "ip,port\n192.0.2.1\n192.0.2.2,2\n", []string{"line 2: has 1 value, the header has 2", "192.0.2.2|2|"}},
		{"too many values", "ip,port\n192.0.2.1,1,2\n192.0.2.2,2,,\n", []string{"line 2: has 3 values, the header has 2", "192.0.2.2|2|"}},
		{"quoted", "ip,unit\r\n192.0.2.1,\"a, \"\"b\"\"\"\r\n", []string{`192.0.2.1||a, "b"`}},
		{"line break in a known value", "ip,unit\n192.0.2.1,\"a\nb\"\n192.0.2.2,c\n", []string{`line 2: "a\nb" has a line break or a control character in it`, "192.0.2.2||c"}},
		{"line break in an ignored value", "ip,notes\n192.0.2.1,\"a\nb\"\n", []string{"192.0.2.1||"}},
		{"bare quote", "ip,unit\n192.0.2.1,a\"b\n192.0.2.2,c\n", []string{"line 2: a quote stands inside of an unquoted value: quote the whole value and double the quote", "192.0.2.2||c"}},
		{"open quote", "ip,unit\n192.0.2.1,\"a\n192.0.2.2,c\n", []string{"fatal: line 2: a quote is opened that is not closed properly: close it, or double it inside of a value"}},
		{"lost quote that pairs with another", "ip,notes\n192.0.2.1,\"a" + strings.Repeat("\n192.0.2.2,b", 11) + "\n192.0.2.3,\"\n", []string{"fatal: line 2: a quoted value goes over 13 lines: is its quote closed?"}},
		{"no UTF-8 in a row", "ip,unit\n192.0.2.1,\xb5\xa5\n192.0.2.2,c\n", []string{"line 2: " + intake.ErrNotUTF8.Error(), "192.0.2.2||c"}},
		{"header only", "ip,unit\n", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, _ := read(t, test.text)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTableNamesWhatItIgnores(t *testing.T) {
	_, table := read(t, "host,ip,Region,notes\npool.example,192.0.2.1,x,y\n")
	if diff := cmp.Diff([]string{"host", "Region", "notes"}, table.Ignored()); diff != "" {
		t.Errorf("ignored (-want +got):\n%s", diff)
	}
	if table.Has("unit") || !table.Has("address") {
		t.Error("Has: the address only")
	}
	if _, err := intake.OpenTable([]byte("ip,port,IP\n"), fields); err == nil || !strings.Contains(err.Error(), `columns 1 and 3 are both called "IP"`) {
		t.Errorf("two columns of one name: %v", err)
	}
}

func TestDecode(t *testing.T) {
	for in, want := range map[string]string{
		"PK\x03\x04...":       "save the sheet as CSV UTF-8",
		"\x1f\x8b\x08":        "is damaged gzip",
		"\x28\xb5\x2f\xfd1":   "is damaged zstd",
		"\xff\xfei\x00p\x00":  "iconv -f UTF-16",
		`{"list": []}`:        "is JSON",
		"":                    "is empty",
		"\xef\xbb\xbf \r\n\n": "is empty",
	} {
		if _, err := intake.Decode([]byte(in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Decode(%q): error %v, want one with %q", in, err, want)
		}
	}
	text, err := intake.Decode([]byte("\xef\xbb\xbfip\n"))
	if err != nil || string(text) != "ip\n" {
		t.Errorf("Decode with a byte order mark = %q, %v", text, err)
	}
}

// TestUntitled: titles above a header are no rows, and the lines keep their numbers.
func TestUntitled(t *testing.T) {
	fields := []intake.Field{{Name: "unit"}, {Name: "cidr"}}
	for in, want := range map[string]string{
		"unit,cidr\na,b\n":                         "unit,cidr\na,b\n",
		"A title,,\n\"two\nlines\",\nunit,cidr\na": "\n\n\nunit,cidr\na",
		"# unit,cidr\r\n\"unit\"\t\"cidr\"\r\n":    "\n\"unit\"\t\"cidr\"\r\n",
		"unit\na\n":                                "unit\na\n",
		"a title\nunit\na":                         "a title\nunit\na", // one name is none of a header
		"":                                         "",
	} {
		if got := intake.Untitled([]byte(in), fields); string(got) != want {
			t.Errorf("Untitled(%q) = %q, want %q", in, got, want)
		}
	}
	long := strings.Repeat("title\n", 30) + "unit,cidr\n"
	if got := intake.Untitled([]byte(long), fields); string(got) != long {
		t.Errorf("a header in line 31 was found")
	}
}

// TestUTF8: a text in GB18030 is known by a Chinese name in its header, and nothing
// else is taken for it.
func TestUTF8(t *testing.T) {
	fields := []intake.Field{{Name: "unit", Aliases: []string{"单位"}}, {Name: "cidr"}}
	for in, want := range map[string]string{
		"单位,cidr\n":           "单位,cidr\n",
		"unit,cidr\n\xe9,x\n": "",
		"\xb5\xa5\xce\xbb,cidr\n\xbc\xd7\xb4\xf3\xd1\xa7,10.0.0.0/8\n": "单位,cidr\n甲大学,10.0.0.0/8\n",
		"\"cidr\";\"\xb5\xa5\xce\xbb\"\n":                              "\"cidr\";\"单位\"\n",
		"unit,cidr\n\xbc\xd7\xb4\xf3\xd1\xa7,10.0.0.0/8\n":             "", // of whatever encoding
		"\xb5\xa5\xce\xbb,cidr\n\xbc\xff,x\n":                          "", // not GB18030 as a whole
		"\xbc\xd7\xb4\xf3\xd1\xa7,cidr\n":                              "", // no name of a field
	} {
		got, err := intake.UTF8([]byte(in), fields)
		if string(got) != want || (err != nil) != (want == "") || err != nil && !errors.Is(err, intake.ErrNotUTF8) {
			t.Errorf("UTF8(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
}

func TestParseTime(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse(time.DateTime, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for in, want := range map[string]struct{ from, until time.Time }{
		"2026-11-22":                {at("2026-11-22 00:00:00"), at("2026-11-22 23:59:59")},
		"2026/1/2":                  {at("2026-01-02 00:00:00"), at("2026-01-02 23:59:59")},
		"20261122":                  {at("2026-11-22 00:00:00"), at("2026-11-22 23:59:59")},
		"2026年1月2日":                 {at("2026-01-02 00:00:00"), at("2026-01-02 23:59:59")},
		"2018-04-21 17:19:23":       {at("2018-04-21 17:19:23"), at("2018-04-21 17:19:23")},
		"2026-11-22T08:00:00+08:00": {at("2026-11-22 00:00:00"), at("2026-11-22 00:00:00")},
		"2026-11-22T08:00:00.5Z":    {at("2026-11-22 08:00:00"), at("2026-11-22 08:00:00")},
		"2026.11.22":                {at("2026-11-22 00:00:00"), at("2026-11-22 23:59:59")},
		"2026年11月24日 15:30":         {at("2026-11-24 15:30:00"), at("2026-11-24 15:30:00")},
		"2026年1月4日15时30分":           {at("2026-01-04 15:30:00"), at("2026-01-04 15:30:00")},
		"2026.11.24 15:30":          {at("2026-11-24 15:30:00"), at("2026-11-24 15:30:00")},
		"1524331163":                {at("2018-04-21 17:19:23"), at("2018-04-21 17:19:23")},
		"":                          {},
	} {
		from, _, err := intake.ParseTime(in)
		if err != nil || !from.Equal(want.from) {
			t.Errorf("ParseTime(%q) = %v, %v, want %v", in, from, err, want.from)
		}
		until, err := intake.ParseUntil(in)
		if err != nil || !until.Equal(want.until) {
			t.Errorf("ParseUntil(%q) = %v, %v, want %v", in, until, err, want.until)
		}
	}
	for _, in := range []string{"yesterday", "2026-13-01", "0000-00-00 00:00:00", "1970-01-01", "0", "1524331163000", "-5"} {
		if v, _, err := intake.ParseTime(in); err == nil {
			t.Errorf("ParseTime(%q) = %v, want an error", in, v)
		}
	}
}

func TestWriteRejects(t *testing.T) {
	var out strings.Builder
	long := intake.Refuse(7, strings.Repeat("单", 200)+"\xff", errors.New("too long"))
	if err := intake.WriteRejects(&out, "a.csv", []intake.Reject{{Line: 3, Text: `x,"y"`, Reason: "no"}, *long}); err != nil {
		t.Fatal(err)
	}
	want := "a.csv,3,no,\"x,\"\"y\"\"\"\na.csv,7,too long," + strings.Repeat("单", 100) + "…\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("rejects (-want +got):\n%s", diff)
	}
}

func FuzzTable(f *testing.F) {
	for _, s := range []string{"ip,port\n192.0.2.1,1\n", "ip;单位\n\"a\nb\";c\n", "#\n\tip\n", "ip,\"\n", "ip,port\n\"1\"2,\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		text, err := intake.Decode(data)
		if err != nil {
			return
		}
		table, err := intake.OpenTable(text, fields)
		if err != nil {
			return
		}
		last := 0
		for {
			row, err := table.Next()
			var reject *intake.Reject
			line := row.Line
			if errors.As(err, &reject) {
				line = reject.Line
			} else if err != nil {
				return
			}
			if line <= last {
				t.Fatalf("line %d after line %d", line, last)
			}
			last = line
			if err == nil && strings.ContainsAny(row.Get("address")+row.Get("port"), "\n\r\x00") {
				t.Fatalf("line %d: a value with a control character", line)
			}
		}
	})
}

func TestUnpack(t *testing.T) {
	const text = "198.51.100.7\n"
	for name, data := range map[string][]byte{"gzip": gzipped(t, []byte(text)), "zstd": zstandard(t, []byte(text)), "plain": []byte(text)} {
		if got, err := intake.Text(data); err != nil || string(got) != text {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	bomb := bytes.Repeat([]byte{'a'}, 3<<20)
	for name, data := range map[string][]byte{"gzip": gzipped(t, bomb), "zstd": zstandard(t, bomb)} {
		if _, err := intake.Unpack(data, 2<<20); err == nil || err.Error() != "holds more than 2 MiB in "+name+": is it the right file?" {
			t.Errorf("%s bomb of %d bytes: %v", name, len(data), err)
		}
		if _, err := intake.Text(data[:len(data)/2]); err == nil || !strings.Contains(err.Error(), "is damaged "+name) {
			t.Errorf("half of a %s: %v", name, err)
		}
		if _, err := intake.Text(gzipped(t, data)); err == nil || !strings.Contains(err.Error(), "compressed twice") {
			t.Errorf("%s in gzip: %v", name, err)
		}
	}
}

func gzipped(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zstandard(t *testing.T, data []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	return w.EncodeAll(data, nil)
}
