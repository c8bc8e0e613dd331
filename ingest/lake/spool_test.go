package lake_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"minewatch/ingest/flow"
	"minewatch/ingest/lake"
)

func openSpool(t *testing.T, dir string, o lake.SpoolOptions) *lake.Spool {
	t.Helper()
	s, err := lake.OpenSpool(dir, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func mustSpool(t *testing.T, s *lake.Spool, records []flow.Record) {
	t.Helper()
	if err := s.Append(batchOf(records)); err != nil {
		t.Fatal(err)
	}
}

func mustSeal(t *testing.T, s *lake.Spool) []*lake.Segment {
	t.Helper()
	segments, err := s.Seal()
	if err != nil {
		t.Fatal(err)
	}
	return segments
}

func mustRecover(t *testing.T, s *lake.Spool) []lake.Recovered {
	t.Helper()
	recovered, err := s.Recover(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return recovered
}

func publishAll(t *testing.T, segments []*lake.Segment) []lake.File {
	t.Helper()
	var files []lake.File
	for _, segment := range segments {
		p, err := segment.Publish()
		if err != nil {
			t.Fatal(err)
		}
		if p.File != nil {
			files = append(files, *p.File)
		}
		if p.Lost > 0 || p.Torn {
			t.Errorf("publishing lost %d rows, torn %v", p.Lost, p.Torn)
		}
	}
	return files
}

// rows is how many rows readers see, and how many different ones.
func rows(t *testing.T, dir string) string {
	t.Helper()
	got := query(t, `select count(*) || ' rows, ' || count(distinct (received_at, src_lo, dst_lo, bytes, packets, ended_at)) || ' different'
		from read_parquet('`+dir+`/flows/*/*/*.parquet')`)
	return strings.Join(got, "\n")
}

// abandon leaves a spool as the death of its process would: what it wrote is
// there, its lock is free. It copies the writer's folder, for a living writer
// of this process cannot be killed.
func abandon(t *testing.T, dir, writer, heir string) {
	t.Helper()
	from, to := filepath.Join(dir, "hot", writer), filepath.Join(dir, "hot", heir)
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

// What goes through segments is what a Writer of the same records stores.
func TestSpoolStoresWhatAWriterStores(t *testing.T) {
	records := traffic(1, 30_000, 5) // over an hour's end
	direct, spooled := t.TempDir(), t.TempDir()
	w := newWriter(t, direct, lake.Options{Name: "w"})
	mustAppend(t, w, records)
	want := mustPublish(t, w)

	s := openSpool(t, spooled, lake.SpoolOptions{Name: "w", RowGroupRows: 3000})
	for i := 0; i < len(records); i += 777 {
		mustSpool(t, s, records[i:min(i+777, len(records))])
	}
	if got := s.Unsealed(); got != 30_000 {
		t.Errorf("%d rows unsealed, want 30000", got)
	}
	got := publishAll(t, mustSeal(t, s))
	for _, files := range [][]lake.File{want, got} {
		for i := range files {
			files[i].Bytes = 0 // other row groups
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files (-writer +spool):\n%s", diff)
	}
	differing := query(t, `select count(*) from (
		(from read_parquet('`+direct+`/flows/*/*/*.parquet') except all from read_parquet('`+spooled+`/flows/*/*/*.parquet'))
		union all (from read_parquet('`+spooled+`/flows/*/*/*.parquet') except all from read_parquet('`+direct+`/flows/*/*/*.parquet')))`)
	if diff := cmp.Diff([]string{"0"}, differing); diff != "" {
		t.Errorf("rows that differ (-want +got):\n%s", diff)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"lock"}, tree(t, filepath.Join(spooled, "hot"))); diff != "" {
		t.Errorf("left in hot (-want +got):\n%s", diff)
	}
}

// Wherever a writer dies on the way from segment to Parquet file, its rows are
// stored once.
func TestRecoverFromEveryStep(t *testing.T) {
	const written = 5000
	for name, prepare := range map[string]func(t *testing.T, dir string){
		"written": func(*testing.T, string) {},
		"half a Parquet file": func(t *testing.T, dir string) {
			t.Helper()
			writeTo(t, filepath.Join(dir, "hot", "dead", "20260302T08-000001.groups"), "PAR1 and no more")
		},
		"converted": func(t *testing.T, dir string) {
			t.Helper()
			segment := filepath.Join(dir, "hot", "dead", "20260302T08-000001.journal")
			content, err := os.ReadFile(segment)
			if err != nil {
				t.Fatal(err)
			}
			convertOnly(t, dir)
			writeTo(t, segment, string(content)) // it had not yet been removed
		},
		"converted, the segment removed": convertOnly,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			victim := openSpool(t, dir, lake.SpoolOptions{Name: "victim"})
			mustSpool(t, victim, traffic(1, written, 100))
			if err := victim.Flush(); err != nil {
				t.Fatal(err)
			}
			abandon(t, dir, "victim", "dead")
			prepare(t, dir)

			heir := openSpool(t, dir, lake.SpoolOptions{Name: "heir"})
			recovered := mustRecover(t, heir)
			if len(recovered) != 1 || recovered[0].Writer != "dead" || recovered[0].Rows != written || recovered[0].Lost != 0 {
				t.Errorf("recovered %+v, want all %d rows of one writer", recovered, written)
			}
			first := morning.UnixMicro() / 1e6
			if f := recovered[0].Files[0]; f.MinReceived.Unix() != first || f.MaxReceived.Before(f.MinReceived) || f.Bytes == 0 {
				t.Errorf("recovered file %+v", f)
			}
			if again := mustRecover(t, heir); len(again) != 0 {
				t.Errorf("recovered again: %+v", again)
			}
			if diff := cmp.Diff("5000 rows, 5000 different", rows(t, dir)); diff != "" {
				t.Errorf("lake (-want +got):\n%s", diff)
			}
			if _, err := os.Stat(filepath.Join(dir, "hot", "dead")); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("the dead writer's folder is still there (%v)", err)
			}
		})
	}
}

// convertOnly lets a recovery come as far as the converted file, but not to
// where readers see it: there is a file in the way.
func convertOnly(t *testing.T, dir string) {
	t.Helper()
	obstacle := filepath.Join(dir, "flows")
	writeTo(t, obstacle, "")
	s := openSpool(t, dir, lake.SpoolOptions{Name: "interrupted"})
	if _, err := s.Recover(t.Context()); err == nil || !strings.Contains(err.Error(), ": not a directory") {
		t.Fatalf("error %v does not name the obstacle", err)
	}
	if err := os.Remove(obstacle); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"20260302T08-000001.parquet", "lock"}, tree(t, filepath.Join(dir, "hot", "dead"))); diff != "" {
		t.Errorf("after the conversion the folder holds (-want +got):\n%s", diff)
	}
}

