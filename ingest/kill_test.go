package ingest_test

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
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
	soakVariable      = "MINEWATCH_TEST_SOAK"
)

func TestMain(m *testing.M) {
	if name := os.Getenv(collectorVariable); name != "" {
		os.Exit(collectUntilKilled(name, os.Getenv(lakeVariable)))
	}
	if path := os.Getenv(importVariable); path != "" {
		os.Exit(importUntilKilled(path, os.Getenv(lakeVariable)))
	}
	os.Exit(m.Run())
}

func collectUntilKilled(name, dir string) int {
	_, err := ingest.Collect(context.Background(), ingest.CollectOptions{
		Lake: dir, Name: name, Program: "minewatch test", Listen: loopback, Now: time.Now,
		State: filepath.Join(dir, "state", name+".json"), RotateEvery: 700 * time.Millisecond,
		OnListening: func(sockets []source.SocketState) { fmt.Println(sockets[0].Address) },
	})
	fmt.Fprintln(os.Stderr, err)
	return 1
}

// soak is how long the tests of faults go on: shortly, unless the environment
// says for how long, as make soak does.
func soak(t *testing.T, shortly time.Duration) time.Duration {
	t.Helper()
	text := os.Getenv(soakVariable)
	if text == "" {
		return shortly
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("%s: %v", soakVariable, err)
	}
	return d
}

// load sends numbered datagrams to whatever collector is there: NetFlow v5, and
// data of NetFlow v9 whose template was told to an earlier process.
type load struct {
	first uint32 // number
	only5 bool
	mu    sync.Mutex
	conn  net.Conn // nil: nobody is there
	sent  []time.Time
}

