package wanted_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"minewatch/analyze/engine"
	"minewatch/analyze/wanted"
)

// half is an upper and a lower half of an address.
type half = [2]int64

// entry is what a feed lists: from one address to another.
type entry struct{ firstHi, firstLo, lastHi, lastLo int64 }

const (
	mapped = 0xffff << 32 // IPv4
	doc    = 0x2001_0db8_0000_0000
)

// TestFind: on random feeds and flows, what is wanted has everybody listed whom
// a flow has, and beyond that nobody but addresses whose lower half a flow has.
func TestFind(t *testing.T) {
	rng := rand.New(rand.NewPCG(4711, 1))
	kinds := map[string]int{}
	for n := range 12 {
		feed, flows := randomFeed(rng, n), []half{}
		for range 4000 {
			flows = append(flows, somebody(rng, feed))
		}
		db := session(t, feed)
		files := write(t, db, flows)
		if err := errors.Join(db.Read(t.Context(), "raw_flows", files...), wanted.Find(t.Context(), db)); err != nil {
			t.Fatal(err)
		}
		got := map[half]bool{}
		rows, err := db.Query(t.Context(), "select hi, lo from raw_wanted")
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var a half
			if err := rows.Scan(&a[0], &a[1]); err != nil {
				t.Fatal(err)
			}
			if got[a] {
				t.Errorf("feed %d: %x twice", n, a)
			}
			got[a] = true
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		lower := map[int64]bool{}
		for _, a := range flows {
			lower[a[1]] = true
			if e := listed(feed, a); e != nil {
				kinds[e.kind()]++
				if _, ok := got[a]; !ok {
					t.Errorf("feed %d: %x is listed as %x, and is not wanted", n, a, *e)
				}
				got[a] = false
			}
		}
		for a, left := range got {
			if left && (!lower[a[1]] || listed(feed, a) == nil) {
				t.Errorf("feed %d: %x is wanted, but is not listed or no flow has its lower half", n, a)
			}
		}
	}
	for _, kind := range []string{"IPv4", "IPv4 prefix", "IPv6", "IPv6 prefix"} {
		if kinds[kind] < 100 {
			t.Errorf("only %d flows meet an %s: %v", kinds[kind], kind, kinds)
		}
	}
}

func (e *entry) kind() string {
	name := "IPv4"
	if e.firstHi != 0 {
		name = "IPv6"
	}
	if *e != (entry{e.firstHi, e.firstLo, e.firstHi, e.firstLo}) {
		name += " prefix"
	}
	return name
}

// listed is the slow way: every entry, compared as 128 bits.
func listed(feed []entry, a half) *entry {
	for i, e := range feed {
		above := a[0] > e.firstHi || a[0] == e.firstHi && uint64(a[1]) >= uint64(e.firstLo)
		below := a[0] < e.lastHi || a[0] == e.lastHi && uint64(a[1]) <= uint64(e.lastLo)
		if above && below {
			return &feed[i]
		}
	}
	return nil
}

// randomFeed has what can be listed, much of it side by side or one in another;
// every third feed has no prefix of IPv6.
func randomFeed(rng *rand.Rand, n int) []entry {
	var feed []entry
	for range 40 {
		v4 := mapped | 198<<24 | rng.Int64N(1<<12)
		hi := doc | rng.Int64N(4)<<14 | rng.Int64N(3)
		if rng.IntN(8) == 0 {
			hi |= -1 << 63 // the top bit set
		}
		lo := rng.Int64N(64) << (8 * rng.IntN(8))
		feed = append(feed, entry{0, v4, 0, v4}, entry{hi, lo, hi, lo}, entry{hi, v4, hi, v4})
		free := int64(1)<<rng.IntN(12) - 1
		feed = append(feed, entry{0, v4 &^ free, 0, v4 | free})
		if n%3 > 0 {
			free = int64(1)<<rng.IntN(20) - 1
			feed = append(feed, entry{hi &^ free, 0, hi | free, -1}, entry{hi, lo &^ free, hi, lo | free})
		}
	}
	return feed
}

// somebody is an address of the feed, or near one, or with halves of two.
func somebody(rng *rand.Rand, feed []entry) half {
	e, other := feed[rng.IntN(len(feed))], feed[rng.IntN(len(feed))]
	a := pick(rng, half{e.firstHi, e.firstLo}, half{e.lastHi, e.lastLo}, half{e.firstHi, other.lastLo}, half{other.lastHi, e.firstLo})
	a[1] += rng.Int64N(5) - 2
	if rng.IntN(4) == 0 && a[0] != 0 {
		a[0] += rng.Int64N(1<<18) - 1<<17
	}
	return a
}

func pick[T any](rng *rand.Rand, list ...T) T { return list[rng.IntN(len(list))] }

