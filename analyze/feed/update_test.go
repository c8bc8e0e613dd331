package feed_test

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"minewatch/analyze/feed"
	"minewatch/analyze/feed/fetch"
)

// publisher is a server with one list, and what it was asked.
type publisher struct {
	*httptest.Server
	mu     sync.Mutex
	text   string
	silent bool     // about the state of its list
	asked  []string // If-None-Match of each request
}

func publish(t *testing.T, text string) *publisher {
	t.Helper()
	p := &publisher{text: text}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.asked = append(p.asked, r.Header.Get("If-None-Match"))
		tag := fmt.Sprintf(`"%x"`, len(p.text))
		if !p.silent {
			w.Header().Set("ETag", tag)
		}
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = io.WriteString(w, p.text)
	}))
	t.Cleanup(p.Close)
	return p
}

// last is how the server was asked last.
func (p *publisher) last() string { return p.asked[len(p.asked)-1] }

func remote(address string, at time.Time) *feed.Remote {
	return &feed.Remote{
		Source:  fetch.Source{URL: address, Proxy: fetch.Direct, Timeout: 20 * time.Second, MaxBytes: 1 << 20, Pause: noPause},
		Options: feed.Options{Name: "far", Now: func() time.Time { return at }},
		TTLDays: map[string]int{"list": 30, "dns": 14, "cdn": 3, "default": 20},
	}
}

func noPause(ctx context.Context, _ time.Duration) error { return ctx.Err() }

// become updates, and expects an outcome.
func become(t *testing.T, lake string, r *feed.Remote, want feed.Outcome) feed.Updated {
	t.Helper()
	u, err := r.Update(t.Context(), lake)
	if u.Outcome != want || u.Remark != nil || (err != nil) != (want == feed.Failed || want == feed.HeldBack) {
		t.Fatalf("update at %s: %s, %v, %v; want %s", r.Now().Format(time.DateTime), u.Outcome, err, u.Remark, want)
	}
	return u
}

func TestUpdate(t *testing.T) {
	lake, p := t.TempDir(), publish(t, "198.51.100.6:3333\n198.51.100.7:3333\nnothing\n")
	u := become(t, lake, remote(p.URL, noon), feed.Imported)
	if u.String() != "rows: read 3 = kept 2 + refused 1" || u.Version.Seq != 1 || u.Version.ID()[:4] != "far@" || !u.Version.RetrievedAt.Equal(noon) {
		t.Errorf("first: %s, %s", u.String(), u.Version.ID())
	}
	u = become(t, lake, remote(p.URL, noon.Add(time.Hour)), feed.Unchanged)
	if p.last() != `"2c"` || u.Version.Seq != 1 {
		t.Errorf("asked with %s for version %d", p.last(), u.Version.Seq)
	}
	p.text += "198.51.100.8:3333\n"
	if u = become(t, lake, remote(p.URL, noon.Add(2*time.Hour)), feed.Imported); u.Version.Seq != 2 || u.Kept != 3 {
		t.Errorf("the second list: version %d, %s", u.Version.Seq, u.String())
	}

	p.text = strings.Repeat("x", len(p.text)) // with the tag of the list before: the server is believed
	become(t, lake, remote(p.URL, noon.Add(3*time.Hour)), feed.Unchanged)
	p.text += "x"
	if u = become(t, lake, remote(p.URL, noon.Add(4*time.Hour)), feed.Failed); u.Version.Seq != 2 {
		t.Errorf("after a failure, %s stands", u.Version.ID())
	}
	become(t, lake, remote("http://127.0.0.1:1", noon.Add(time.Hour)), feed.Failed) // nothing listens there
	checkClean(t, lake, 2)
}

// checkClean expects versions, and nothing unfinished.
func checkClean(t *testing.T, lake string, want int) {
	t.Helper()
	list, err := feed.Versions(lake)
	if err != nil || len(list) != want {
		t.Errorf("%d versions, %v; want %d", len(list), err, want)
	}
	_ = filepath.WalkDir(lake, func(path string, _ fs.DirEntry, err error) error {
		if name := filepath.Base(path); err != nil || (name[0] == '.' && name != ".lock" && name != ".fetched") {
			t.Errorf("%s is left over (%v)", path, err)
		}
		return nil
	})
}

