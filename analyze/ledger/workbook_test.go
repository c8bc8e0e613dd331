package ledger_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"minewatch/analyze/ledger"
)

// workbook makes an xlsx of one sheet, and lets edit do more to it.
func workbook(tb testing.TB, rows [][]any, edit func(*excelize.File)) []byte {
	tb.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			tb.Fatal(err)
		}
	}
	if edit != nil {
		edit(f)
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func must(tb testing.TB, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatal(err)
	}
}

var header = []any{"序号", "单位\n名称", "类型", "行政区划代码", "IP地址段", "联系电话", "是否NAT", "启用日期", "停用日期", "备注"}

// TestWorkbook: a title above, days as numbers, leading zeros by format, a
// remark over two lines, a footer that is no row.
func TestWorkbook(t *testing.T) {
	data := workbook(t, [][]any{
		{"某某省 IP 地址台账"},
		{},
		header,
		{1, "甲大学", "大学", 330106, "10.1.0.0/16", "0571-0000001", "是", 46023, 46387, "一\n二"},
		{2, "乙公司", "公司", "330106", "2001:db8::/48", 5710000002, "否", "2026-01-01", 20261231},
		{},
		{3, "丙公司", "公司", "330106", "10.2.0.1", "", "", 46023.5, ""},
		{4, "丁公司", "公司", "330106", "10.3.0.1", "", "", "soon", ""},
		{"制表人：某某"},
	}, func(f *excelize.File) {
		must(t, f.MergeCell("Sheet1", "A1", "J1"))
		zeros := "00000000000"
		style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &zeros})
		must(t, err)
		must(t, f.SetCellStyle("Sheet1", "F5", "F5", style))
		day, err := f.NewStyle(&excelize.Style{NumFmt: 14})
		must(t, err)
		must(t, f.SetCellStyle("Sheet1", "H4", "I4", day))
	})
	rows, tally, err := ledger.Parse(ledger.Input{File: "units.xlsx", Data: data}, lenient())
	must(t, err)
	var got []string
	for i := range rows {
		got = append(got, columns(&rows[i], ledger.Columns, "line", "cidr", "unit", "sector", "admin_code", "phone", "nat", "valid_from", "valid_to"))
	}
	want := []string{
		"4 10.1.0.0/16 甲大学 高校 330106 0571-0000001 true 2026-01-01 00:00:00 2026-12-31 23:59:59",
		"7 10.2.0.1 丙公司 企业 330106  false 2026-01-01 12:00:00 ",
		"5 2001:db8::/48 乙公司 企业 330106 05710000002 false 2026-01-01 00:00:00 2026-12-31 23:59:59",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	var refused []string
	for _, r := range tally.Rejects {
		refused = append(refused, r.Error())
	}
	if diff := cmp.Diff([]string{`line 8: valid_from: "soon" is no date, want 2026-11-22, 2026-11-22 08:00 or 08:00:00, 2026年11月22日 8:00, RFC 3339 or Unix seconds`, "line 9: the address is missing"}, refused); diff != "" {
		t.Errorf("refused (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"序号", "备注"}, tally.Ignored); diff != "" {
		t.Errorf("ignored (-want +got):\n%s", diff)
	}
}

// TestWorkbook1904: the other calendar begins four years later.
func TestWorkbook1904(t *testing.T) {
	data := workbook(t, [][]any{{"cidr", "unit", "valid_from"}, {"10.0.0.1", "A", 46023 - 1462}}, func(f *excelize.File) {
		yes := true
		must(t, f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}))
	})
	rows, _, err := ledger.Parse(ledger.Input{File: "u.xlsx", Data: data}, options())
	must(t, err)
	if got := columns(&rows[0], ledger.Columns, "valid_from"); got != "2026-01-01 00:00:00" {
		t.Errorf("valid_from %s", got)
	}
}

