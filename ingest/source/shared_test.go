package source_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"

	"minewatch/ingest/flow"
	"minewatch/ingest/source"
)

// shared is the folder of real exports that are not ours to publish.
func shared(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("MINEWATCH_SHARED")
	if dir == "" {
		t.Skip("MINEWATCH_SHARED does not name the folder of third-party captures")
	}
	return dir
}

// TestSharedCaptures counts the datagrams of real captures. Some hold TCP as
// well, but none holds UDP that is no export, so the numbers must be equal.
func TestSharedCaptures(t *testing.T) {
	dir := filepath.Join(shared(t), "captures")
	table, err := os.Open(filepath.Join(dir, "EXPECTED.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	r := csv.NewReader(table)
	r.Comma, r.LazyQuotes = '\t', true
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		t.Run(row[0], func(t *testing.T) {
			want, err := strconv.Atoi(row[5])
			if err != nil {
				t.Fatal(err)
			}
			got := 0
			for name := range strings.FieldsSeq(row[1]) {
				file, err := os.ReadFile(filepath.Join(dir, "cases", name))
				if err != nil {
					t.Fatal(err)
				}
				datagrams, _, err := readAll(t, file)
				if err != nil {
					t.Fatal(err)
				}
				got += len(datagrams)
				compareWithGopacket(t, file, datagrams)
			}
			if got != want {
				t.Errorf("%d datagrams, want %d", got, want)
			}
		})
	}
}

// compareWithGopacket reads the same file with gopacket's own decoders. They
// do not reassemble, so only what came in one packet is compared.
func compareWithGopacket(t *testing.T, file []byte, got []source.Datagram) {
	t.Helper()
	r, err := pcapgo.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	i := 0
	for {
		data, info, err := r.ReadPacketData()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		packet := gopacket.NewPacket(data, r.LinkType(), gopacket.NoCopy)
		if ip, ok := packet.NetworkLayer().(*layers.IPv4); ok && (ip.Flags&layers.IPv4MoreFragments != 0 || ip.FragOffset != 0) {
			return
		}
		udp, ok := packet.TransportLayer().(*layers.UDP)
		if !ok {
			continue
		}
		if i == len(got) {
			t.Fatalf("gopacket has more than our %d datagrams", i)
		}
		if !bytes.Equal(udp.Payload, got[i].Payload) || uint16(udp.SrcPort) != got[i].From.Port() || !info.Timestamp.Equal(got[i].Received) {
			t.Fatalf("datagram %d from %v differs from gopacket's", i, got[i].From)
		}
		i++
	}
	if i != len(got) {
		t.Errorf("gopacket has %d datagrams, we have %d", i, len(got))
	}
}

// TestSharedFlows imports the flow records of real miners as they are.
func TestSharedFlows(t *testing.T) {
	name := filepath.Join(shared(t), "minerdata", "flows_netflow_at60_it15.csv")
	file, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	c, err := source.OpenLog(bytes.NewReader(file), source.LogOptions{
		OnReject: func(e source.RowError) { t.Error(e) },
	})
	if err != nil {
		t.Fatal(err)
	}
	records, err := readRecords(c)
	if err != nil {
		t.Fatal(err)
	}
	if want := bytes.Count(file, []byte{'\n'}) - 1; len(records) != want || c.Rejected() != 0 {
		t.Errorf("%d records, %d rejected, want all %d", len(records), c.Rejected(), want)
	}
	if got := strings.Join(c.Unread(), ","); got != "file,label" {
		t.Errorf("ignored %s", got)
	}
	first := records[0]
	if first.StartedAt != 1301327937725 || first.EndedAt != 1301327939001 || first.Bytes != 21449 || first.TCPFlags != 152 ||
		first.Src.String() != "192.168.1.142" || first.DstPort != 8333 || first.Proto != 6 || first.Format != flow.CSV {
		t.Errorf("first record %+v", first)
	}
}