// What the server said counts only for the list that it said it of, asked for
// and read in the same way.
func TestUpdateAsksAnew(t *testing.T) {
	const tag = `"12"`
	for name, test := range map[string]struct {
		change func(lake string, r *feed.Remote) error
		asked  string
		want   feed.Outcome
	}{
		"nothing":        {func(string, *feed.Remote) error { return nil }, tag, feed.Unchanged},
		"password":       {func(_ string, r *feed.Remote) error { return setUser(r) }, tag, feed.Unchanged},
		"url":            {func(_ string, r *feed.Remote) error { r.URL += "?all"; return nil }, "", feed.Unchanged},
		"evidence":       {func(_ string, r *feed.Remote) error { r.Evidence = feed.DNS; return nil }, "", feed.Imported},
		"other feed":     {func(_ string, r *feed.Remote) error { r.Name = "near"; return nil }, "", feed.Imported},
		"negative":       {func(_ string, r *feed.Remote) error { r.Negative = "p2p"; return nil }, "", feed.Imported},
		"memory lost":    {func(lake string, _ *feed.Remote) error { return os.RemoveAll(lake + "/feeds/.fetched") }, "", feed.Unchanged},
		"memory damaged": {func(lake string, _ *feed.Remote) error { return writeMemory(lake, `{"asked":`) }, "", feed.Unchanged},
		"memory of none": {func(lake string, _ *feed.Remote) error { return writeMemory(lake, `{"etag":"\"12\""}`) }, "", feed.Unchanged},
		"lake emptied": {func(lake string, _ *feed.Remote) error {
			found, err := filepath.Glob(lake + "/feeds/0*")
			if err == nil && len(found) == 1 {
				err = os.RemoveAll(found[0])
			}
			return err
		}, "", feed.Imported},
		"imported by hand": {func(lake string, r *feed.Remote) error {
			o := r.Options
			o.Now = r.Now
			_, err := feed.Import(lake, feed.Input{File: "x", Data: []byte("198.51.100.9:3333\n")}, o)
			return err
		}, "", feed.Imported},
	} {
		t.Run(name, func(t *testing.T) {
			lake, p := t.TempDir(), publish(t, "198.51.100.7:3333\n")
			become(t, lake, remote(p.URL, noon), feed.Imported)
			r := remote(p.URL, noon.Add(time.Hour))
			if err := test.change(lake, r); err != nil {
				t.Fatal(err)
			}
			become(t, lake, r, test.want)
			if p.last() != test.asked {
				t.Errorf("asked with %q, want %q", p.last(), test.asked)
			}
			if name != "lake emptied" {
				return
			}
			r.Now = func() time.Time { return noon.Add(2 * time.Hour) }
			become(t, lake, r, feed.Unchanged)
		})
	}
}

func setUser(r *feed.Remote) error {
	u, err := url.Parse(r.URL)
	u.User = url.UserPassword("u", "hush")
	r.URL = u.String()
	return err
}

func writeMemory(lake, text string) error {
	return os.WriteFile(lake+"/feeds/.fetched/far.json", []byte(text), 0o600)
}

// A list that does not change keeps its entries alive for as long as it is
// fetched, with few versions. One that dates them does not, and needs none.
func TestUpdateRenews(t *testing.T) {
	const day = 24 * time.Hour
	onCDN := "ip,port,shared\n198.51.100.7,3333,cdn\n198.51.100.8,3333,\n"
	for _, test := range []struct {
		name, text  string
		every, life time.Duration // life 0 = not by the fetching
		change      func(*feed.Remote)
	}{
		{"undated, every six hours", "198.51.100.7:3333\n", 6 * time.Hour, 30 * day, nil},
		{"undated, a server that says nothing", "198.51.100.7:3333\n", day, 30 * day, nil},
		{"on a CDN, daily", onCDN, day, 3 * day, nil},
		{"on a CDN, every hour", onCDN, time.Hour, 3 * day, nil},
		{"another evidence", "198.51.100.7:3333\n", day, 14 * day, func(r *feed.Remote) { r.Evidence = feed.DNS }},
		{"without a time of its own", "198.51.100.7:3333\n", day, 20 * day, func(r *feed.Remote) { r.Evidence = feed.Manual }},
		{"a name", "pool.example:3333\n", day, 30 * day, nil},
		{"dated", "ip,port,last_seen\n198.51.100.7,3333,2026-11-22\n", day, 0, nil},
		{"valid until", "ip,port,valid_until\n198.51.100.7,3333,2030-11-22\n", day, 0, nil},
		{"negative", "198.51.100.0/24\n", day, 0, func(r *feed.Remote) { r.Negative = "cdn" }},
	} {
		t.Run(test.name, func(t *testing.T) {
			lake, p := t.TempDir(), publish(t, test.text)
			p.silent = strings.Contains(test.name, "says nothing")
			end := noon.Add(cmp.Or(2*test.life, 40*day))
			var last feed.Updated
			for at := noon; !at.After(end); at = at.Add(test.every) {
				r := remote(p.URL, at)
				if test.change != nil {
					test.change(r)
				}
				u, err := r.Update(t.Context(), lake)
				if err != nil {
					t.Fatal(err)
				}
				if last = u; test.life > 0 && at.Sub(u.Version.RetrievedAt) > test.life/2 {
					t.Fatalf("on %s the list is as of %s, and its entries live %s", at, u.Version.RetrievedAt, test.life)
				}
			}
			least, most := 1, 1
			if test.life > 0 {
				least, most = 5, 2*4+1
			}
			if seq := last.Version.Seq; seq < least || seq > most {
				t.Errorf("%d versions, want %d to %d", seq, least, most)
			}
			if test.life == 0 {
				return
			}
			c, err := last.Version.Standing()
			if all := slices.Concat(c.Entries, c.Names); err != nil || all[0].RetrievedAt.Before(end.Add(-test.life/2)) {
				t.Errorf("%v, %v: it does not stand as of the last renewal", all, err)
			}
		})
	}
}

