package ingest_test

import (
	"context"
	"encoding/binary"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"minewatch/ingest"
	"minewatch/ingest/account"
	"minewatch/ingest/flow"
	"minewatch/ingest/lake"
	"minewatch/ingest/policy"
	"minewatch/ingest/source"
)

var loopback = []source.Listen{{Scheme: "netflow", Host: "127.0.0.1"}}

// collect runs a collector while talk sends to it, and ends it by stop or, if
// that is never called, by its own options.
func collect(t *testing.T, o ingest.CollectOptions, talk func(to netip.AddrPort, stop context.CancelFunc)) flow.Counts {
	t.Helper()
	return collectFor(t, 30*time.Second, o, talk)
}

// collectFor is collect with a limit of its own.
func collectFor(t *testing.T, limit time.Duration, o ingest.CollectOptions, talk func(to netip.AddrPort, stop context.CancelFunc)) flow.Counts {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), limit)
	defer stop()
	o.Program = "minewatch test"
	if o.Now == nil {
		o.Now = clock
	}
	if o.Name == "" {
		o.Name = "collect-test"
	}
	if o.Listen == nil {
		o.Listen = loopback
	}
	if o.Book == nil {
		o.Book = account.NewBook(o.Logger)
	}
	done := make(chan struct{})
	o.OnListening = func(sockets []source.SocketState) {
		go func() {
			defer close(done)
			talk(sockets[0].Address, stop)
		}()
	}
	counts, err := ingest.Collect(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	<-done
	if err := counts.Check(); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff(counts, o.Book.Sum().Counts); diff != "" {
		t.Errorf("the accounts do not add up to the counts (-counts +accounts):\n%s", diff)
	}
	return counts
}

// eventually waits until the condition holds.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	for range 2000 {
		if condition() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Errorf("not within 10 s: %s", what)
}

func TestCollect(t *testing.T) {
	dir := t.TempDir()
	counts := collect(t, ingest.CollectOptions{Lake: dir, StopAfterIdle: 300 * time.Millisecond}, func(to netip.AddrPort, _ context.CancelFunc) {
		send(t, to, netflow5(noon, 30), []byte("neither fish nor flow"), netflow5(noon, 12))
	})
	const want = "datagrams: received 3 = decoded 2 + unknown 1; records: received 42 = stored 42"
	if got := counts.String(); got != want {
		t.Errorf("counts\n got %s\nwant %s", got, want)
	}

	files := published(t, dir)
	m, err := lake.ReadManifest(dir, "collect/2026-03-02/collect-test.json")
	if err != nil || m == nil {
		t.Fatalf("manifest %v: %v", m, err)
	}
	if diff := cmp.Diff(counts, m.Counts); diff != "" {
		t.Errorf("counts of the manifest (-returned +written):\n%s", diff)
	}
	if len(files) == 0 || len(m.Files) != len(files) || m.Files[0].Path != files[0] {
		t.Errorf("manifest names %v, the lake has %v", m.Files, files)
	}
	if _, err := os.Stat(filepath.Join(dir, "hot", "collect-test")); !os.IsNotExist(err) {
		t.Errorf("the collector left its folder behind (%v)", err)
	}
}

// What has arrived when the stop comes is stored.
func TestCollectDrainsOnStop(t *testing.T) {
	const datagrams = 500
	counts := collect(t, ingest.CollectOptions{Lake: t.TempDir()}, func(to netip.AddrPort, stop context.CancelFunc) {
		for range datagrams {
			send(t, to, netflow5(noon, 30))
		}
		stop()
	})
	if counts.RecordsStored != datagrams*30 || counts.DatagramsKernel != 0 {
		t.Errorf("counts %s, %d dropped by the kernel; want %d stored", counts.String(), counts.DatagramsKernel, datagrams*30)
	}
}

func TestCollectAllowList(t *testing.T) {
	var log strings.Builder
	counts := collect(t, ingest.CollectOptions{
		Lake:          t.TempDir(),
		Policy:        policy.NewLive(policy.Rules{Allow: []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}}),
		StopAfterIdle: 200 * time.Millisecond,
		Logger:        slog.New(slog.NewTextHandler(&log, nil)),
	}, func(to netip.AddrPort, _ context.CancelFunc) {
		send(t, to, netflow5(noon, 3), netflow5(noon, 3))
	})
	if counts.DatagramsNotAllowed != 2 || counts.Records != 0 {
		t.Errorf("counts %s, want 2 datagrams not allowed", counts.String())
	}
	if n := strings.Count(log.String(), "exporter=127.0.0.1"); n != 1 {
		t.Errorf("the refused exporter is named %d times, want once:\n%s", n, log.String())
	}
}