func writeTo(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}

// A segment that was damaged behind its writer's back gives what is whole, and
// says what is not.
func TestDamagedSegments(t *testing.T) {
	const frames, perFrame = 10, 100
	for name, c := range map[string]struct {
		damage     func(segment []byte) []byte
		rows, lost int64
	}{
		"cut in the last frame":     {func(b []byte) []byte { return b[:len(b)-1] }, 900, 100},
		"cut in a header":           {func(b []byte) []byte { return b[:len(b)/frames*9+lake.FrameHeader/2] }, 900, 0},
		"cut between frames":        {func(b []byte) []byte { return b[:len(b)/frames*3] }, 300, 0},
		"a bit turned in a frame":   {func(b []byte) []byte { b[len(b)/frames*4+1000] ^= 4; return b }, 900, 100},
		"a header of zeros":         {func(b []byte) []byte { clear(b[len(b)/frames*4 : len(b)/frames*4+lake.FrameHeader]); return b }, 400, 0},
		"zeros that were to come":   {func(b []byte) []byte { return append(b, make([]byte, 5000)...) }, 1000, 0},
		"a length that cannot be":   {func(b []byte) []byte { b[7] = 0xff; return b }, 0, 0},
		"nothing":                   {func([]byte) []byte { return nil }, 0, 0},
		"something else altogether": {func([]byte) []byte { return []byte("#!/bin/sh\nexit 1\n# and more\n") }, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			victim := openSpool(t, dir, lake.SpoolOptions{Name: "victim"})
			records := traffic(1, perFrame, 100)
			for i := range records {
				records[i].SrcPort = 0 // all of one side
			}
			for range frames { // of equal lengths
				mustSpool(t, victim, records)
				if err := victim.Flush(); err != nil {
					t.Fatal(err)
				}
			}
			abandon(t, dir, "victim", "dead")
			path := filepath.Join(dir, "hot", "dead", "20260302T08-000001.journal")
			whole, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			writeTo(t, path, string(c.damage(whole)))

			var got lake.Recovered
			for _, r := range mustRecover(t, openSpool(t, dir, lake.SpoolOptions{Name: "heir"})) {
				got = r
			}
			if got.Rows != c.rows || got.Lost != c.lost {
				t.Errorf("recovered %d rows, lost %d; want %d and %d", got.Rows, got.Lost, c.rows, c.lost)
			}
		})
	}
}

