package decode_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"minewatch/ingest/decode"
	"minewatch/ingest/flow"
	"minewatch/ingest/source"
)

// totals is how the collectors that the captures were tried with print a
// result: records/packets/bytes, before any sampling correction.
type totals struct{ records, packets, bytes int64 }

func (t totals) String() string { return fmt.Sprintf("%d/%d/%d", t.records, t.packets, t.bytes) }

// decided has the captures for which the collectors do not agree with each
// other, each with our answer and the reason for it.
var decided = map[string]struct{ want, reason string }{
	"graylog/netflow5": {
		"4/5/817", "nfdump multiplies by the header's sampling rate of 100; we keep the counters as exported and the rate beside them",
	},
	"inline/vflow/TestV5FlowPacket": {
		"29/85/99674", "six stray bytes behind 29 whole records harm none of them, though pmacct refuses the datagram; nfdump multiplies by the rate of 1000",
	},
	"logstash/Netflow-5-invalid-01": {
		"0/0/0", "the header claims 55582 records in 1464 bytes: as nfdump and pmacct, nothing of such a datagram is believed (tshark reads the 30 that fit, goflow2 invents the rest)",
	},
	"logstash/Netflow-5-valid-01": {
		"2/9/534", "a file of twelve v5 messages back to back, sent as one datagram: a datagram is one message, as for tshark and goflow2; the other 28 records are counted as stray bytes",
	},
	"logstash/Netflow-9-invalid-01": {
		"2/2/194", "the header's count of 2 is below the six sets that are there, softflowd's old mistake; the sets are whole, and nfdump reads them too (1.7.8 times the rate of 100)",
	},
	"logstash/Netflow-9-Cisco-ASA": {
		"14/0/888", "the ASA has only octetTotalCount (85), which tshark's sum and goflow2 leave out",
	},
	"logstash/Netflow-9-H3C": {
		"16/6113/8729687", "all but tshark, which stops at a field whose length it does not expect",
	},
	"logstash/Netflow-9-macaddress": {
		"29/0/0", "records of MAC addresses without IP addresses or counters: kept, as by all but pmacct, which needs an IP key",
	},
	"logstash/IPFIX-YAF-basic-with-applabel": {
		"4/10/596", "two biflows (RFC 5103) are four flows here; the forward halves are the 6 packets and 304 bytes of nfdump and pmacct, with the reverse ones it is Beats' 10 and 596",
	},
	"inline/calmh-ipfix/TestParsingBufferAll": {
		"2/277/0", "the first of four messages in one datagram, as for all that have records; records without octets, which pmacct leaves out",
	},
	"inline/calmh-ipfix/TestParsingBufferAll-split": {
		"8/1108/0", "records without octets, which pmacct leaves out",
	},
	"inline/calmh-ipfix/testParseDataSet": {
		"31/0/0", "records without any counter: kept, as by all but pmacct",
	},
	"traffic-reproducer/pcap_processing__ipfix-vmware": {
		"1317/2178125/2049112350", "256 sets come before their template: they wait for it here, and are lost to the others",
	},
	"inline/gopacket/SFlowEthernetFramePacket": {
		"7/7/112", "sampled_ethernet has a frame length of 16 in each of seven samples, which the others do not sum",
	},
	"inline/gopacket/SFlowTestPacket4": {
		"1/1/0", "a flow sample with nothing but VLANs: a packet was seen, of unknown length",
	},
	"inline/gopacket/SFlowTestPacket6": {
		"1/1/0", "a flow sample with nothing but a record kind that nobody knows: a packet was seen, of unknown length",
	},
}

