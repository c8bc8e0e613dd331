package analyze_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/netip"
	"os"
	osexec "os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"minewatch/analyze"
	"minewatch/analyze/engine"
)

// A test starts its own program with this variable set to a lake, where it runs
// one night after the other until it is killed.
const nightsVariable = "MINEWATCH_TEST_NIGHTS"

// soakVariable makes fault tests as long as it says, such as 1h. make soak
// sets it.
const soakVariable = "MINEWATCH_TEST_SOAK"

func TestMain(m *testing.M) {
	if lake := os.Getenv(nightsVariable); lake != "" {
		o := analyze.Options{
			Lake: lake, Zone: shanghai, TTLDays: map[string]int{"default": 30}, Engine: engine.Options{Threads: 1}, Version: "test", Now: time.Now,
		}
		for i := 0; ; i++ {
			if _, err := analyze.Night(context.Background(), kindOfNight(o, i%2), shortDay); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		}
	}
	os.Exit(m.Run())
}

// kindOfNight gives a night one of two answers: the host is internal or not, so
// that all its files differ but those of the coverage.
func kindOfNight(o analyze.Options, kind int) analyze.Options {
	if kind == 1 {
		o.Internal = []netip.Prefix{netip.MustParsePrefix("172.16.0.0/12")}
	}
	return o
}

// answers are the files of both kinds of nights.
func answers(t *testing.T, o analyze.Options) (a, b map[string]string) {
	t.Helper()
	nights(t, kindOfNight(o, 0), shortDay)
	a = published(t, o)
	nights(t, kindOfNight(o, 1), shortDay)
	b = published(t, o)
	if maps.Equal(a, b) {
		t.Fatal("both nights give the same answer")
	}
	return a, b
}

