package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestRealMinersHunt says how far real miners would come in a hunt without any
// feed. The captures last a few minutes, so presence over hours, which the
// hunt asks for first, cannot be tested on them: here one hour is enough, and
// what is held is that the other evidence puts them before coin nodes and
// probes.
func TestRealMinersHunt(t *testing.T) {
	shared := os.Getenv("MINEWATCH_SHARED")
	if shared == "" {
		t.Skip("MINEWATCH_SHARED names no folder of captured data: the hunt is not tested on real miners")
	}
	dir := t.TempDir()
	lake, config := filepath.Join(dir, "lake"), filepath.Join(dir, "config.toml")
	text := "[site]\ninternal = [\"10.0.0.0/8\", \"192.168.0.0/16\", \"147.229.13.0/24\"]\n" +
		"[hunt.thresholds]\nhunt_min_hours = 1\nhunt_min_score = 0\nhunt_max_host_endpoints = 100\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	flows := filepath.Join(shared, "minerdata", "flows_netflow_at60_it15.csv")
	output(t, lake, "import", flows)
	hunt := []string{"--config", config, "hunt", "--from", "2011-01-01", "--to", "2021-12-31", "--format", "csv"}
	labels := labelled(t, flows)
	first := map[string]bool{}
	rank := 0
	for _, address := range addresses(t, output(t, lake, hunt...)) {
		rank++
		if rank <= 3 {
			first[address] = true
		}
		if rank <= 10 && !labels[address]["miner"] {
			t.Errorf("the find of rank %d, %s, is %v and no miner's pool", rank, address, labels[address])
		}
	}
	if rank < 20 {
		t.Errorf("%d finds: coin nodes and probes should be among them", rank)
	}
	// Those who mined for 1,000 s and more; the captures are of their beginning.
	long := []string{"178.32.196.217", "94.23.199.191", "116.211.167.195"}
	evidence := output(t, lake, append(hunt, "--evidence")...)
	for _, address := range long {
		if !first[address] {
			t.Errorf("%s is not among the first three", address)
		}
		for _, name := range []string{"rate", "size", "chance", "exchange"} {
			row := regexp.MustCompile(regexp.QuoteMeta(address) + ",[0-9]+," + name + `,[^,]*,[^,]*,([0-9.]+),`).FindStringSubmatch(evidence)
			if row == nil || row[1] == "0" {
				t.Errorf("%s has no points for %s: %v", address, name, row)
			}
		}
	}
}

// addresses are those of the finds, in their order.
func addresses(t *testing.T, text string) []string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) == 0 {
		t.Fatalf("%v: %s", err, text)
	}
	column := slices.Index(rows[0], "address")
	var list []string
	for _, row := range rows[1:] {
		list = append(list, row[column])
	}
	return list
}
