package ingest_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/file"
	"github.com/apache/arrow-go/v18/parquet/pqarrow"

	"minewatch/ingest"
	"minewatch/ingest/source"
)

// collectorVariable makes this test binary a collector of that name, into the
// lake that lakeVariable names, until it is killed.
const (
	collectorVariable = "INGEST_TEST_COLLECTOR"
	lakeVariable      = "INGEST_TEST_LAKE"
	killsVariable     = "MINEWATCH_TEST_KILLS"
)

func TestMain(m *testing.M) {
	if name := os.Getenv(collectorVariable); name != "" {
		os.Exit(collectUntilKilled(name, os.Getenv(lakeVariable)))
	}
	os.Exit(m.Run())
}

func collectUntilKilled(name, dir string) int {
	_, err := ingest.Collect(context.Background(), ingest.CollectOptions{
		Lake: dir, Name: name, Program: "minewatch test", Listen: loopback, Now: time.Now,
		RotateEvery: 700 * time.Millisecond,
		OnListening: func(sockets []source.SocketState) { fmt.Println(sockets[0].Address) },
	})
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// load sends numbered datagrams to whatever collector is there.
type load struct {
	mu   sync.Mutex
	conn net.Conn // nil: nobody is there
	sent []time.Time
}

const loadRecords = 30 // in a datagram

func (l *load) aim(conn net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conn = conn
}

// run sends a datagram a tick.
func (l *load) run(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			l.send()
		}
	}
}

func (l *load) send() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn == nil {
		return
	}
	now := time.Now()
	if _, err := l.conn.Write(numbered(now, uint32(len(l.sent)))); err == nil { //nolint:gosec // a few thousand
		l.sent = append(l.sent, now)
	}
}

// numbered is a datagram whose number is the bytes of all its flows.
func numbered(sent time.Time, number uint32) []byte {
	datagram := netflow5(sent, loadRecords)
	for i := range loadRecords {
		binary.BigEndian.PutUint32(datagram[24+48*i+20:], number)
	}
	return datagram
}

// entries are the names in a folder of the lake.
func entries(t *testing.T, dir, folder string) []string {
	t.Helper()
	found, err := os.ReadDir(filepath.Join(dir, folder))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range found {
		names = append(names, e.Name())
	}
	return names
}

// survived is a time in which what was sent has to be stored: from when a
// collector was ready until a second before it was killed.
type survived struct{ from, to time.Time }

// A collector that is killed again and again under load loses at most the last
// second before each kill, stores nothing twice, and leaves nothing half.
func TestKilledCollectors(t *testing.T) {
	kills := 3
	if text := os.Getenv(killsVariable); text != "" {
		var err error
		if kills, err = strconv.Atoi(text); err != nil {
			t.Fatalf("%s: %v", killsVariable, err)
		}
	}
	dir := t.TempDir()
	var l load
	ctx, stop := context.WithCancel(t.Context())
	var sender sync.WaitGroup
	sender.Go(func() { l.run(ctx, 2*time.Millisecond) })
	var sure []survived
	for n := range kills {
		sure = append(sure, killCollector(t, dir, fmt.Sprintf("victim-%03d", n), &l))
	}
	stop()
	sender.Wait()

	// The last one recovers what the others have left, and ends in peace.
	collect(t, ingest.CollectOptions{Lake: dir, Name: "heir", RotateEvery: 50 * time.Millisecond}, func(_ netip.AddrPort, stop context.CancelFunc) {
		eventually(t, "the dead are recovered", func() bool {
			left, err := filepath.Glob(filepath.Join(dir, "hot", "victim-*"))
			return err == nil && len(left) == 0
		})
		stop()
	})
	stored := storedNumbers(t, dir)
	var lost time.Duration
	for n, at := range l.sent {
		if records := stored[uint32(n)]; records > loadRecords {
			t.Errorf("datagram %d: %d records stored of %d", n, records, loadRecords)
		} else if records < loadRecords {
			for _, s := range sure {
				if at.After(s.from) && at.Before(s.to) {
					t.Errorf("datagram %d, sent %v before the kill: %d records stored of %d", n, s.to.Add(time.Second).Sub(at), records, loadRecords)
				}
				if killed := s.to.Add(time.Second); at.After(s.from) && at.Before(killed) {
					lost = max(lost, killed.Sub(at))
				}
			}
		}
	}
	t.Logf("%d kills, %d datagrams sent, %d with records stored; the oldest one lost came %v before the kill", kills, len(l.sent), len(stored), lost)
}

// killCollector starts a collector, aims the load at it and kills it at a
// random moment.
func killCollector(t *testing.T, dir, name string, l *load) survived {
	t.Helper()
	cmd := exec.Command(os.Args[0]) //nolint:gosec // this test binary
	cmd.Env = append(os.Environ(), collectorVariable+"="+name, lakeVariable+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatalf("%s did not start: %v", name, cmd.Wait())
	}
	conn, err := net.Dial("udp", lines.Text())
	if err != nil {
		t.Fatal(err)
	}
	ready := time.Now()
	l.aim(conn)
	time.Sleep(1100*time.Millisecond + time.Duration(rand.IntN(900))*time.Millisecond) // the load runs meanwhile
	killed := time.Now()
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	l.aim(nil)
	_ = cmd.Wait() // it was killed
	_ = conn.Close()
	return survived{ready, killed.Add(-time.Second)}
}

// storedNumbers is how many records of each datagram the lake's files hold.
func storedNumbers(t *testing.T, dir string) map[uint32]int {
	t.Helper()
	numbers := map[uint32]int{}
	for _, path := range published(t, dir) {
		r, err := file.OpenParquetFile(filepath.Join(dir, path), false)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		arrow, err := pqarrow.NewFileReader(r, pqarrow.ArrowReadProperties{}, memory.DefaultAllocator)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		table, err := arrow.ReadTable(t.Context())
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		column := table.Schema().FieldIndices("bytes")[0]
		for _, chunk := range table.Column(column).Data().Chunks() {
			for _, n := range chunk.(*array.Int64).Int64Values() {
				numbers[uint32(n)]++ //nolint:gosec // it was one
			}
		}
		table.Release()
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
	return numbers
}
