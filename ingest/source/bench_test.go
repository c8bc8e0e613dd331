package source_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"minewatch/ingest/flow"
	"minewatch/ingest/source"
)

// BenchmarkCapture reads datagrams as large as exporters send.
func BenchmarkCapture(b *testing.B) {
	const datagrams = 10_000
	frame := ethernet(udp4(strings.Repeat("x", 1400)))
	p := pcapng{binary.LittleEndian}
	ng := append(p.section(), p.iface(1, 0)...)
	for i := range datagrams {
		ng = append(ng, p.enhanced(0, uint64(i), frame)...)
	}
	frames := make([]string, datagrams)
	for i := range frames {
		frames[i] = frame
	}
	for name, file := range map[string][]byte{"pcap": pcapOf(binary.LittleEndian, false, 1, frames...), "pcapng": ng} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			for b.Loop() {
				c, err := source.OpenCapture(bytes.NewReader(file))
				if err != nil {
					b.Fatal(err)
				}
				n := 0
				for ; ; n++ {
					if _, err := c.Next(); errors.Is(err, io.EOF) {
						break
					} else if err != nil {
						b.Fatal(err)
					}
				}
				if n != datagrams {
					b.Fatalf("%d datagrams, want %d", n, datagrams)
				}
			}
			b.ReportMetric(float64(b.N)*datagrams/b.Elapsed().Seconds(), "datagrams/s")
		})
	}
}

// BenchmarkCSV reads rows of the twelve usual columns.
func BenchmarkCSV(b *testing.B) {
	const rows = 10_000
	for name, row := range map[string]string{
		"unix": "1794801600.250,1794801660.125,10.20.30.40,203.0.113.99,51744,3333,6,41,6120,27,192.0.2.1,1000\n",
		"text": "2026-11-16 04:00:00.250,2026-11-16 04:01:00.125,10.20.30.40,203.0.113.99,51744,3333,TCP,41,6120,...AP.SF,192.0.2.1,1000\n",
		"ipv6": "1794801600.250,1794801660.125,2001:db8:20::40,2001:db8:113::99,51744,3333,6,41,6120,27,192.0.2.1,1000\n",
	} {
		text := "first,last,src,dst,sport,dport,proto,packets,bytes,tcp_flags,exporter,sampling_rate\n" + strings.Repeat(row, rows)
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			batch := make([]flow.Record, 0, 4096)
			for b.Loop() {
				c, err := source.OpenLog(strings.NewReader(text), source.LogOptions{})
				if err != nil {
					b.Fatal(err)
				}
				n := 0
				for err == nil {
					batch, err = c.Next(batch[:0])
					n += len(batch)
				}
				if !errors.Is(err, io.EOF) || n != rows {
					b.Fatalf("%d rows, %v", n, err)
				}
			}
			b.ReportMetric(float64(b.N)*rows/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// BenchmarkLogs reads a flow of each log; the lines that tell both directions
// count twice.
func BenchmarkLogs(b *testing.B) {
	const rows = 5_000
	goflow2, err := os.ReadFile("../testdata/logs/goflow2.json")
	if err != nil {
		b.Fatal(err)
	}
	nfdump, err := os.ReadFile("../testdata/logs/nfdump.json")
	if err != nil {
		b.Fatal(err)
	}
	bidirectional := strings.NewReplacer("\t0\t0\t(empty)", "\t8\t720\t(empty)", "\"resp_pkts\":0", "\"resp_pkts\":8", "\"pkts_toclient\":0", "\"pkts_toclient\":8")
	whole := func(log string) string {
		log = bidirectional.Replace(log)
		i := strings.Index(log, "\n1794801600")
		if i < 0 {
			return strings.Repeat(log, rows)
		}
		end := i + 1 + strings.Index(log[i+1:], "\n") + 1
		return log[:i+1] + strings.Repeat(log[i+1:end], rows)
	}
	header, row, _ := strings.Cut(vpcLog, "\n")
	for name, log := range map[string]string{
		"nfdump-csv":  nfdump16Log + strings.Repeat(nfdump16Log[strings.Index(nfdump16Log, "\n")+1:], rows),
		"nfdump-json": "[" + strings.Repeat(strings.Trim(string(nfdump), "[]\n")+",\n", rows/40) + "]",
		"goflow2":     strings.Repeat(string(goflow2), rows/40),
		"zeek":        whole(zeekLog),
		"zeek-json":   whole(zeekJSONLog),
		"vpc":         header + "\n" + strings.Repeat(row, rows),
		"eve":         whole(eveLog),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(log)))
			b.ReportAllocs()
			batch := make([]flow.Record, 0, 8192)
			n, before := 0, cpuSeconds()
			for b.Loop() {
				l, err := source.OpenLog(strings.NewReader(log), source.LogOptions{})
				if err != nil {
					b.Fatal(err)
				}
				for err == nil {
					batch, err = l.Next(batch[:0])
					n += len(batch)
				}
				if !errors.Is(err, io.EOF) || l.Rejected() > 0 {
					b.Fatalf("%d rows, %d rejected, %v", n, l.Rejected(), err)
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "records/s")
			b.ReportMetric(float64(n)/(cpuSeconds()-before), "records/cpu-s") // what a core does, however busy the machine
		})
	}
}

// cpuSeconds is the processor time that this process has used.
func cpuSeconds() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
}
