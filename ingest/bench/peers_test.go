package bench_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"minewatch/ingest"
	"minewatch/ingest/flow"
	"minewatch/ingest/source"
)

// With lakeVariable set, this test binary is a collector into that lake.
const (
	lakeVariable  = "INGEST_BENCH_LAKE"
	flowsVariable = "INGEST_BENCH_FLOWS" // to send in each benchmark; default 4 million
	rateVariable  = "INGEST_BENCH_RATE"  // flows a second; default 400,000
	buffer        = 64 << 20             // of the socket
	// profileVariable names the file that gets a processor profile of our
	// collector.
	profileVariable = "INGEST_BENCH_PROFILE"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(lakeVariable); dir != "" {
		if err := collect(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// collect says its address, collects until SIGTERM, and says what it counted.
func collect(dir string) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if path := os.Getenv(profileVariable); path != "" {
		file, err := os.Create(path)
		if err != nil {
			return err
		}
		defer file.Close()
		if err := pprof.StartCPUProfile(file); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	counts, err := ingest.Collect(ctx, ingest.CollectOptions{
		Lake: dir, Name: "bench", Program: "minewatch benchmark", Now: time.Now,
		Listen:      []source.Listen{{Scheme: "netflow", Host: "127.0.0.1"}},
		OnListening: func(sockets []source.SocketState) { fmt.Println(sockets[0].Address) },
	})
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(counts)
}

// peer is a collector under measurement.
type peer struct {
	name  string
	start func(b *testing.B, dir string) (command *exec.Cmd, address string, stored func() int64)
	files string // what of its folder ends up on the disk
	part  int    // of the flows and of their rate, for one that cannot take all
}

func peers() []peer {
	return []peer{
		{"minewatch", startMinewatch, ".parquet", 1},
		{"nfcapd-lzo", startNfcapd("-z"), "", 1},
		{"nfcapd-bz2", startNfcapd("-j"), "", 1},
		{"goflow2", startGoflow2, "", 8},
	}
}

// BenchmarkPeers sends the same stream to every collector: what it costs them,
// what they lose, what they leave on the disk.
func BenchmarkPeers(b *testing.B) {
	for _, s := range []struct {
		name string
		make func(int) *stream
	}{{"netflow9", netflow9}, {"ipfix6", ipfix6}} {
		made := s.make(20_000)
		for _, p := range peers() {
			b.Run(s.name+"/"+p.name, func(b *testing.B) { p.measure(b, made) })
		}
	}
}

func (p *peer) measure(b *testing.B, s *stream) {
	b.Helper()
	flows, rate := number(b, flowsVariable, 4_000_000)/p.part, number(b, rateVariable, 400_000)/p.part
	var sent, stored, size int64
	var spent, inKernel time.Duration
	for b.Loop() {
		dir := b.TempDir()
		command, address, count := p.start(b, dir)
		sent += int64(s.send(b, address, flows, rate))
		time.Sleep(300 * time.Millisecond) // what is in the socket is received
		if err := command.Process.Signal(syscall.SIGTERM); err != nil {
			b.Fatal(err)
		}
		stored += count()
		size += sizeOf(b, dir, p.files)
		spent += command.ProcessState.UserTime() + command.ProcessState.SystemTime()
		inKernel += command.ProcessState.SystemTime()
	}
	b.ReportMetric(float64(stored)/spent.Seconds()/1e6, "Mflows/cpu-s")
	b.ReportMetric(100*inKernel.Seconds()/spent.Seconds(), "%kernel")
	b.ReportMetric(float64(size)/float64(stored), "bytes/flow")
	b.ReportMetric(100*float64(sent-stored)/float64(sent), "%lost")
	b.ReportMetric(0, "ns/op")
}

func startMinewatch(b *testing.B, dir string) (command *exec.Cmd, address string, stored func() int64) {
	b.Helper()
	command = exec.Command(os.Args[0])
	command.Env = append(os.Environ(), lakeVariable+"="+dir)
	command.Stderr = os.Stderr
	pipe, err := command.StdoutPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	out := bufio.NewReader(pipe)
	address, err = out.ReadString('\n')
	if err != nil {
		b.Fatalf("the collector did not start: %v", err)
	}
	return command, strings.TrimSpace(address), func() int64 {
		var counts flow.Counts
		if err := errors.Join(json.NewDecoder(out).Decode(&counts), command.Wait()); err != nil {
			b.Fatal(err)
		}
		return counts.RecordsStored
	}
}

// startNfcapd starts nfdump's collector with that compression.
func startNfcapd(compression string) func(b *testing.B, dir string) (*exec.Cmd, string, func() int64) {
	return func(b *testing.B, dir string) (command *exec.Cmd, address string, stored func() int64) {
		b.Helper()
		if _, err := exec.LookPath("nfcapd"); err != nil {
			b.Skip("nfcapd is not installed (Debian: apt-get install nfdump), so NOTHING was compared")
		}
		port := freePort(b)
		command = exec.Command("nfcapd", "-w", dir, "-b", "127.0.0.1", "-p", port, "-B", strconv.Itoa(buffer), "-t", "60", compression)
		if err := command.Start(); err != nil {
			b.Fatal(err)
		}
		time.Sleep(time.Second) // it does not say when it is ready
		return command, net.JoinHostPort("127.0.0.1", port), func() int64 {
			if err := command.Wait(); err != nil {
				b.Fatal(err)
			}
			return storedByNfcapd(b, dir)
		}
	}
}

// startGoflow2 starts goflow2's program, which writes protobuf to a file.
func startGoflow2(b *testing.B, dir string) (command *exec.Cmd, address string, stored func() int64) {
	b.Helper()
	if _, err := exec.LookPath("goflow2"); err != nil {
		b.Skip("goflow2 is not installed (go install github.com/netsampler/goflow2/v2/cmd/goflow2@v2.2.6), so NOTHING was compared")
	}
	port, path := freePort(b), filepath.Join(dir, "flows.bin")
	command = exec.Command("goflow2", "-listen", "netflow://127.0.0.1:"+port, "-format", "bin",
		"-transport", "file", "-transport.file", path, "-transport.file.sep", "", "-addr", "127.0.0.1:"+freePort(b), "-loglevel", "error")
	if err := command.Start(); err != nil {
		b.Fatal(err)
	}
	time.Sleep(time.Second) // it does not say when it is ready
	return command, net.JoinHostPort("127.0.0.1", port), func() (flows int64) {
		_ = command.Wait() // it takes the signal for a failure
		content, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		for len(content) > 0 { // messages, each behind its length
			length, n := binary.Uvarint(content)
			if n <= 0 || length > uint64(len(content)-n) {
				break // it ended in the middle of a write
			}
			content = content[n+int(length):]
			flows++
		}
		return flows
	}
}

func freePort(b *testing.B) string {
	b.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	_, port, err := net.SplitHostPort(conn.LocalAddr().String())
	if err != nil {
		b.Fatal(err)
	}
	return port
}

// storedByNfcapd sums what its files say of themselves.
func storedByNfcapd(b *testing.B, dir string) (flows int64) {
	b.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "nfcapd.*"))
	if err != nil {
		b.Fatal(err)
	}
	for _, path := range files {
		out, err := exec.Command("nfdump", "-I", "-r", path).Output()
		if err != nil {
			b.Fatal(err)
		}
		for line := range strings.Lines(string(out)) {
			if text, ok := strings.CutPrefix(line, "Flows: "); ok {
				n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
				if err != nil {
					b.Fatal(err)
				}
				flows += n
			}
		}
	}
	return flows
}

func sizeOf(b *testing.B, dir, suffix string) (size int64) {
	b.Helper()
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, suffix) {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			size += info.Size()
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return size
}

func number(b *testing.B, variable string, byDefault int) int {
	b.Helper()
	text := os.Getenv(variable)
	if text == "" {
		return byDefault
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		b.Fatalf("%s: %v", variable, err)
	}
	return n
}