const (
	loadRecords = 30      // in a datagram of v5; one of v9 has one
	loadRoom    = 1 << 24 // numbers for each load
	ofV9        = 1 << 31 // added to the number of a datagram of v9
)

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
	now, number := time.Now(), l.first+uint32(len(l.sent)) //nolint:gosec // far fewer than loadRoom
	_, err5 := l.conn.Write(numbered(now, number))
	var err9 error
	if !l.only5 {
		_, err9 = l.conn.Write(numbered9(now, number|ofV9))
	}
	if err5 == nil && err9 == nil {
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

// booted is when the router of numbered9 was started.
var booted = time.Now().Add(-time.Hour)

// numbered9 is a datagram of v9 with one flow, whose bytes are the number.
func numbered9(sent time.Time, number uint32) []byte {
	datagram := upSince(booted, sent, netflow9(sent, false))
	binary.BigEndian.PutUint32(datagram[20+4+13:], number)
	return datagram
}

// upSince corrects the uptime in the header of v9.
func upSince(boot, sent time.Time, datagram []byte) []byte {
	binary.BigEndian.PutUint32(datagram[4:], uint32(sent.Truncate(time.Second).Sub(boot).Milliseconds())) //nolint:gosec // hours
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

// life is that of a collector: from when it was ready to when it was killed.
type life struct{ ready, killed time.Time }

// Collectors that are killed again and again under load, two of them side by
// side on one lake, lose at most the last second before each kill, store nothing
// twice, leave nothing half, and remember the templates of their exporters.
func TestKilledCollectors(t *testing.T) {
	dir := t.TempDir()
	taught := ingest.CollectOptions{Lake: dir, Name: "taught", State: filepath.Join(dir, "state", "taught.json"), Now: time.Now}
	collect(t, taught, func(to netip.AddrPort, stop context.CancelFunc) {
		now := time.Now()
		send(t, to, upSince(booted, now, netflow9(now, true)), numbered9(now, ofV9-1))
		stop()
	})
	var (
		sides [2]load
		lives [2][]life
		both  sync.WaitGroup
	)
	for i := range sides {
		sides[i].first = uint32(i * loadRoom) //nolint:gosec // two of them
		both.Go(func() {
			lives[i] = killAgainAndAgain(t, dir, fmt.Sprintf("victim-%d", i), &sides[i], soak(t, 3*time.Second))
		})
	}
	both.Wait()

	// The last one recovers what the others have left, and ends in peace.
	collect(t, ingest.CollectOptions{Lake: dir, Name: "heir", RotateEvery: 50 * time.Millisecond}, func(_ netip.AddrPort, stop context.CancelFunc) {
		eventually(t, "the dead are recovered", func() bool {
			left, err := filepath.Glob(filepath.Join(dir, "hot", "victim-*"))
			return err == nil && len(left) == 0
		})
		stop()
	})
	stored := storedNumbers(t, dir)
	var sum survival
	for i := range sides {
		sum.add(t, &sides[i], lives[i], stored)
	}
	t.Logf("soak: %d kills of collectors, two on one lake; %d flows sent, %d stored, none twice; the oldest one lost came %d ms before a kill, %d came more than the flush interval of 500 ms before; %d files, none damaged",
		sum.kills, sum.sent, sum.stored, sum.oldest.Milliseconds(), sum.late, len(published(t, dir)))
}

// survival is what became of a load.
type survival struct {
	kills, sent, stored, late int
	oldest                    time.Duration // before a kill, of what was lost
}

// add checks what is stored of a load: all of it but for what came in the last
// second before a kill, or while nobody was there.
func (s *survival) add(t *testing.T, l *load, lives []life, stored map[uint32]int) {
	t.Helper()
	s.kills += len(lives)
	for n, at := range l.sent {
		number := l.first + uint32(n) //nolint:gosec // far fewer than loadRoom
		for number, records := range map[uint32]int{number: loadRecords, number | ofV9: 1} {
			s.sent += records
			s.stored += stored[number]
			if stored[number] > records {
				t.Errorf("datagram %#x: %d records stored of %d", number, stored[number], records)
			}
			if stored[number] >= records {
				continue
			}
			for _, v := range lives {
				if at.Before(v.ready) || at.After(v.killed) {
					continue
				}
				before := v.killed.Sub(at)
				s.oldest = max(s.oldest, before)
				if before > time.Second/2 {
					s.late += records - stored[number]
				}
				if before > time.Second {
					t.Errorf("datagram %#x, sent %v before the kill: %d records stored of %d", number, before, stored[number], records)
				}
			}
		}
	}
}

// killAgainAndAgain keeps a load and kills the collector under it.
func killAgainAndAgain(t *testing.T, dir, name string, l *load, long time.Duration) []life {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var sender sync.WaitGroup
	sender.Go(func() { l.run(ctx, 2*time.Millisecond) })
	defer sender.Wait()
	defer stop()
	var lives []life
	for begun := time.Now(); len(lives) < 2 || time.Since(begun) < long; {
		killed, err := killCollector(dir, fmt.Sprintf("%s-%04d", name, len(lives)), l)
		if err != nil {
			t.Error(err)
			break
		}
		lives = append(lives, killed)
	}
	return lives
}

// killCollector starts a collector, aims the load at it and kills it at a
// random moment.
func killCollector(dir, name string, l *load) (life, error) {
	cmd := exec.Command(os.Args[0]) //nolint:gosec // this test binary
	cmd.Env = append(os.Environ(), collectorVariable+"="+name, lakeVariable+"="+dir)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return life{}, err
	}
	if err := cmd.Start(); err != nil {
		return life{}, err
	}
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		return life{}, fmt.Errorf("%s did not start: %w", name, errors.Join(lines.Err(), cmd.Wait()))
	}
	conn, err := net.Dial("udp", lines.Text())
	if err != nil {
		return life{}, errors.Join(err, cmd.Process.Kill(), cmd.Wait())
	}
	defer conn.Close()
	ready := time.Now()
	l.aim(conn)
	for { // the load runs meanwhile
		asked, begun := 1100*time.Millisecond+time.Duration(rand.IntN(900))*time.Millisecond, time.Now()
		time.Sleep(asked)
		if time.Since(begun) < asked+100*time.Millisecond {
			break // else the whole machine stood still, and the collector's half second with it
		}
	}
	killed := time.Now()
	if err := cmd.Process.Kill(); err != nil {
		return life{}, err
	}
	l.aim(nil)
	_ = cmd.Wait() // it was killed
	return life{ready, killed}, nil
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
