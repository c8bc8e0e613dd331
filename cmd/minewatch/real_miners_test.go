package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// prober is the host that knocked on a feed's endpoints and mined nowhere.
const prober = "192.168.1.100"

// pages are pool web pages as a hasty feed lists them: a server of the pool's
// own, and two addresses of a CDN.
const pages = `ip,port,proto,pool,first_seen,last_seen,confidence,evidence,shared
49.12.80.42,443,tcp,MinerGate,2017-01-01,2030-01-01,95,probe_up,none
104.20.208.59,443,tcp,SupportXMR,2017-01-01,2030-01-01,95,probe_up,cdn
104.20.122.34,443,tcp,SupportXMR,2017-01-01,2030-01-01,95,probe_up,cdn
`

// TestRealMiners runs the whole line on flow records of real miners, a pool
// prober, coin nodes and visits to pool pages, cut by a router's timeouts,
// with real feeds.
func TestRealMiners(t *testing.T) {
	shared := os.Getenv("MINEWATCH_SHARED")
	if shared == "" {
		t.Skip("MINEWATCH_SHARED names no folder of captured data: real miners are not tested")
	}
	flows := filepath.Join(shared, "minerdata", "flows_netflow_at60_it15.csv")
	feed := filepath.Join(shared, "feeds", "pool_feed_normalized.csv")

	t.Run("feed as published", func(t *testing.T) {
		lake := line(t, flows, feed)
		hosts := ranked(t, lake)
		for _, miner := range []string{"192.168.2.92", "192.168.2.148", "10.0.0.101", "10.0.2.15", "147.229.13.222"} {
			if g := hosts[miner]["grade"]; g != "A" && g != "B" && g != "C" {
				t.Errorf("the miner %s has grade %q", miner, g)
			}
		}
		judge(t, lake, hosts, flows)
	})

	t.Run("feed without dates", func(t *testing.T) {
		lake := line(t, flows, undated(t, feed))
		hosts := ranked(t, lake)
		for _, miner := range []string{"192.168.2.92", "192.168.2.148"} {
			if g := hosts[miner]["grade"]; g != "B" {
				t.Errorf("%s mined for 18 minutes on a probed endpoint and has grade %q, want B", miner, g)
			}
		}
		judge(t, lake, hosts, flows)
		if p := hosts[prober]; p["grade"] != "X" || !strings.Contains(p["reasons"], "probed") {
			t.Errorf("the prober has grade %q: %s", p["grade"], p["reasons"])
		}
	})
}

// judge holds what must hold with any feed.
func judge(t *testing.T, lake string, hosts map[string]map[string]string, flows string) {
	t.Helper()
	labels := labelled(t, flows)
	for host, row := range hosts {
		strong := row["grade"] == "A" || row["grade"] == "B"
		if strong && !labels[host]["miner"] {
			t.Errorf("%s (%v) has grade %s: %s", host, labels[host], row["grade"], row["reasons"])
		}
	}
	contact := func(columns, where string) string {
		return strings.TrimSpace(output(t, lake, "sql", "--format", "csv", "-c", "select "+columns+" from contacts where "+where))
	}
	if got := contact("round(duration_seconds) as seconds", "pool_address = '116.211.167.195' and host = '192.168.2.148'"); got != "seconds\n1065" && got != "seconds\n1065.0" {
		t.Errorf("the ZEC session of 1,065 s: %s", got)
	}
	if got := contact("distinct pool_port, coin", "pool_address = '185.71.66.20' and match = 'port' and pool_port in (6666, 14444) order by pool_port"); got != "pool_port,coin\n6666,ZEC\n14444,XMR" {
		t.Errorf("two coins on one address: %s", got)
	}
	if got := contact("count(*) as n", "is_p2p_port(pool_port) and host in (select host from suspects where grade in ('A', 'B'))"); got != "n\n0" {
		t.Errorf("a coin node's peer among A and B: %s", got)
	}
	if g := hosts[prober]["grade"]; g != "C" && g != "X" {
		t.Errorf("the prober has grade %q", g)
	}
	met := strings.Split(contact("count(distinct (pool_address, pool_port)) as n", "host = '"+prober+"'"), "\n")
	if n, err := strconv.Atoi(met[len(met)-1]); err != nil || n < 100 {
		t.Errorf("the prober met %v listed endpoints, want most of 288", met)
	}
	if got := contact("pool_address, established, duration_seconds < 300 as short", "pool_port = 443 and pool_address in ('49.12.80.42', '104.20.208.59', '104.20.122.34') order by pool_address"); got !=
		"pool_address,established,short\n104.20.122.34,true,true\n104.20.208.59,true,true\n49.12.80.42,true,true" {
		t.Errorf("the visits to pool pages: %s", got)
	}
	if g := hosts["10.0.2.15"]; g["grade"] == "A" || g["grade"] == "B" && !strings.Contains(g["reasons"], "pool contact") {
		t.Errorf("the visitor of a pool's page behind a CDN has grade %q: %s", g["grade"], g["reasons"])
	}
	if got := hosts["10.0.0.101"]["grade"]; got != "C" {
		// It mined for 194 s on an endpoint that a malware report lists, and
		// visited the pool's page for 202 s.
		t.Errorf("the visitor of 49.12.80.42:443 has grade %q, want C", got)
	}
}

