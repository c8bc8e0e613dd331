package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"minewatch/analyze/report"
)

// contract is what scripts read; see the command's help.
var contract = strings.Split("rank,host,grade,score,contact_days,contact_hours,contact_slots,pool_endpoints,sessions,"+
	"duration_seconds,span_seconds,first_seen,last_seen,bytes_up,bytes_down,packets_up,packets_down,max_concurrent,"+
	"coins,pools,unit,sector,city,county,reasons", ",")

func TestCSVGolden(t *testing.T) {
	var out bytes.Buffer
	if err := report.CSV(&out, sampleSuspects()); err != nil {
		t.Fatal(err)
	}
	golden(t, "rank.csv", out.Bytes())
}

func TestCSVBeginsWithTheContract(t *testing.T) {
	var out bytes.Buffer
	if err := report.CSV(&out, nil); err != nil {
		t.Fatal(err)
	}
	header, err := csv.NewReader(&out).Read()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(contract, header[:len(contract)]); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
}

func TestJSONHasTheContractInOrder(t *testing.T) {
	var out bytes.Buffer
	if err := report.JSON(&out, sampleSuspects()); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	last := 0
	for _, name := range contract {
		at := strings.Index(text, `"`+name+`":`)
		if at < last {
			t.Errorf("%s is missing or out of order", name)
		}
		last = max(last, at)
	}
	var back []report.Suspect
	if err := json.Unmarshal(out.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	want := sampleSuspects()
	if diff := cmp.Diff(want[0], back[0], cmp.Comparer(time.Time.Equal)); diff != "" {
		t.Errorf("first suspect (-want +got):\n%s", diff)
	}
	if !strings.Contains(text, `"first_seen": "2026-11-08T16:04:17Z"`) {
		t.Error("times are not in UTC")
	}
	if strings.Contains(text, "null") {
		t.Error("a list is null")
	}
}

func TestJSONOfNothingIsAnEmptyList(t *testing.T) {
	var out bytes.Buffer
	if err := report.JSON(&out, nil); err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSpace(out.String()); got != "[]" {
		t.Errorf("got %s, want []", got)
	}
}
