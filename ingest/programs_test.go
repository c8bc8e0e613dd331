package ingest_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/netip"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2" // to read the lake as others do
	"github.com/google/go-cmp/cmp"

	"minewatch/ingest"
	"minewatch/ingest/account"
	"minewatch/ingest/flow"
)

// oneWay is what an exporter says of one direction of a flow, and what the
// lake holds of it.
type oneWay struct {
	from, to        netip.AddrPort
	proto           int
	octets, packets int64
}

// A public exporter, other people's code, meters packets of ours and sends to a
// collector of ours: the lake holds what the exporter says it sent, flow by
// flow, with its sampling rate and times.
func TestPublicExporters(t *testing.T) {
	for _, tt := range []struct {
		name     string
		exporter func(t *testing.T, capture string, to netip.AddrPort, version, sampling int) string
		version  int
		sampling int
		rate     int // what it says of that; 0: nothing, as some do that take every packet
	}{
		{"softflowd v5", softflowd, 5, 1, 0},
		{"softflowd v9", softflowd, 9, 1, 1},
		{"softflowd IPFIX", softflowd, 10, 1, 1},
		{"softflowd v5, 1 in 10", softflowd, 5, 10, 10},
		{"softflowd v9, 1 in 10", softflowd, 9, 10, 10},
		{"softflowd IPFIX, 1 in 10", softflowd, 10, 10, 10},
		{"pmacctd v9", pmacctd, 9, 1, 0},
		{"pmacctd IPFIX", pmacctd, 10, 1, 0},
		{"pmacctd v9, 1 in 10", pmacctd, 9, 10, 10},
		{"pmacctd IPFIX, 1 in 10", pmacctd, 10, 10, 10},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			// Here, and not while the collector waits for it.
			name, _, _ := strings.Cut(tt.name, " ")
			program(t, name, map[string]string{"softflowd": "softflowd", "pmacctd": "pmacct"}[name])
			begun := time.Now().Add(-time.Minute)
			capture := conversations(t, begun, tt.version != 5)
			dir := t.TempDir()
			var said string
			book := account.NewBook(nil)
			counts := collect(t, ingest.CollectOptions{Lake: dir, Book: book}, func(to netip.AddrPort, stop context.CancelFunc) {
				defer stop()
				said = tt.exporter(t, capture, to, tt.version, tt.sampling)
			})
			want := exported(t, said)
			if len(want) < 200 {
				t.Fatalf("%d flows exported, expected some hundreds", len(want))
			}
			if counts.RecordsStored != int64(len(want)) || counts.Rejected() > 0 || counts.DatagramsKernel > 0 {
				t.Errorf("%d flows exported; %s, %d dropped by the kernel", len(want), counts.String(), counts.DatagramsKernel)
			}
			// Loopback loses nothing, and the exporter's numbers say so.
			if diff := cmp.Diff(account.Sequence{}, book.Sum().Sequence); diff != "" {
				t.Errorf("numbering (-want +got):\n%s", diff)
			}
			got := stored(t, dir, begun, tt.rate, "exporter")
			if diff := cmp.Diff(count(want), count(got), cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })); diff != "" {
				t.Errorf("flows (-exported +stored):\n%s", diff)
			}
		})
	}
}

// pmacctd samples every packet of ours by sFlow: the lake holds a record for each,
// of the frame's length. What its last datagram would hold it does not send when
// it ends: at most as many samples as fit into one.
func TestPublicSFlowExporter(t *testing.T) {
	t.Parallel()
	pmacctd := program(t, "pmacctd", "pmacct")
	begun := time.Now()
	capture := conversations(t, begun, true)
	dir := t.TempDir()
	book := account.NewBook(nil)
	counts := collect(t, ingest.CollectOptions{Lake: dir, Book: book}, func(to netip.AddrPort, stop context.CancelFunc) {
		defer stop()
		settings := fmt.Sprintf("daemonize: false\nplugins: sfprobe\nsfprobe_receiver: %s\nsampling_rate: 1\npcap_savefile: %s\n", to, capture)
		exports(t, t.TempDir(), pmacctd, "-f", writeFile(t, "pmacctd.conf", []byte(settings)))
	})
	sent := count(packetsOf(t, capture))
	packets := 0
	for _, n := range sent {
		packets += n
	}
	const inDatagram = 10
	if short := int64(packets) - counts.RecordsStored; short < 0 || short > inDatagram || counts.Rejected() > 0 {
		t.Errorf("%d packets; %s", packets, counts.String())
	}
	if diff := cmp.Diff(account.Sequence{}, book.Sum().Sequence); diff != "" {
		t.Errorf("numbering (-want +got):\n%s", diff)
	}
	strange, example := 0, ""
	for f, n := range count(stored(t, dir, begun, 1, "received")) { // sFlow says no times
		if n > sent[f] {
			strange, example = strange+n-sent[f], f
		}
	}
	if strange > 0 {
		t.Errorf("%d flows stored that were not sent, such as %s", strange, example)
	}
}

// count is a multiset, by text so that a difference is readable.
func count(flows []oneWay) map[string]int {
	n := make(map[string]int, len(flows))
	for _, f := range flows {
		n[fmt.Sprintf("%v to %v, protocol %d, %d bytes, %d packets", f.from, f.to, f.proto, f.octets, f.packets)]++
	}
	return n
}