// A negative list of CDN addresses may shorten the life of any entry.
func TestUpdateRenewsByCDN(t *testing.T) {
	lake, p := t.TempDir(), publish(t, "198.51.100.7:3333\n")
	become(t, lake, remote(p.URL, noon), feed.Imported)
	become(t, lake, remote(p.URL, noon.Add(24*time.Hour)), feed.Unchanged)
	_, err := feed.Import(lake, feed.Input{File: "cdn.txt", Data: []byte("198.51.100.0/24\n")},
		feed.Options{Negative: "cdn", Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	become(t, lake, remote(p.URL, noon.Add(24*time.Hour)), feed.Renewed)
}

func TestUpdateHeldBack(t *testing.T) {
	lake, p := t.TempDir(), publish(t, "198.51.100.7:3333\n")
	become(t, lake, remote(p.URL, noon), feed.Imported)
	p.text = "198.51.100.7:3333\n198.51.100.8:3333\n198.51.100.9:3333\n"
	for hour := range 2 { // and again: what was held back is not taken for known
		if u := become(t, lake, remote(p.URL, noon.Add(time.Duration(hour)*time.Hour)), feed.HeldBack); u.Version.Seq != 1 {
			t.Errorf("%s stands", u.Version.ID())
		}
	}
	r := remote(p.URL, noon.Add(3*time.Hour))
	r.Force = true
	become(t, lake, r, feed.Imported)
	checkClean(t, lake, 2)
}

// A file was retrieved when it was written: that it is read again says nothing.
func TestUpdateFile(t *testing.T) {
	lake, path := t.TempDir(), filepath.Join(t.TempDir(), "mirror.txt")
	write := func(text string, at time.Time) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	address := "file://" + path
	write("198.51.100.7:3333\n", noon)
	if u := become(t, lake, remote(address, noon.AddDate(0, 0, 3)), feed.Imported); !u.Version.RetrievedAt.Equal(noon) || u.Version.File != "mirror.txt" {
		t.Errorf("retrieved at %s, of %s", u.Version.RetrievedAt, u.Version.File)
	}
	become(t, lake, remote(address, noon.AddDate(0, 0, 20)), feed.Unchanged)
	write("198.51.100.7:3333\n", noon.AddDate(0, 0, 10))
	become(t, lake, remote(address, noon.AddDate(0, 0, 20)), feed.Renewed)
	write("198.51.100.8:3333\n", noon.AddDate(1, 0, 0)) // by a clock that is ahead
	if u := become(t, lake, remote(address, noon.AddDate(0, 0, 21)), feed.Imported); !u.Version.RetrievedAt.Equal(noon.AddDate(0, 0, 21)) {
		t.Errorf("retrieved at %s", u.Version.RetrievedAt)
	}
}

// Updates at once keep a list once, and renew it once.
func TestUpdateAtOnce(t *testing.T) {
	lake, p := t.TempDir(), publish(t, "198.51.100.7:3333\n")
	for round, first := range []feed.Outcome{feed.Imported, feed.Renewed} {
		var group sync.WaitGroup
		var mu sync.Mutex
		count := map[feed.Outcome]int{}
		for i := range 8 {
			group.Go(func() {
				r := remote(p.URL, noon.AddDate(0, 0, 10*round).Add(time.Duration(i)*time.Second))
				u, err := r.Update(t.Context(), lake)
				mu.Lock()
				defer mu.Unlock()
				if count[u.Outcome]++; err != nil || u.Remark != nil {
					t.Error(err, u.Remark)
				}
			})
		}
		group.Wait()
		if count[first] != 1 || count[feed.Unchanged] != 7 {
			t.Errorf("round %d: %v", round, count)
		}
	}
	checkClean(t, lake, 2)
}

// Nothing in the lake tells more of a URL than its host.
func TestUpdateKeepsSecrets(t *testing.T) {
	lake, p := t.TempDir(), publish(t, "198.51.100.7:3333\n")
	u := become(t, lake, remote(strings.Replace(p.URL, "://", "://hush:hush@", 1)+"/hush?token=hush", noon), feed.Imported)
	if host := strings.TrimPrefix(p.URL, "http://"); u.Version.File != host {
		t.Errorf("the version is of %s, want %s", u.Version.File, host)
	}
	files := 0
	err := filepath.WalkDir(lake, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		if strings.Contains(path+string(text), "hush") {
			t.Errorf("%s tells a secret", path)
		}
		return err
	})
	if err != nil || files < 6 {
		t.Errorf("%d files, %v", files, err)
	}
}