// TestWorkbookSheet: the first visible sheet, or the one that is asked for;
// the version says which.
func TestWorkbookSheet(t *testing.T) {
	data := workbook(t, [][]any{{"cidr", "unit"}, {"10.0.0.1", "hidden"}}, func(f *excelize.File) {
		for _, name := range []string{"地址", "more"} {
			_, err := f.NewSheet(name)
			must(t, err)
			must(t, f.SetSheetRow(name, "A1", &[]any{"cidr", "unit"}))
			must(t, f.SetSheetRow(name, "A2", &[]any{"10.0.0.1", "of " + name}))
		}
		f.SetActiveSheet(1)
		must(t, f.SetSheetVisible("Sheet1", false))
	})
	for sheet, want := range map[string]string{"": "of 地址", "more": "of more", "Sheet1": "hidden"} {
		o := options()
		o.Sheet = sheet
		result, err := ledger.Import(t.TempDir(), ledger.Input{File: "u.xlsx", Data: data}, o)
		must(t, err)
		rows, err := result.Version.ReadRows()
		must(t, err)
		if rows[0].Unit != want || (sheet != "" && result.Version.Settings["sheet"] != sheet) {
			t.Errorf("sheet %q: unit %s, settings %v", sheet, rows[0].Unit, result.Version.Settings)
		}
	}
}

// TestWorkbookRefused: what cannot be read says so, and what to do.
func TestWorkbookRefused(t *testing.T) {
	good := [][]any{{"cidr", "unit"}, {"10.0.0.1", "A"}, {"10.0.0.2"}}
	wide := make([]any, 300)
	for i := range wide {
		wide[i] = "x"
	}
	for _, test := range []struct {
		name, sheet, want string
		data              []byte
	}{
		{"merged units", "", `sheet "Sheet1": cells B2:B3 are merged: unmerge them`, workbook(t, good, func(f *excelize.File) { must(t, f.MergeCell("Sheet1", "B2", "B3")) })},
		{"no header", "", `sheet "Sheet1": no header in the first 30 rows`, workbook(t, [][]any{{"a", "b"}, {"10.0.0.1", "A"}}, nil)},
		{"another sheet", "nowhere", `has no sheet "nowhere": it has Sheet1`, workbook(t, good, nil)},
		{"wide", "", "row 3 has more than 256 columns", workbook(t, [][]any{{"cidr", "unit"}, {"10.0.0.1", "A"}, wide}, nil)},
		{"far down", "", "has more than 200000 rows", workbook(t, good, func(f *excelize.File) { must(t, f.SetCellValue("Sheet1", "A200001", "x")) })},
		{"password", "", "is an old Excel workbook, or one with a password", []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")},
		{"other zip", "", "is no workbook that can be read", []byte("PK\x03\x04rubbish")},
		{"text", "Sheet1", "is no workbook, so it has no sheets", []byte("cidr,unit\n10.0.0.1,A\n")},
	} {
		o := options()
		o.Sheet = test.sheet
		_, _, err := ledger.Parse(ledger.Input{File: "u.xlsx", Data: test.data}, o)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one with %q", test.name, err, test.want)
		}
	}
}

// TestWorkbookBomb: a small file that unpacks to a large one is not unpacked.
func TestWorkbookBomb(t *testing.T) {
	text := strings.Repeat("x", 30_000)
	data := workbook(t, [][]any{{"cidr", "unit"}}, func(f *excelize.File) {
		stream, err := f.NewStreamWriter("Sheet1")
		must(t, err)
		must(t, stream.SetRow("A1", []any{"cidr", "unit"}))
		for i := range 2300 {
			must(t, stream.SetRow(fmt.Sprintf("A%d", i+2), []any{"10.0.0.1", text}))
		}
		must(t, stream.Flush())
	})
	if len(data) > 4<<20 {
		t.Fatalf("a bomb of %d bytes", len(data))
	}
	_, _, err := ledger.Parse(ledger.Input{File: "u.xlsx", Data: data}, options())
	if err == nil || !strings.Contains(err.Error(), "unzip size exceeds") {
		t.Errorf("error %v", err)
	}
}