// program finds a program that is not ours.
func program(t *testing.T, name, debian string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		path, err = exec.LookPath("/usr/sbin/" + name)
	}
	if err != nil {
		t.Skipf("%s is not installed, so NOTHING was exported by it: apt-get install %s", name, debian)
	}
	return path
}

// exports runs an exporter over a capture until it ends, and returns what it
// says. How it ends is in that: the exit code of pmacctd depends on which of its
// processes is the first to go.
func exports(t *testing.T, folder, path string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = folder
	out, err := cmd.CombinedOutput()
	if !strings.Contains(string(out), "Shutting down on user request") {
		t.Errorf("%s: %v\n…%s", path, err, out[max(0, len(out)-2000):])
	}
	return string(out)
}

func softflowd(t *testing.T, capture string, to netip.AddrPort, version, sampling int) string {
	t.Helper()
	folder, name := filepath.Split(capture) // it takes short names only
	args := []string{"-D", "-r", name, "-n", to.String(), "-v", strconv.Itoa(version), "-p", "pid", "-c", "control"}
	if sampling > 1 {
		args = append(args, "-s", strconv.Itoa(sampling))
	}
	return exports(t, folder, program(t, "softflowd", "softflowd"), args...)
}

func pmacctd(t *testing.T, capture string, to netip.AddrPort, version, sampling int) string {
	t.Helper()
	settings := fmt.Sprintf(`daemonize: false
debug: true
plugins: nfprobe
aggregate: src_host, dst_host, src_port, dst_port, proto, tcpflags
nfprobe_receiver: %s
nfprobe_version: %d
pcap_savefile: %s
`, to, version, capture)
	if sampling > 1 {
		settings += fmt.Sprintf("sampling_rate: %d\n", sampling)
	}
	return exports(t, t.TempDir(), program(t, "pmacctd", "pmacct"), "-f", writeFile(t, "pmacctd.conf", []byte(settings)))
}

// Both are of one family, and tell of a flow when it is to be exported.
var expired = regexp.MustCompile(`EXPIRED: seq:\d+ \[(\S+)\]:(\d+) <> \[(\S+)\]:(\d+) proto:(\d+) octets>:(\d+) packets>:(\d+) octets<:(\d+) packets<:(\d+) `)

// exported is what the exporter says it sent: a record for each direction in
// which there were packets.
func exported(t *testing.T, said string) []oneWay {
	t.Helper()
	var flows []oneWay
	for _, m := range expired.FindAllStringSubmatch(said, -1) {
		number := func(i int) int64 {
			n, err := strconv.ParseInt(m[i], 10, 64)
			if err != nil {
				t.Fatalf("%q: %v", m[0], err)
			}
			return n
		}
		end := func(i int) netip.AddrPort {
			return netip.AddrPortFrom(netip.MustParseAddr(m[i]), uint16(number(i+1))) //nolint:gosec // a port
		}
		there := oneWay{end(1), end(3), int(number(5)), number(6), number(7)}
		back := oneWay{there.to, there.from, there.proto, number(8), number(9)}
		for _, f := range []oneWay{there, back} {
			if f.packets > 0 {
				flows = append(flows, f)
			}
		}
	}
	return flows
}

// stored is what the lake holds, as any DuckDB reads it. All of it has the
// sampling rate, and the times of the packets or, by our clock, of receipt.
func stored(t *testing.T, dir string, begun time.Time, sampling int, clock string) []oneWay {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(`select src_hi, src_lo, src_port, dst_hi, dst_lo, dst_port, proto, bytes, packets,
		sampling_rate, time_source, epoch_ms(started_at), epoch_ms(ended_at) from read_parquet('` + dir + `/flows/*/*/*.parquet')`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var flows []oneWay
	odd := map[string]int{}
	for rows.Next() {
		var (
			f                  oneWay
			src, dst           flow.Addr
			srcPort, dstPort   uint16
			rate               int
			timeSource         string
			startedAt, endedAt int64
		)
		if err := rows.Scan(&src.Hi, &src.Lo, &srcPort, &dst.Hi, &dst.Lo, &dstPort, &f.proto, &f.octets, &f.packets,
			&rate, &timeSource, &startedAt, &endedAt); err != nil {
			t.Fatal(err)
		}
		f.from, f.to = netip.AddrPortFrom(src.Netip(), srcPort), netip.AddrPortFrom(dst.Netip(), dstPort)
		flows = append(flows, f)
		if rate != sampling {
			odd[fmt.Sprintf("sampling rate %d, want %d", rate, sampling)]++
		}
		first, last := begun.UnixMilli()-clockError, begun.UnixMilli()+conversationLength+clockError
		if clock == "received" {
			last = time.Now().UnixMilli()
		}
		if timeSource != clock || startedAt < first || endedAt > last || startedAt > endedAt {
			odd[fmt.Sprintf("times by the clock %s, %d to %d ms of the first packet", timeSource, startedAt-begun.UnixMilli(), endedAt-begun.UnixMilli())]++
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for what, n := range odd {
		t.Errorf("%d records: %s", n, what)
	}
	return flows
}