// TestCaptures decodes real exports of many routers and compares with what
// nfdump, tshark, pmacct and goflow2 make of them.
func TestCaptures(t *testing.T) {
	shared := os.Getenv("MINEWATCH_SHARED")
	if shared == "" {
		t.Skip("MINEWATCH_SHARED is not set: the real captures are not part of this repository, so NOTHING was compared")
	}
	dir := filepath.Join(shared, "captures")
	rows := expected(t, filepath.Join(dir, "EXPECTED.tsv"))
	if len(rows) < 90 {
		t.Errorf("%d captures to compare with, want 90 at least", len(rows))
	}
	used := map[string]bool{}
	for _, row := range rows {
		t.Run(row["case"], func(t *testing.T) {
			got, counts := decodeCapture(t, filepath.Join(dir, "cases"), strings.Fields(row["files"]))
			want, reason := row.truth()
			if d, ok := decided[row["case"]]; ok {
				used[row["case"]] = true
				want, reason = d.want, d.reason
			}
			if got.String() != want {
				t.Errorf("got %s, want %s (%s)\n%s", got, want, reason, counts.String())
			}
		})
	}
	for name := range decided {
		if !used[name] {
			t.Errorf("%s is decided but is no capture any more", name)
		}
	}
}

type expectedRow map[string]string

// truth is what the collectors agree on. For sFlow that is the length of the
// sampled frames, which pmacct and goflow2 sum up; nfdump multiplies it by the
// sampling rate and tshark does not sum.
func (r expectedRow) truth() (want, reason string) {
	switch {
	case r["agree_of_first_four"] == "all":
		return r["nfdump-1.7.1"], "all agree"
	case r["protocol"] == "sflow5" && r["pmacct-1.7.7"] == r["goflow2-2.2.6"]:
		return r["goflow2-2.2.6"], "pmacct and goflow2 agree on the frames"
	default:
		return "an entry in the table of decided captures", "the collectors disagree: " + strings.Join([]string{
			r["nfdump-1.7.1"], r["nfdump-1.7.8"], r["tshark-4.0.17"], r["pmacct-1.7.7"], r["goflow2-2.2.6"],
		}, " ")
	}
}

func expected(t *testing.T, path string) []expectedRow {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes = '\t', true
	lines, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []expectedRow
	for _, line := range lines[1:] {
		row := expectedRow{}
		for i, name := range lines[0] {
			row[name] = line[i]
		}
		rows = append(rows, row)
	}
	return rows
}

// decodeCapture decodes the files of one case with one decoder, as a
// collector would see them, and holds every identity on the way.
func decodeCapture(t *testing.T, dir string, files []string) (totals, flow.Counts) {
	t.Helper()
	d := decode.New(decode.Options{})
	var sum totals
	for _, name := range files {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		capture, err := source.OpenCapture(f)
		if err != nil {
			t.Fatal(err)
		}
		var out []flow.Record
		for {
			g, err := capture.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			out = d.Decode(g.From, g.Received, g.Payload, out[:0])
			for i := range out {
				sum.records++
				sum.packets += out[i].Packets
				sum.bytes += out[i].Bytes
				plausible(t, &out[i], g.Received)
			}
			holds(t, d, sum.records)
		}
	}
	return sum, d.Counts()
}

// plausible checks what must be true of every record whatever was exported.
func plausible(t *testing.T, r *flow.Record, received time.Time) {
	t.Helper()
	if r.EndedAt < r.StartedAt {
		t.Errorf("ended %d before it started %d", r.EndedAt, r.StartedAt)
	}
	off := time.Duration(r.EndedAt-received.UnixMilli()) * time.Millisecond
	if off > decode.DefaultClockLimit || off < -decode.DefaultClockLimit {
		t.Errorf("ended %s from its receipt", off)
	}
	if r.Packets < 0 || r.Bytes < 0 || r.SrcPort < 0 || r.DstPort > 65535 || r.SamplingRate < 0 {
		t.Errorf("impossible record %+v", r)
	}
}

// holds checks the identities of the decoder's counts after returned records.
func holds(tb testing.TB, d *decode.Decoder, returned int64) {
	tb.Helper()
	c := d.Counts()
	if c.RecordsStored != 0 || c.Records-c.RecordsMalformed != returned {
		tb.Errorf("records %d - malformed %d, but %d were returned", c.Records, c.RecordsMalformed, returned)
	}
	c.RecordsStored = returned
	if err := c.Check(); err != nil {
		tb.Error(err)
	}
}
