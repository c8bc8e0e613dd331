package main

import (
	"bytes"
	"encoding/csv"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestGoldenOrder: the order in which a labelled week's hosts are told, every
// router at one packet in 1,000, with duplicates and gaps. That is the hardest
// week that is cheap; docs/quality-order.csv has an unsampled one.
func TestGoldenOrder(t *testing.T) {
	dir := t.TempDir()
	flowgen := filepath.Join(dir, "flowgen")
	command(t, "go", "build", "-o", flowgen, "minewatch/cmd/flowgen")
	week := filepath.Join(dir, "week")
	command(t, flowgen, "week", "--seed", "1", "--sampling", "1000", "--gaps", "--live", "0", "--flows", "1000", "--out", week)

	lake := filepath.Join(dir, "lake")
	captures, err := filepath.Glob(filepath.Join(week, "captures", "*.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	output(t, lake, append([]string{"import"}, captures...)...)
	output(t, lake, "feed", "import", filepath.Join(week, "feed.csv"))
	output(t, lake, "feed", "import", "--negative", "sinkhole", filepath.Join(week, "sinkholes.csv"))
	output(t, lake, "ledger", "import", filepath.Join(week, "ledger.csv"))
	output(t, lake, "ledger", "import", "--exclusions", filepath.Join(week, "exclusions.csv"))
	output(t, lake, "nightly", "--all")

	truth, err := os.ReadFile(filepath.Join(week, "truth.csv"))
	if err != nil {
		t.Fatal(err)
	}
	planted := byKey(t, "host", string(truth))
	rows, err := csv.NewReader(strings.NewReader(output(t, lake, "rank", "--format", "csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	lines := [][]string{{"rank", "behaviour", "host", "grade", "score", "contact_days", "contact_hours"}}
	for _, row := range rows[1:] {
		host := row[column["host"]]
		lines = append(lines, []string{
			row[column["rank"]], planted[host]["behaviour"], host, row[column["grade"]], row[column["score"]],
			row[column["contact_days"]], row[column["contact_hours"]],
		})
	}
	if err := w.WriteAll(lines); err != nil {
		t.Fatal(err)
	}
	const golden = "testdata/order_seed1_1in1000.csv"
	if *update {
		if err := os.WriteFile(golden, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("the order is another: read it, then 'make generate' (-golden +now):\n%s", diff)
	}
}

func command(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}
