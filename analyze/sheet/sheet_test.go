package sheet_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"minewatch/analyze/iprange"
	"minewatch/analyze/sheet"
)

type row struct {
	Range iprange.Range
	Name  string
	N     int
	Yes   bool
	At    time.Time
}

var columns = slices.Concat(
	sheet.Addresses("cidr", func(r *row) *iprange.Range { return &r.Range }),
	[]sheet.Column[row]{
		sheet.Text("name", func(r *row) *string { return &r.Name }),
		sheet.Number("n", func(r *row) *int { return &r.N }),
		sheet.Bool("yes", func(r *row) *bool { return &r.Yes }),
		sheet.Moment("at", func(r *row) *time.Time { return &r.At }),
	},
)

const header = "cidr,first_hi,first_lo,last_hi,last_lo,prefix_len,name,n,yes,at\n"

func TestWriteAndRead(t *testing.T) {
	parse := func(s string) iprange.Range {
		r, err := iprange.Parse(s)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	rows := []row{
		{parse("198.18.0.0/24"), `a, "b"`, 7, true, time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)},
		{parse("2001:db8::1"), "单位", -1, false, time.Time{}},
	}
	want := header +
		"198.18.0.0/24,0,281474004811776,0,281474004812031,120,\"a, \"\"b\"\"\",7,true,2026-11-22 08:00:00\n" +
		"2001:db8::1,2306139568115548160,1,2306139568115548160,1,128,单位,-1,false,\n"
	var out bytes.Buffer
	if err := sheet.Write(&out, columns, rows); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("written (-want +got):\n%s", diff)
	}
	got, err := sheet.Read(&out, columns)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rows, got, cmpopts.EquateComparable(iprange.Range{})); diff != "" {
		t.Errorf("read again (-want +got):\n%s", diff)
	}
}

func TestReadRefuses(t *testing.T) {
	for in, want := range map[string]string{
		"":               "header: EOF",
		"cidr,n\n":       "columns are cidr,n; want cidr,first_hi",
		header + "1.2.3": "wrong number of fields",
		header + "192.0.2.1,0,0,0,0,128,a,x,true,\n":      "line 2: n:",
		header + "192.0.2.1,0,0,0,0,128,a,1,maybe,\n":     "line 2: yes:",
		header + "192.0.2.1,0,0,0,0,128,a,1,true,later\n": "line 2: at:",
		header + "pool,0,0,0,0,128,a,1,true,\n":           "line 2: cidr:",
	} {
		if _, err := sheet.Read(strings.NewReader(in), columns); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Read(%q): error %v, want one with %q", in, err, want)
		}
	}
}