// TestFindFewest: a small feed without prefixes is wanted as it is, and no flow is
// read; a large one is looked for.
func TestFindFewest(t *testing.T) {
	for _, c := range []struct{ entries, want int }{{wanted.Many - 1, wanted.Many - 1}, {wanted.Many, 2}} {
		feed := make([]entry, c.entries)
		for i := range feed {
			feed[i] = entry{0, mapped + int64(i), 0, mapped + int64(i)}
		}
		db := session(t, feed)
		files := write(t, db, []half{{0, mapped + 17}, {doc, mapped + 18}, {0, mapped - 1}})
		if err := errors.Join(db.Read(t.Context(), "raw_flows", files...), wanted.Find(t.Context(), db)); err != nil {
			t.Fatal(err)
		}
		if n := count(t, db); n != c.want {
			t.Errorf("%d entries: %d are wanted, want %d", c.entries, n, c.want)
		}
	}
}

// TestFindWithoutFlows: a day without files is no fault, and nobody is wanted.
func TestFindWithoutFlows(t *testing.T) {
	db := session(t, []entry{{0, mapped, 0, mapped + 255}})
	if err := errors.Join(db.Read(t.Context(), "raw_flows"), wanted.Find(t.Context(), db)); err != nil {
		t.Fatal(err)
	}
	if n := count(t, db); n != 0 {
		t.Errorf("%d are wanted of no flows", n)
	}
}

// TestFindFaults: a file that vanished, one that is damaged, one that is not
// there to be read this way, and a person who has seen enough.
func TestFindFaults(t *testing.T) {
	db := session(t, []entry{{0, mapped, 0, mapped + 255}})
	files := write(t, db, make([]half, 200_000))
	find := func(ctx context.Context) error { return wanted.Find(ctx, db) }
	if err := find(t.Context()); err == nil || !strings.Contains(err.Error(), "not read from Parquet") {
		t.Errorf("of rows of no file: %v", err)
	}
	if err := db.Read(t.Context(), "raw_flows", files...); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := find(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	whole, err := os.ReadFile(files[1])
	if err != nil {
		t.Fatal(err)
	}
	for i := 4; i < len(whole)/2; i++ {
		whole[i] ^= 0x5a
	}
	if err := os.WriteFile(files[1], whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := find(t.Context()); err == nil || errors.Is(err, engine.ErrGone) {
		t.Errorf("damaged pages: %v", err)
	}
	if err := os.Truncate(files[1], 100); err != nil {
		t.Fatal(err)
	}
	if err := find(t.Context()); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("cut: %v", err)
	}
	if err := os.Remove(files[1]); err != nil {
		t.Fatal(err)
	}
	if err := find(t.Context()); !errors.Is(err, engine.ErrGone) {
		t.Errorf("gone: %v", err)
	}
}

// session has a feed.
func session(t *testing.T, feed []entry) *engine.DB {
	t.Helper()
	db, err := engine.Open(t.Context(), engine.Options{Threads: 2, MemoryLimit: "500MB", TempDirectory: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	var list strings.Builder
	for i, e := range feed {
		fmt.Fprintf(&list, "%c(%d, %d, %d, %d)", " ,"[min(i, 1)], e.firstHi, e.firstLo, e.lastHi, e.lastLo)
	}
	if err := errors.Join(
		db.Read(t.Context(), "raw_feed"),
		db.Values(t.Context(), "raw_negatives", nil),
		db.Values(t.Context(), "raw_ttl", nil),
		db.Hand(t.Context(), "raw_feed", `select declared.* replace (concat('e', row_number() over ()) as entry_id, 'f' as feed,
			a::bigint as first_hi, b::bigint as first_lo, c::bigint as last_hi, d::bigint as last_lo)
			from (values `+list.String()+`) as v(a, b, c, d) left join raw_feed as declared on true`),
	); err != nil {
		t.Fatal(err)
	}
	return db
}

// write puts addresses into two files, now on this side and now on that.
func write(t *testing.T, db *engine.DB, flows []half) []string {
	t.Helper()
	dir := t.TempDir()
	var files []string
	for n := range 2 {
		var his, los []int64
		for i := n; i < len(flows); i += 2 {
			his, los = append(his, flows[i][0]), append(los, flows[i][1])
		}
		path := filepath.Join(dir, fmt.Sprint(n, ".parquet"))
		rows, err := db.Query(t.Context(), fmt.Sprintf(`copy (select
				case when i %% 2 = 0 then hi else 1 end as src_hi, case when i %% 2 = 0 then lo end as src_lo,
				case when i %% 2 = 1 then hi else 1 end as dst_hi, case when i %% 2 = 1 then lo end as dst_lo
			from (select unnest(?::bigint[]) as hi, unnest(?::bigint[]) as lo, unnest(range(len(?::bigint[]))) as i))
			to '%s' (format parquet, row_group_size 2048)`, path), his, los, los)
		if err != nil {
			t.Fatal(err)
		}
		_ = rows.Close()
		files = append(files, path)
	}
	return files
}

func count(t *testing.T, db *engine.DB) (n int) {
	t.Helper()
	rows, err := db.Query(t.Context(), "select hi from raw_wanted")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		n++
	}
	return n
}