// Row groups that did not reach the disk as they were written are replaced by what
// the journal has of their rows, and the rest is said to be lost.
func TestDamagedRowGroups(t *testing.T) {
	const groups, perGroup, noted = 5, 200, 40
	for name, c := range map[string]struct {
		damage     func(file []byte) []byte
		rows, lost int64
	}{
		"nothing":                    {func(b []byte) []byte { return b }, 1040, 0},
		"the beginning of a footer":  {func(b []byte) []byte { return append(b, "and more"...) }, 1040, 0},
		"a bit turned in the first":  {func(b []byte) []byte { b[100] ^= 1; return b }, 880, 160},
		"the last is cut":            {func(b []byte) []byte { return b[:len(b)-1] }, 880, 160},
		"all of it lost":             {func([]byte) []byte { return nil }, 240, 800},
		"half of it reached nothing": {func(b []byte) []byte { clear(b[len(b)/2:]); return b }, 560, 480},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			victim := openSpool(t, dir, lake.SpoolOptions{Name: "victim", RowGroupRows: perGroup})
			records := traffic(1, perGroup, 100)
			for i := range records {
				records[i].SrcPort = 0 // all of one side
			}
			for range groups {
				mustSpool(t, victim, records[:noted])
				if err := victim.Flush(); err != nil { // too few for a row group
					t.Fatal(err)
				}
				mustSpool(t, victim, records[noted:])
			}
			for range 4 { // of a row group that is not full
				mustSpool(t, victim, records[:noted/4])
				if err := victim.Flush(); err != nil {
					t.Fatal(err)
				}
			}
			abandon(t, dir, "victim", "dead")
			path := filepath.Join(dir, "hot", "dead", "20260302T08-000001.groups")
			whole, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			writeTo(t, path, string(c.damage(whole)))

			recovered := mustRecover(t, openSpool(t, dir, lake.SpoolOptions{Name: "heir"}))
			if len(recovered) != 1 || recovered[0].Rows != c.rows || recovered[0].Lost != c.lost {
				t.Errorf("recovered %+v, want %d rows and %d lost", recovered, c.rows, c.lost)
			}
			if got := strings.Fields(rows(t, dir))[0]; got != fmt.Sprint(c.rows) {
				t.Errorf("readers see %s rows", got)
			}
		})
	}
}

// Rows are written within two calls of FlushAged, and those of a long row group
// once.
func TestFlushAged(t *testing.T) {
	dir := t.TempDir()
	s := openSpool(t, dir, lake.SpoolOptions{Name: "s", RowGroupRows: 1000})
	journal := func() int64 {
		info, err := os.Stat(filepath.Join(dir, "hot", "s", "20260302T08-000001.journal"))
		if err != nil {
			return 0
		}
		return info.Size()
	}
	for _, step := range []struct {
		rows       int
		written    int64
		journalled bool // rows; a row group leaves a few hundred bytes a column there
	}{
		{100, 0, false}, {20, 120, true}, {0, 120, true}, {20, 120, true}, {0, 140, true},
	} {
		mustSpool(t, s, traffic(1, step.rows, 100))
		if err := s.FlushAged(); err != nil {
			t.Fatal(err)
		}
		if s.Written() != step.written || journal() > 0 != step.journalled {
			t.Errorf("after %d more rows %d are written, want %d; the journal has %d bytes", step.rows, s.Written(), step.written, journal())
		}
	}
	publishAll(t, mustSeal(t, s))

	begun := s.Written()
	mustSpool(t, s, traffic(2, 1500, 100))
	for range 2 {
		if err := s.FlushAged(); err != nil {
			t.Fatal(err)
		}
	}
	if got := s.Written() - begun; got != 1500 {
		t.Errorf("%d rows are written, want 1500", got)
	}
	info, err := os.Stat(filepath.Join(dir, "hot", "s", "20260302T08-000002.journal"))
	if err != nil || info.Size() > 20_000 {
		t.Errorf("the journal has %d bytes: rows of long row groups are in it too (%v)", info.Size(), err)
	}
	publishAll(t, mustSeal(t, s))
	if got := strings.Fields(rows(t, dir))[0]; got != "1640" {
		t.Errorf("readers see %s rows, want 1640", got)
	}
}