// takeTurn is what any next run begins with.
func takeTurn(t *testing.T, o analyze.Options) {
	t.Helper()
	turn, err := o.TakeTurn(t.Context(), 20*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	turn.End()
}

// whole fails unless all that is published is one of both nights, and the
// chain says so.
func whole(t *testing.T, o analyze.Options, a, b map[string]string) {
	t.Helper()
	if now := published(t, o); !maps.Equal(now, a) && !maps.Equal(now, b) {
		t.Errorf("what is published is neither night: %v", now)
	}
	if got := said(verify(t, analyze.VerifyOptions{Options: o})); len(got) > 0 {
		t.Errorf("verify says %v", got)
	}
	if left, _ := filepath.Glob(filepath.Join(o.Lake, "*", "*", "*.tmp")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestNightKilled: wherever a night is killed, its next run finds one answer or
// the other, and until then no reader takes a mixture for one. What it wrote
// down for itself goes with its next run.
func TestNightKilled(t *testing.T) {
	long := 4 * time.Second
	if text := os.Getenv(soakVariable); text != "" {
		var err error
		if long, err = time.ParseDuration(text); err != nil {
			t.Fatalf("%s: %v", soakVariable, err)
		}
	}
	o := shortLake(t)
	o.Now = time.Now
	a, b := answers(t, o)
	rounds, finished, temp := 0, 0, t.TempDir()
	for begun := time.Now(); rounds < 4 || time.Since(begun) < long; rounds++ {
		child := osexec.Command(os.Args[0])
		child.Env = append(os.Environ(), nightsVariable+"="+o.Lake, "TMPDIR="+temp)
		child.Stderr = os.Stderr
		before, _ := chain(t, o)
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
		if rounds%2 == 0 { // at the moment that decides
			for limit := time.Now().Add(time.Minute); time.Now().Before(limit); time.Sleep(100 * time.Microsecond) {
				if now, _ := chain(t, o); now > before {
					break
				}
			}
		} else {
			time.Sleep(time.Duration(rand.IntN(2000)) * time.Millisecond)
		}
		if err := child.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = child.Wait()
		_, newest := chain(t, o)
		manifest := string(read(t, filepath.Join(o.Lake, "manifests", "nightly", "day=2026-11-10.json")))
		if manifest != newest {
			finished++
		}
		takeTurn(t, o)
		whole(t, o, a, b)
	}
	if left, _ := filepath.Glob(filepath.Join(temp, "*")); len(left) > 1 {
		t.Errorf("only the last one's temporary folder may be left: %v", left)
	}
	t.Logf("%d kills, %d of them while the night was published", rounds, finished)
}

// chain is how many runs there are, and the last one's record.
func chain(t *testing.T, o analyze.Options) (runs int, newest string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(o.Lake, "manifests", "chain", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("chain: %v, %v", files, err)
	}
	return len(files), string(read(t, files[len(files)-1]))
}

// TestNightHalfPublished goes through every moment of publishing at which a
// night may be killed.
func TestNightHalfPublished(t *testing.T) {
	o := shortLake(t)
	a, b := answers(t, o)
	paths := []string{}
	for _, table := range []string{"contacts", "coverage", "figures", "suspects", "evidence", "week_meetings", "week_figures", "past", "watched"} {
		paths = append(paths, filepath.Join(o.Lake, table, "day=2026-11-10", table+".parquet"))
	}
	paths = append(paths, filepath.Join(o.Lake, "manifests", "nightly", "day=2026-11-10.json"))
	later := map[string][]byte{}
	for _, path := range paths {
		later[path] = read(t, path)
	}
	nights(t, kindOfNight(o, 0), shortDay)
	earlier := map[string][]byte{}
	for _, path := range paths {
		earlier[path] = read(t, path)
	}
	// The night of now is the one that was recorded last; the files of the one
	// before it are in place.
	for renamed := 0; renamed <= len(paths); renamed++ {
		for i, path := range paths {
			if i < renamed {
				write(t, path, earlier[path])
				continue
			}
			write(t, path, later[path])
			write(t, path+".4711.tmp", earlier[path])
		}
		if renamed < 2 || renamed == len(paths)-1 {
			for reader, err := range readAtOnce(t, o) {
				if !errors.Is(err, analyze.ErrHalfPublished) || !strings.Contains(err.Error(), "minewatch nightly --day 2026-11-10") {
					t.Errorf("%d of %d files renamed: %s says %v", renamed, len(paths), reader, err)
				}
			}
			if err := askAll(t, o, "from flows"); err != nil {
				t.Errorf("what no night wrote can be asked: %v", err)
			}
		}
		if got := said(verify(t, analyze.VerifyOptions{Options: o})); renamed < len(paths) && (len(got) != 1 || !strings.Contains(got[0], "manifest 3")) {
			t.Errorf("%d of %d files renamed: verify says %v", renamed, len(paths), got)
		}
		takeTurn(t, o)
		whole(t, o, a, a)
	}
	// Somebody tidied up what was staged: it cannot be finished, and is run again.
	write(t, paths[0], later[paths[0]])
	manifest := paths[len(paths)-1]
	write(t, manifest, later[manifest])
	takeTurn(t, o)
	got := said(verify(t, analyze.VerifyOptions{Options: o}))
	if len(got) != 2 || !strings.Contains(got[0], "manifest 3") || !strings.Contains(got[1], "written 3 contacts/") {
		t.Errorf("verify says %v", got)
	}
	due, err := analyze.DueNights(&o, shortDay, shortDay)
	if err != nil || len(due) != 1 || due[0].Reason != "its files are not as it wrote them" {
		t.Errorf("due: %v, %v", due, err)
	}
	nights(t, kindOfNight(o, 1), shortDay)
	whole(t, o, b, b)
}

// readAtOnce is what all readers of nights say: each looks again for two seconds before
// it gives up.
func readAtOnce(t *testing.T, o analyze.Options) map[string]error {
	t.Helper()
	readers := map[string]func() error{
		"rank": func() error {
			_, _, err := analyze.Rank(t.Context(), analyze.RankOptions{Options: o, By: "score"})
			return err
		},
		"history": func() error {
			_, _, err := analyze.History(t.Context(), analyze.HistoryOptions{Options: o})
			return err
		},
		"the story of a host": func() error {
			_, err := analyze.Story(t.Context(), analyze.HistoryOptions{Options: o}, "host", "10.0.0.1")
			return err
		},
		"a report": func() error {
			_, err := analyze.Week(t.Context(), analyze.WeekOptions{Options: o, Week: "2026-W46"})
			return err
		},
		"a rating of feeds": func() error {
			_, err := analyze.RateFeeds(t.Context(), o, shortDay, shortDay)
			return err
		},
		"a hunt": func() error {
			inside := o
			inside.Internal = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
			_, _, err := analyze.Hunt(t.Context(), analyze.HuntOptions{Options: inside, From: shortDay, To: shortDay})
			return err
		},
		"an analyst": func() error { return askAll(t, o, "select host from contacts join suspects using (host)") },
	}
	said := map[string]error{}
	var lock sync.Mutex
	var all sync.WaitGroup
	for name, read := range readers {
		all.Go(func() {
			err := read()
			lock.Lock()
			defer lock.Unlock()
			said[name] = err
		})
	}
	all.Wait()
	return said
}

// TestNightCannotWrite: whichever file cannot be written, the night fails, and the
// one before stays as it was.
func TestNightCannotWrite(t *testing.T) {
	o := shortLake(t)
	a, b := answers(t, o)
	for _, path := range []string{
		"contacts/day=2026-11-10/contacts.parquet", "coverage/day=2026-11-10/coverage.parquet",
		"figures/day=2026-11-10/figures.parquet",
		"suspects/day=2026-11-10/suspects.parquet", "evidence/day=2026-11-10/evidence.parquet",
		"past/day=2026-11-10/past.parquet", "watched/day=2026-11-10/watched.parquet",
		"manifests/nightly/day=2026-11-10.json", "manifests/chain/000003-night-2026-11-10.json",
	} {
		obstacle := filepath.Join(o.Lake, fmt.Sprintf("%s.%d.tmp", path, os.Getpid()))
		blocked := kindOfNight(o, 0)
		blocked.Progress = func(_ analyze.Day, step string) {
			if step == "gather contacts" {
				if err := os.MkdirAll(filepath.Join(obstacle, "in the way"), 0o755); err != nil {
					t.Error(err)
				}
			}
		}
		if _, err := analyze.Night(t.Context(), blocked, shortDay); err == nil {
			t.Errorf("%s could be written", path)
		}
		if err := os.RemoveAll(obstacle); err != nil {
			t.Fatal(err)
		}
		whole(t, o, b, b)
	}
	nights(t, kindOfNight(o, 0), shortDay)
	whole(t, o, a, a)
}

// TestOneAtATime: a second run of whatever kind is told who writes nights.
func TestOneAtATime(t *testing.T) {
	o := shortLake(t)
	o.Command = "minewatch nightly --all"
	turn, err := o.TakeTurn(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	second := o
	second.Command = "another"
	_, nightErr := analyze.Night(t.Context(), second, shortDay)
	for _, err := range []error{
		nightErr,
		analyze.LateNights(t.Context(), second, []analyze.Day{shortDay}, func(analyze.PastNight) {}),
		analyze.GradeAnew(t.Context(), second, shortDay, shortDay, func(analyze.PastNight) {}),
	} {
		want := fmt.Sprintf("'minewatch nightly --all' (process %d on ", os.Getpid())
		if !errors.Is(err, analyze.ErrTurn) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "since 2026-11-20T08:00:00+08:00") {
			t.Errorf("the second run says %v", err)
		}
	}
	o.Turn = turn
	nights(t, o, shortDay)
	turn.End()
	nights(t, second, shortDay)
}