// With HeaderTime a replay lands in the hours in which it was once sent.
func TestCollectByHeaderTime(t *testing.T) {
	dir := t.TempDir()
	ipfix := binary.BigEndian.AppendUint16(nil, 10)
	ipfix = binary.BigEndian.AppendUint16(ipfix, 16) // a message without sets
	ipfix = append(ipfix, make([]byte, 12)...)
	collect(t, ingest.CollectOptions{Lake: dir, HeaderTime: true, StopAfterIdle: 200 * time.Millisecond}, func(to netip.AddrPort, _ context.CancelFunc) {
		send(t, to, netflow5(noon, 1), netflow5(noon.Add(-26*time.Hour), 1), ipfix)
	})
	want := []string{
		"flows/date=2026-03-01/hour=10/collect-test-000001.parquet",
		"flows/date=2026-03-02/hour=12/collect-test-000002.parquet",
	}
	if diff := cmp.Diff(want, published(t, dir)); diff != "" {
		t.Errorf("lake files (-want +got):\n%s", diff)
	}
}

// While nothing can be published, what was received waits in the lake's folder
// hot, and the log says so; when it can be again, all of it is.
func TestCollectIntoFailingLake(t *testing.T) {
	dir := t.TempDir()
	obstacle := filepath.Join(dir, "flows")
	if err := os.WriteFile(obstacle, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	log := &syncBuffer{}
	counts := collect(t, ingest.CollectOptions{
		Lake: dir, RotateEvery: 20 * time.Millisecond, Logger: slog.New(slog.NewTextHandler(log, nil)),
	}, func(to netip.AddrPort, stop context.CancelFunc) {
		send(t, to, netflow5(noon, 3))
		eventually(t, "the log says what waits", func() bool { return strings.Contains(log.String(), "cannot be published") })
		if err := os.Remove(obstacle); err != nil {
			t.Error(err)
		}
		send(t, to, netflow5(noon, 5))
		eventually(t, "the rest is published", func() bool { return len(published(t, dir)) > 1 })
		stop()
	})
	if counts.RecordsDisk != 0 || counts.RecordsStored != 8 {
		t.Errorf("counts %s, want 8 stored", counts.String())
	}
}

// What cannot be published by the end stays in hot, and the next collector
// publishes it, once.
func TestCollectRecovers(t *testing.T) {
	dir := t.TempDir()
	obstacle := filepath.Join(dir, "flows")
	if err := os.WriteFile(obstacle, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	counts := collect(t, ingest.CollectOptions{Lake: dir, Name: "victim", StopAfterIdle: 100 * time.Millisecond}, func(to netip.AddrPort, _ context.CancelFunc) {
		send(t, to, netflow5(noon, 7))
	})
	if counts.RecordsPending != 7 {
		t.Errorf("counts %s, want 7 pending", counts.String())
	}
	if err := os.Remove(obstacle); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		collect(t, ingest.CollectOptions{Lake: dir}, func(_ netip.AddrPort, stop context.CancelFunc) {
			eventually(t, "the flows are recovered", func() bool { return len(published(t, dir)) > 0 })
			stop()
		})
	}
	if files := published(t, dir); len(files) != 1 {
		t.Errorf("published %v, want one file", files)
	}
	m, err := lake.ReadManifest(dir, "recover/victim.json")
	if err != nil || m == nil || m.Counts.RecordsStored != 7 || len(m.Files) != 1 {
		t.Errorf("manifest of the recovery %+v: %v", m, err)
	}
}

// Many rows are published before the rotation.
func TestCollectPublishesFullFiles(t *testing.T) {
	dir := t.TempDir()
	collect(t, ingest.CollectOptions{Lake: dir, RotateEvery: time.Hour, FileRows: 60}, func(to netip.AddrPort, stop context.CancelFunc) {
		for range 4 {
			send(t, to, netflow5(noon, 30))
		}
		eventually(t, "a file appears before the rotation", func() bool { return len(published(t, dir)) > 0 })
		stop()
	})
}

func TestCollectStopsAfterDuration(t *testing.T) {
	counts := collect(t, ingest.CollectOptions{Lake: t.TempDir(), Duration: 50 * time.Millisecond}, func(netip.AddrPort, context.CancelFunc) {})
	if counts != (flow.Counts{}) {
		t.Errorf("counts %+v of silence", counts)
	}
}

func TestCollectOnTakenPort(t *testing.T) {
	collect(t, ingest.CollectOptions{Lake: t.TempDir()}, func(taken netip.AddrPort, stop context.CancelFunc) {
		defer stop()
		_, err := ingest.Collect(t.Context(), ingest.CollectOptions{
			Lake: t.TempDir(), Name: "second", Now: clock,
			Listen: []source.Listen{{Scheme: "netflow", Host: "127.0.0.1", Port: taken.Port()}},
		})
		if err == nil || !strings.Contains(err.Error(), "address already in use") {
			t.Errorf("error %v, want address already in use", err)
		}
	})
}