// line imports flows and feeds and runs every night.
func line(t *testing.T, flows, feed string) string {
	t.Helper()
	lake := filepath.Join(t.TempDir(), "lake")
	output(t, lake, "import", flows)
	output(t, lake, "feed", "import", feed, "--name", "main", "--retrieved-at", "2018-05-13")
	// The published feed lacks the XMR port of this address.
	more := filepath.Join(t.TempDir(), "more.csv")
	text := "ip,port,proto,coin,pool,first_seen,last_seen,confidence,evidence\n185.71.66.20,14444,tcp,XMR,Nanopool,2017-01-01,2018-05-10,90,probe_up\n"
	if err := os.WriteFile(more, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	output(t, lake, "feed", "import", more)
	visited := filepath.Join(t.TempDir(), "pages.csv")
	if err := os.WriteFile(visited, []byte(pages), 0o600); err != nil {
		t.Fatal(err)
	}
	output(t, lake, "feed", "import", visited)
	output(t, lake, "nightly", "--all")
	return lake
}

// output runs one command and returns what it printed; rejected rows (exit
// code 3) are part of real feeds.
func output(t *testing.T, lake string, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := run(context.Background(), append(args, "--lake", lake), strings.NewReader(""), &stdout, &stderr)
	if code != exitDone && code != exitRejected {
		t.Fatalf("minewatch %s: exit code %d\n%s", strings.Join(args, " "), code, stderr.String())
	}
	return stdout.String()
}

func ranked(t *testing.T, lake string) map[string]map[string]string {
	t.Helper()
	return byKey(t, "host", output(t, lake, "rank", "--format", "csv"))
}

// byKey reads a CSV into maps of its columns.
func byKey(t *testing.T, key, text string) map[string]map[string]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil || len(rows) == 0 {
		t.Fatalf("%v: %s", err, text)
	}
	keyed := map[string]map[string]string{}
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, name := range rows[0] {
			m[name] = row[i]
		}
		keyed[m[key]] = m
	}
	return keyed
}

// labelled are the labels of each client in the flow records.
func labelled(t *testing.T, flows string) map[string]map[string]bool {
	t.Helper()
	text, err := os.ReadFile(flows)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	labels := map[string]map[string]bool{}
	for _, row := range rows[1:] {
		for _, host := range row[4:6] {
			if labels[host] == nil {
				labels[host] = map[string]bool{}
			}
			labels[host][row[1]] = true
		}
	}
	return labels
}

// undated is the feed without its dates and as of the end of the captures, so
// that every entry is inside its window.
func undated(t *testing.T, feed string) string {
	t.Helper()
	text, err := os.ReadFile(feed)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		row[6], row[7] = "", "2030-01-01"
	}
	path := filepath.Join(t.TempDir(), "undated.csv")
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
