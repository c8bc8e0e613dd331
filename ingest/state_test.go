package ingest_test

import (
	"context"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"minewatch/ingest"
	"minewatch/ingest/policy"
)

// After a restart the data of a router that has told its template to the
// process before is read at once, by whichever collector it is sent to.
func TestCollectRemembersTemplates(t *testing.T) {
	states := filepath.Join(t.TempDir(), "state")
	first := collect(t, ingest.CollectOptions{
		Lake: t.TempDir(), State: filepath.Join(states, "first.json"), StopAfterIdle: 100 * time.Millisecond,
	}, func(to netip.AddrPort, _ context.CancelFunc) {
		send(t, to, netflow9(clock(), true), netflow9(clock(), false))
	})
	if first.RecordsStored != 1 {
		t.Fatalf("before the restart: %s", first.String())
	}
	if err := os.WriteFile(filepath.Join(states, "broken.json"), []byte(`{"format":1,"templates":[`), 0o644); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int64{filepath.Join(states, "second.json"): 1, "": 0} {
		got := collect(t, ingest.CollectOptions{Lake: t.TempDir(), State: name, StopAfterIdle: 100 * time.Millisecond}, func(to netip.AddrPort, _ context.CancelFunc) {
			send(t, to, netflow9(clock(), false))
		})
		if got.RecordsStored != want {
			t.Errorf("after the restart, with the state %q: %s, want %d stored", name, got.String(), want)
		}
	}
}

// A folder in which no state can be kept does not keep anybody from receiving.
func TestCollectWithoutStateFolder(t *testing.T) {
	obstacle := writeFile(t, "state", nil)
	log := &syncBuffer{}
	got := collect(t, ingest.CollectOptions{
		Lake: t.TempDir(), State: filepath.Join(obstacle, "collector.json"), StopAfterIdle: 100 * time.Millisecond,
		Logger: slog.New(slog.NewTextHandler(log, nil)),
	}, func(to netip.AddrPort, _ context.CancelFunc) { send(t, to, netflow5(noon, 3)) })
	if got.RecordsStored != 3 || !strings.Contains(log.String(), "state of exporters not saved") {
		t.Errorf("%s; log:\n%s", got.String(), log.String())
	}
}

// The policy is exchanged again and again while datagrams come: none is lost.
func TestCollectReload(t *testing.T) {
	router := netip.MustParsePrefix("127.0.0.1/32")
	byOne := policy.Rules{Exporters: []policy.Exporter{{Prefix: router, Sampling: 1, Boundary: []uint32{1}}}}
	byTwo := policy.Rules{Exporters: []policy.Exporter{{Prefix: router, Sampling: 2, Boundary: []uint32{2}}}}
	live := policy.NewLive(byOne)
	dir := t.TempDir()
	const datagrams = 2000
	counts := collect(t, ingest.CollectOptions{Lake: dir, Policy: live}, func(to netip.AddrPort, stop context.CancelFunc) {
		for i := range datagrams {
			send(t, to, netflow5(noon, 3))
			live.Set([]policy.Rules{byOne, byTwo}[i%2])
		}
		stop()
	})
	if counts.RecordsStored != 3*datagrams || counts.DatagramsKernel+counts.DatagramsQueue+counts.DatagramsNotAllowed != 0 {
		t.Errorf("%s, %d dropped by the kernel; want %d stored", counts.String(), counts.DatagramsKernel, 3*datagrams)
	}
}
