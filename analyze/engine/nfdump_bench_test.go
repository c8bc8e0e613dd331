package engine_test

import (
	"bufio"
	"cmp"
	"encoding/binary"
	"encoding/csv"
	"io"
	"math"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"minewatch/analyze/flowscan"
)

// BenchmarkNfdump compares the pool match with nfdump's filter of the same
// 3,000 addresses, over the same records: NFDUMP_BENCH_FLOWS (10 million) of
// IPv4, in a capture that is imported into a lake and sent over loopback to nfcapd, which packs with LZO. Both run in turn.
// With NFDUMP_BENCH_FOLDER lake, feed and nfcapd's file are made there and kept.
func BenchmarkNfdump(b *testing.B) {
	for _, program := range []string{"nfcapd", "nfdump"} {
		if _, err := exec.LookPath(program); err != nil {
			b.Skipf("%s is not installed: apt-get install nfdump", program)
		}
	}
	folder := cmp.Or(os.Getenv("NFDUMP_BENCH_FOLDER"), b.TempDir())
	lake, feed, theirs := filepath.Join(folder, "lake"), filepath.Join(folder, "feed.csv"), filepath.Join(folder, "nfcapd")
	if _, err := os.Stat(theirs); err != nil {
		capture := filepath.Join(folder, "flows.pcap")
		fill(b, "--feed", feed, "--pcap", capture, "--flows", cmp.Or(os.Getenv("NFDUMP_BENCH_FLOWS"), "10000000"),
			"--endpoints", "3000", "--ipv6", "0")
		out, err := exec.CommandContext(b.Context(), "go", "run", "minewatch/cmd/minewatch", "import", "--lake", lake, capture).CombinedOutput()
		if err != nil {
			b.Fatalf("import: %v: %s", err, out)
		}
		receiveByNfcapd(b, theirs, capture)
	}
	filter := filepath.Join(b.TempDir(), "filter")
	writeFilter(b, filter, feed)
	db := benchSession(b, lake, feed)
	start := benchDay.AddDate(0, 0, -1) // nfdump knows no day: some of the flows had ended before this one
	if err := db.Set(b.Context(), "day_start_ms", start.UnixMilli()); err != nil {
		b.Fatal(err)
	}
	files, rows := benchFlows(b, db, lake)
	least := map[string]float64{"cpu": math.Inf(1), "wall": math.Inf(1), "nfdump-cpu": math.Inf(1), "nfdump-wall": math.Inf(1)}
	note := func(what string, seconds float64) { least[what] = min(least[what], seconds) }
	passed := int64(0)
	for b.Loop() {
		command := exec.CommandContext(b.Context(), "nfdump", "-R", theirs, "-f", filter, "-s", "srcip/bytes", "-n", "3")
		began := time.Now()
		out, err := command.CombinedOutput()
		note("nfdump-wall", time.Since(began).Seconds())
		if err != nil {
			b.Fatalf("nfdump: %v: %s", err, out)
		}
		note("nfdump-cpu", (command.ProcessState.UserTime() + command.ProcessState.SystemTime()).Seconds())
		found := regexp.MustCompile(`processed: (\d+), passed: (\d+)`).FindSubmatch(out)
		if found == nil || string(found[1]) != strconv.FormatInt(rows, 10) {
			b.Fatalf("nfdump has not the %d records of the lake: %s", rows, out)
		}
		passed, _ = strconv.ParseInt(string(found[2]), 10, 64)
		began = time.Now()
		note("cpu", timed(b, func() {
			db.ForgetBuilt("int_pool_flows")
			if err := flowscan.Find(b.Context(), db, flowscan.Options{Files: files, Start: start, End: benchDay.AddDate(0, 0, 1)}); err != nil {
				b.Fatal(err)
			}
		}))
		note("wall", time.Since(began).Seconds())
	}
	if found, err := db.Count(b.Context(), "int_pool_flows"); err != nil || found != passed || found == 0 {
		b.Fatalf("%d flows found, and %d by nfdump: %v", found, passed, err)
	}
	for what, seconds := range least {
		b.ReportMetric(seconds/float64(rows)*1e9, "ns/flow-"+what)
	}
	b.ReportMetric(least["nfdump-cpu"]/least["cpu"], "times-cpu")
	b.ReportMetric(least["nfdump-wall"]/least["wall"], "times-wall")
	b.ReportMetric(0, "ns/op")
}

// writeFilter writes a feed's addresses as a filter of nfdump.
func writeFilter(b *testing.B, path, feed string) {
	b.Helper()
	file, err := os.Open(feed)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	entries, err := csv.NewReader(file).ReadAll()
	if err != nil {
		b.Fatal(err)
	}
	var addresses []string
	for _, e := range entries[1:] {
		addresses = append(addresses, e[0])
	}
	if err := os.WriteFile(path, []byte("ip in ["+strings.Join(addresses, " ")+"]\n"), 0o600); err != nil {
		b.Fatal(err)
	}
}

// receiveByNfcapd sends the datagrams of a capture that fill wrote to nfcapd.
func receiveByNfcapd(b *testing.B, folder, capture string) {
	b.Helper()
	const fileHeader, recordHeader, headers = 24, 16, 14 + 20 + 8 // of pcap, and of Ethernet, IPv4, UDP
	const rate = 12_000                                           // datagrams a second, of which none is lost
	if err := os.Mkdir(folder, 0o750); err != nil {
		b.Fatal(err)
	}
	free, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	address := free.LocalAddr().(*net.UDPAddr)
	if err := free.Close(); err != nil {
		b.Fatal(err)
	}
	command := exec.CommandContext(b.Context(), "nfcapd", "-b", "127.0.0.1", "-p", strconv.Itoa(address.Port), "-w", folder, "-z", "-t", "86400", "-B", "200000000")
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	time.Sleep(time.Second) // it tells nobody that it listens
	conn, err := net.DialUDP("udp4", nil, address)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	file, err := os.Open(capture)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	packets := bufio.NewReaderSize(file, 1<<20)
	if _, err := packets.Discard(fileHeader); err != nil {
		b.Fatal(err)
	}
	buffer := make([]byte, 1<<16)
	began := time.Now()
	for sent := 0; ; sent++ {
		record := buffer[:recordHeader]
		if _, err := io.ReadFull(packets, record); err == io.EOF {
			break
		} else if err != nil {
			b.Fatal(err)
		}
		packet := buffer[:binary.LittleEndian.Uint32(record[8:])]
		if _, err := io.ReadFull(packets, packet); err != nil {
			b.Fatal(err)
		}
		if _, err := conn.Write(packet[headers:]); err != nil {
			b.Fatal(err)
		}
		time.Sleep(time.Until(began.Add(time.Duration(sent) * time.Second / rate)))
	}
	time.Sleep(time.Second) // what is in the socket is received
	if err := command.Process.Signal(syscall.SIGTERM); err != nil {
		b.Fatal(err)
	}
	if err := command.Wait(); err != nil {
		b.Fatal(err)
	}
}