// Nobody touches the segments of a writer that lives.
func TestRecoverLeavesTheLiving(t *testing.T) {
	dir := t.TempDir()
	one, other := openSpool(t, dir, lake.SpoolOptions{Name: "one"}), openSpool(t, dir, lake.SpoolOptions{Name: "other"})
	mustSpool(t, one, traffic(1, 100, 100))
	mustSpool(t, other, traffic(2, 200, 100))
	segments := append(mustSeal(t, one), mustSeal(t, other)...)
	for _, s := range []*lake.Spool{one, other} {
		if recovered := mustRecover(t, s); len(recovered) != 0 {
			t.Errorf("recovered %+v from the living", recovered)
		}
	}
	newWriter(t, dir, lake.Options{Name: "an import"}) // nor does a writer that has no use for them
	publishAll(t, segments)
	if diff := cmp.Diff("300 rows, 300 different", rows(t, dir)); diff != "" {
		t.Errorf("lake (-want +got):\n%s", diff)
	}
}

// An import does not remove what only a collector recovers.
func TestWriterLeavesWhatCanBeRecovered(t *testing.T) {
	dir := t.TempDir()
	victim := openSpool(t, dir, lake.SpoolOptions{Name: "victim"})
	mustSpool(t, victim, traffic(1, 100, 100))
	if err := victim.Close(); err != nil { // without publishing
		t.Fatal(err)
	}
	newWriter(t, dir, lake.Options{Name: "import"})
	if _, err := lake.OpenSpool(dir, lake.SpoolOptions{Name: "victim"}); err == nil || !strings.Contains(err.Error(), "another name is needed") {
		t.Errorf("a dead writer's name was given again: error %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	heir := openSpool(t, dir, lake.SpoolOptions{Name: "heir"})
	if recovered, err := heir.Recover(ctx); len(recovered) != 0 || err != nil {
		t.Errorf("after the stop recovered %v: %v", recovered, err)
	}
	if recovered := mustRecover(t, heir); len(recovered) != 1 || recovered[0].Rows != 100 {
		t.Errorf("recovered %+v, want 100 rows", recovered)
	}
}

// Traffic that jumps between more hours than files may be open is stored whole.
func TestSpoolOfManyHours(t *testing.T) {
	const hours, perHour = 10, 300
	records := traffic(1, hours*perHour, 100)
	for i := range records {
		records[i].ReceivedAt = morning.Add(time.Duration(i/50%hours)*time.Hour + time.Duration(i)*time.Millisecond).UnixMicro()
	}
	dir := t.TempDir()
	s := openSpool(t, dir, lake.SpoolOptions{Name: "s", BufferRows: 500, OpenHours: 7})
	for i := 0; i < len(records); i += 777 {
		mustSpool(t, s, records[i:min(i+777, len(records))])
	}
	publishAll(t, mustSeal(t, s))
	if diff := cmp.Diff("3000 rows, 3000 different", rows(t, dir)); diff != "" {
		t.Errorf("lake (-want +got):\n%s", diff)
	}
}

// A folder that is removed from under the spool costs what was in it, is said,
// and made again.
func TestFolderRemovedUnderTheSpool(t *testing.T) {
	dir := t.TempDir()
	s := openSpool(t, dir, lake.SpoolOptions{Name: "s"})
	mustSpool(t, s, traffic(1, 100, 100))
	segments := mustSeal(t, s)
	if err := os.RemoveAll(filepath.Join(dir, "hot")); err != nil {
		t.Fatal(err)
	}
	mustSpool(t, s, traffic(2, 200, 100))
	more := mustSeal(t, s)
	if p, err := segments[0].Publish(); err != nil || p.Lost != 100 || p.File != nil {
		t.Errorf("of the removed segment %+v: %v; want 100 rows lost", p, err)
	}
	publishAll(t, more)
	if diff := cmp.Diff("200 rows, 200 different", rows(t, dir)); diff != "" {
		t.Errorf("lake (-want +got):\n%s", diff)
	}
}
