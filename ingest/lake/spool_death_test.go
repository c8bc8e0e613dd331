package lake_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"minewatch/ingest/lake"
)

const (
	nameVariable  = "LAKE_TEST_NAME"
	firstVariable = "LAKE_TEST_FIRST" // number of the first row
	soakVariable  = "MINEWATCH_TEST_SOAK"
)

// spooler recovers what its predecessors left, then appends numbered rows and
// tells after each flush how far it came, while segments are published beside
// it, until it is killed.
func spooler(dir string) int {
	s, err := lake.OpenSpool(dir, lake.SpoolOptions{Name: os.Getenv(nameVariable), RowGroupRows: 200})
	if err != nil {
		return 1
	}
	next, err := strconv.ParseInt(os.Getenv(firstVariable), 10, 64)
	if err != nil {
		return 1
	}
	sealed := make(chan []*lake.Segment, 1)
	go func() {
		if _, err := s.Recover(context.Background()); err != nil {
			os.Exit(2)
		}
		for segments := range sealed {
			for _, segment := range segments {
				if _, err := segment.Publish(); err != nil {
					os.Exit(3)
				}
			}
		}
	}()
	var waiting []*lake.Segment
	for round := uint64(1); ; round++ {
		records := traffic(round, 50, 100)
		for i := range records {
			records[i].Bytes = next
			next++
		}
		if s.Append(batchOf(records)) != nil || s.Flush() != nil {
			return 4
		}
		fmt.Println(next - 1)
		if round%5 != 0 {
			continue
		}
		segments, err := s.Seal()
		if err != nil {
			return 5
		}
		waiting = append(waiting, segments...)
		select {
		case sealed <- waiting:
			waiting = nil
		default:
		}
	}
}

// moreFaults says, after n of them, whether the test goes on: few are enough,
// unless the environment wants them for as long as it says, as make soak does.
func moreFaults(t *testing.T, n, few int, begun time.Time) bool {
	t.Helper()
	text := os.Getenv(soakVariable)
	if text == "" {
		return n < few
	}
	long, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("%s: %v", soakVariable, err)
	}
	return n < few || time.Since(begun) < long
}

// However often writers are killed, in the middle of writing, publishing and
// recovering, every row that was flushed is stored, and stored once.
func TestKilledSpools(t *testing.T) {
	dir := t.TempDir()
	var flushed []string // ranges of rows that are there for certain
	var started []string
	const room = 1_000_000 // numbers for each writer
	for n, begun := 0, time.Now(); moreFaults(t, n, 15, begun); n++ {
		first := int64(n * room)
		last := killOne(t, dir, fmt.Sprintf("spool-%04d", n), first)
		flushed = append(flushed, fmt.Sprintf("(%d, %d)", first, last))
		started = append(started, fmt.Sprintf("(%d, %d)", first, first+room-1))
	}

	heir := openSpool(t, dir, lake.SpoolOptions{Name: "heir"})
	mustRecover(t, heir)
	want := []string{"duplicates=0 missing=0 strange=0"}
	got := query(t, `with
		stored as (select bytes as row, count(*) as n from read_parquet('`+dir+`/flows/*/*/*.parquet') group by all),
		flushed as (select unnest(range(col0, col1 + 1)) as row from (values `+strings.Join(flushed, ", ")+`)),
		started as (select col0 as first, col1 as last from (values `+strings.Join(started, ", ")+`))
		select 'duplicates=' || (select count(*) from stored where n > 1)
			|| ' missing=' || (select count(*) from flushed anti join stored using (row))
			|| ' strange=' || (select count(*) from stored where not exists (from started where row between first and last))`)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows after %d kills (-want +got):\n%s", len(flushed), diff)
	}
	if left := tree(t, filepath.Join(dir, "hot")); !cmp.Equal(left, []string{"heir/lock", "lock"}) {
		t.Errorf("left in hot: %q", left)
	}
	t.Logf("soak: %d kills of a writer; no flushed row missing, none twice, no file damaged; %s", len(flushed), rowsStored(t, dir))
}

func rowsStored(t *testing.T, dir string) string {
	t.Helper()
	return query(t, "select count(*) || ' rows in ' || count(distinct filename) || ' files' from read_parquet('"+dir+"/flows/*/*/*.parquet', filename = true)")[0]
}

// killOne starts a writer, kills it at a random moment, and returns the last
// row that it had flushed by then.
func killOne(t *testing.T, dir, name string, first int64) int64 {
	t.Helper()
	cmd := child(t, "spooler", dir)
	cmd.Env = append(cmd.Env, nameVariable+"="+name, firstVariable+"="+strconv.FormatInt(first, 10))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines, last := bufio.NewScanner(out), first-1
	for lines.Scan() {
		if last < first { // it has begun
			time.AfterFunc(time.Duration(rand.IntN(120_000))*time.Microsecond, func() { _ = cmd.Process.Kill() })
		}
		// A line without its end was cut by the kill, and may be a shorter number.
		if n, err := strconv.ParseInt(lines.Text(), 10, 64); err == nil && n > last && (n+1)%50 == 0 {
			last = n
		}
	}
	_ = cmd.Wait() // it was killed
	if last < first {
		t.Fatalf("%s ended before it began: %v", name, cmd.ProcessState)
	}
	return last
}

// smallDiskSpool spools with files limited to 64 KiB, which is how a full disk
// looks to a writer.
func smallDiskSpool(dir string) int {
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 64 << 10, Max: 64 << 10}); err != nil {
		return 1
	}
	s, err := lake.OpenSpool(dir, lake.SpoolOptions{Name: "small"})
	if err != nil {
		return 2
	}
	var segments []*lake.Segment
	for seed, n := range []int{100, 8000, 50} { // the second is too long, even in row groups
		if err := s.Append(batchOf(traffic(uint64(seed), n, 100))); err != nil {
			return 3
		}
		if err := s.Flush(); err != nil {
			fmt.Println(err)
		}
		if seed == 0 {
			continue // the second goes on with its row groups
		}
		fmt.Println("written", s.Written(), "lost", s.Lost(), "unsealed", s.Unsealed())
		sealed, err := s.Seal()
		if err != nil {
			fmt.Println(err)
		}
		segments = append(segments, sealed...)
	}
	fmt.Println("in the end written", s.Written(), "lost", s.Lost())
	for _, segment := range segments {
		if p, err := segment.Publish(); err != nil || p.Lost > 0 || p.Torn {
			fmt.Println(p, err)
			return 5
		}
	}
	if err := s.Close(); err != nil {
		return 6
	}
	return 0
}

// What the disk will not take is lost, counted and told; what was written
// before and what fits afterwards is whole.
func TestSpoolOnFullDisk(t *testing.T) {
	dir := t.TempDir()
	cmd := child(t, "small-disk-spool", dir)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s%s", err, stdout.String(), stderr.String())
	}
	for _, part := range []string{
		"flush to lake " + dir, "hot/small/20260302T08-000001.journal: file too large",
		"written 100 lost 0 unsealed 8100\n", "hot/small/20260302T08-000001.groups: file too large", "in the end written 150 lost 8000\n",
	} {
		if !strings.Contains(stdout.String(), part) {
			t.Errorf("output %q does not say %q", stdout.String(), part)
		}
	}
	if diff := cmp.Diff("150 rows, 150 different", rows(t, dir)); diff != "" {
		t.Errorf("lake (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"lock"}, tree(t, filepath.Join(dir, "hot"))); diff != "" {
		t.Errorf("left in hot (-want +got):\n%s", diff)
	}
}
