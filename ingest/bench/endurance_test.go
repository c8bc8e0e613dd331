package bench_test

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	minutesVariable = "INGEST_BENCH_MINUTES"        // of BenchmarkEndurance; default 1
	enduranceRate   = "INGEST_BENCH_ENDURANCE_RATE" // flows a second; default a million
)

// BenchmarkEndurance sends a million flows a second for as long as wanted and
// watches the collector's memory: the most that it had, and how much more that
// was in the last third than in the second. What is published is removed, for a
// disk would be full within the hour.
func BenchmarkEndurance(b *testing.B) {
	minutes, rate := number(b, minutesVariable, 1), number(b, enduranceRate, 1_000_000)
	made := netflow9(20_000)
	var sent, stored int64
	var second, last, most int
	var spent, lasted time.Duration
	for b.Loop() {
		dir := b.TempDir()
		command, address, count := startMinewatch(b, dir)
		done, watched := make(chan struct{}), make(chan []int)
		go func() { watched <- watch(b, command.Process.Pid, dir, done) }()
		begun := time.Now()
		sent += int64(made.send(b, address, minutes*60*rate, rate))
		lasted += time.Since(begun)
		close(done)
		memory := <-watched
		time.Sleep(300 * time.Millisecond) // what is in the socket is received
		if err := command.Process.Signal(syscall.SIGTERM); err != nil {
			b.Fatal(err)
		}
		stored += count()
		spent += command.ProcessState.UserTime() + command.ProcessState.SystemTime()
		third := len(memory) / 3
		second, last = highest(memory[third:2*third]), highest(memory[2*third:])
		most = max(highest(memory[:third]), second, last)
	}
	b.ReportMetric(float64(sent)/lasted.Seconds()/1e6, "Mflows_sent/s")
	b.ReportMetric(float64(stored)/spent.Seconds()/1e6, "Mflows/cpu-s")
	b.ReportMetric(100*float64(sent-stored)/float64(sent), "%lost")
	b.ReportMetric(float64(most)/1024, "MiB_most")
	b.ReportMetric(float64(last-second)/1024, "MiB_more_in_the_last_third")
	b.ReportMetric(0, "ns/op")
}

func highest(values []int) (most int) {
	for _, v := range values {
		most = max(most, v)
	}
	return most
}

// watch notes a process's memory, in KiB, every second, and removes what it has
// published, until done is closed.
func watch(b *testing.B, pid int, dir string, done <-chan struct{}) (memory []int) {
	b.Helper()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return memory
		case <-tick.C:
		}
		resident, err := residentOf(pid)
		if err != nil {
			b.Error(err)
			return memory
		}
		memory = append(memory, resident)
		published, err := filepath.Glob(filepath.Join(dir, "flows", "*", "*", "*.parquet"))
		if err != nil {
			b.Error(err)
		}
		for _, path := range published {
			if err := os.Remove(path); err != nil {
				b.Error(err)
			}
		}
	}
}

// residentOf reads a process's resident memory, in KiB (proc(5)).
func residentOf(pid int) (int, error) {
	file, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if text, ok := strings.CutPrefix(lines.Text(), "VmRSS:"); ok {
			return strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(text, "kB")))
		}
	}
	return 0, fmt.Errorf("process %d does not say its memory", pid)
}
