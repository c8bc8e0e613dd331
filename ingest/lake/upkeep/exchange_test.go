package upkeep_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"minewatch/ingest/lake"
	"minewatch/ingest/lake/upkeep"
)

// victimVariable names the lake in which this test binary, run again, plays a
// collector and a compaction until it is killed.
const victimVariable = "UPKEEP_TEST_LAKE"

// long is how long the tests of this file go on: shortly, unless the environment
// says for how long, as make soak does.
func long(t *testing.T, shortly time.Duration) time.Duration {
	t.Helper()
	const variable = "MINEWATCH_TEST_SOAK"
	text := os.Getenv(variable)
	if text == "" {
		return shortly
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("%s: %v", variable, err)
	}
	return d
}

func TestMain(m *testing.M) {
	if dir := os.Getenv(victimVariable); dir != "" {
		victim(dir, os.Getenv(victimVariable+"_FIRST"))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// publishing appends a file of a few flows, in one of two hours, and says how
// many there are now.
type publishing struct {
	w    *lake.Writer
	next int64
}

func (p *publishing) publish() error {
	const flows = 50
	hour := eight.Add(time.Duration(p.next/flows%2) * time.Hour)
	if err := p.w.Append(records(hour, p.next, flows)); err != nil {
		return err
	}
	if _, err := p.w.Publish(); err != nil {
		return err
	}
	p.next += flows
	return nil
}

// A reader that loops while files arrive and hours are compacted sees every
// flow exactly once, every time.
func TestReaderDuringCompaction(t *testing.T) {
	dir := t.TempDir()
	ctx, stop := context.WithTimeout(t.Context(), long(t, 2*time.Second))
	defer stop()
	w, err := lake.NewWriter(dir, lake.Options{Name: "w"})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	p := &publishing{w: w}
	if err := p.publish(); err != nil {
		t.Fatal(err)
	}
	var published, compactions atomic.Int64
	published.Store(p.next)
	ended := make(chan error, 2)
	go func() {
		for ctx.Err() == nil {
			if err := p.publish(); err != nil {
				ended <- err
				return
			}
			published.Store(p.next)
		}
		ended <- nil
	}()
	go func() {
		o := upkeep.CompactOptions{Now: atNoon, SortRows: 500, OnHour: func(*upkeep.Compaction) { compactions.Add(1) }}
		var err error
		for err == nil && ctx.Err() == nil {
			err = upkeep.Compact(context.Background(), dir, o)
		}
		ended <- err
	}()
	reads := 0
	for ctx.Err() == nil {
		atLeast := published.Load()
		got, err := ids(dir)
		if err != nil {
			t.Fatal(err)
		}
		// A publication under way may be seen, and be one of two hours: what
		// was published before is there, and nothing twice.
		if fault := exactlyOnce(got, atLeast); fault != "" {
			t.Fatal(fault)
		}
		reads++
	}
	for range 2 {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
	wantIDs(t, dir, p.next)
	t.Logf("soak: %d reads of the whole lake while %d flows arrived and hours were compacted %d times: each flow once in all of them", reads, p.next, compactions.Load())
}

// victim publishes and compacts, and says after each publication how many
// flows there are, until it is killed.
func victim(dir, first string) {
	var p publishing
	if _, err := fmt.Sscan(first, &p.next); err != nil {
		return
	}
	var err error
	if p.w, err = lake.NewWriter(dir, lake.Options{Name: "victim-" + first}); err != nil {
		return
	}
	go func() {
		for err == nil {
			err = upkeep.Compact(context.Background(), dir, upkeep.CompactOptions{Now: atNoon, SortRows: 500})
			if err == nil {
				_, err = upkeep.Retain(context.Background(), dir, upkeep.RetainOptions{Now: atNoon, MaxAge: 1000 * time.Hour})
			}
		}
		fmt.Println("error:", err)
	}()
	for p.publish() == nil {
		fmt.Println(p.next)
	}
}

// Kills in the middle leave every flow exactly once: before the next run, and
// after it has tidied up.
func TestKilledCompaction(t *testing.T) {
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // not a secret
	var flows int64
	kills, interrupted := 0, 0
	for begun := time.Now(); kills < 12 || time.Since(begun) < long(t, 0); kills++ {
		flows = killed(t, dir, flows, time.Duration(20+rng.IntN(200))*time.Millisecond)
		wantIDs(t, dir, flows)
		jobs, err := filepath.Glob(filepath.Join(dir, lake.UpkeepFolder, "compact-*"))
		if err != nil {
			t.Fatal(err)
		}
		interrupted += len(jobs)
		got, err := ids(dir)
		if err != nil {
			t.Fatal(err)
		}
		flows = int64(len(got)) // a publication may have been done, but not said
	}
	compact(t, dir, upkeep.CompactOptions{})
	wantIDs(t, dir, flows)
	want := []string{"gate", "lock"}
	if diff := cmp.Diff(want, names(t, filepath.Join(dir, lake.UpkeepFolder))); diff != "" {
		t.Errorf("left in upkeep (-want +got):\n%s", diff)
	}
	t.Logf("soak: %d kills of a collector that compacts and retains, %d of them within the merge of an hour; each of %d flows there once", kills, interrupted, flows)
}

// killed runs a victim for a while, kills it, and returns how many flows it
// said there are.
func killed(t *testing.T, dir string, flows int64, after time.Duration) int64 {
	t.Helper()
	cmd := exec.Command(os.Args[0]) //nolint:gosec // this test binary
	cmd.Env = append(os.Environ(), victimVariable+"="+dir, fmt.Sprintf("%s_FIRST=%d", victimVariable, flows))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := bufio.NewScanner(out)
	var timer *time.Timer
	for said.Scan() {
		if strings.HasPrefix(said.Text(), "error") {
			t.Error(said.Text())
		} else if _, err := fmt.Sscan(said.Text(), &flows); err != nil {
			t.Error(err)
		}
		if timer == nil {
			timer = time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
		}
	}
	if err := cmd.Wait(); err == nil || timer == nil {
		t.Fatalf("the victim ended by itself (%v)", err)
	}
	return flows
}

// Every state that a kill can leave a job in is finished by the next run: the
// exchange either took place, and then its manifest is written, or not.
func TestSettle(t *testing.T) {
	for _, exchanged := range []bool{false, true} {
		t.Run(fmt.Sprintf("exchanged=%t", exchanged), func(t *testing.T) {
			dir := t.TempDir()
			publish(t, dir, "w", records(eight, 0, 10), records(eight, 10, 10))
			done := compact(t, dir, upkeep.CompactOptions{})[0]
			manifests, err := filepath.Glob(filepath.Join(dir, "manifests", "compact", "*", "*.json"))
			if err != nil || len(manifests) != 1 {
				t.Fatalf("manifests %v, %v", manifests, err)
			}
			// Put the job back to where it was killed.
			job := filepath.Join(dir, lake.UpkeepFolder, "compact-2026-03-02T08")
			folder := filepath.Join(job, "folder")
			text, err := os.ReadFile(manifests[0])
			err = errors.Join(err, os.MkdirAll(folder, 0o755), lake.WriteFile(filepath.Join(job, "note.json"), text), os.Remove(manifests[0]))
			if !exchanged {
				err = errors.Join(err, os.Link(filepath.Join(dir, done.Outputs[0].Path), filepath.Join(folder, filepath.Base(done.Outputs[0].Path))))
			}
			if err != nil {
				t.Fatal(err)
			}
			if again := compact(t, dir, upkeep.CompactOptions{}); len(again) != 0 {
				t.Errorf("compacted %+v", again)
			}
			_, err = os.Stat(manifests[0])
			if written := err == nil; written != exchanged {
				t.Errorf("manifest written: %t, want %t", written, exchanged)
			}
			if _, err := os.Stat(job); err == nil {
				t.Error("the job's folder is still there")
			}
			wantIDs(t, dir, 20)
		})
	}
}
