package ingest_test

import (
	"context"
	"encoding/binary"
	"net/netip"
	"path/filepath"
	"testing"
	"time"

	"minewatch/ingest"
	"minewatch/ingest/account"
	"minewatch/ingest/source"
)

// What never arrived shows in the exporter's numbers, what was sent twice too,
// and both end in the account of the hour with all else.
func TestCollectAccounts(t *testing.T) {
	dir := t.TempDir()
	numbered := func(sequence uint32) []byte {
		b := netflow5(noon, 30)
		binary.BigEndian.PutUint32(b[16:], sequence)
		return b
	}
	book := account.NewBook(nil)
	var faults []error
	ctx, stop := context.WithTimeout(t.Context(), 30*time.Second)
	defer stop()
	_, err := ingest.Collect(ctx, ingest.CollectOptions{
		Lake: dir, Name: "collect-test", Program: "minewatch test", Now: clock, Listen: loopback,
		Book: book, StopAfterIdle: 300 * time.Millisecond,
		OnPublished: func(fault error) { faults = append(faults, fault) },
		OnListening: func(sockets []source.SocketState) {
			send(t, sockets[0].Address, numbered(30), numbered(60), numbered(150), numbered(180), numbered(180), numbered(210), []byte("neither fish nor flow"))
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	totals := book.Totals()
	if len(totals) != 1 || totals[0].Exporter != netip.MustParseAddr("127.0.0.1") {
		t.Fatalf("accounts %+v, want one of 127.0.0.1", totals)
	}
	e := totals[0].Entry
	if want := "datagrams: received 7 = decoded 6 + unknown 1; records: received 180 = stored 180"; e.String() != want {
		t.Errorf("account\n got %s\nwant %s", e.String(), want)
	}
	if want := (account.Sequence{MissedRecords: 60, Duplicates: 1}); e.Sequence != want {
		t.Errorf("numbers say %+v, want %+v", e.Sequence, want)
	}
	if len(faults) == 0 || faults[len(faults)-1] != nil {
		t.Errorf("publications ended with %v, want at least one and no fault", faults)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "receipts", "date=*", "hour=*", "collect-test-*.parquet")); len(files) != 1 {
		t.Errorf("receipts %v, want one", files)
	}
}

// An import leaves receipts of what its capture held.
func TestImportReceipts(t *testing.T) {
	dir := t.TempDir()
	path := writeFile(t, "router.pcap", capture(t, "192.0.2.1", netflow5(noon, 30), netflow5(noon, 12)))
	if _, err := importInto(t, dir, path); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "receipts", "date=*", "hour=*", "import-*.parquet"))
	if err != nil || len(files) != 1 {
		t.Errorf("receipts %v (%v), want one", files, err)
	}
}
