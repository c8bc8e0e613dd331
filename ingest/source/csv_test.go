package source_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"minewatch/ingest/flow"
	"minewatch/ingest/source"
)

func readRecords(c *source.Log) ([]flow.Record, error) {
	var records []flow.Record
	for {
		var err error
		if records, err = c.Next(records); errors.Is(err, io.EOF) {
			return records, nil
		} else if err != nil {
			return records, err
		}
	}
}

// readLog reads a whole log; rejected rows are returned as their text.
func readLog(t *testing.T, text string, o source.LogOptions) (records []flow.Record, rejected []string) {
	t.Helper()
	o.OnReject = func(e source.RowError) { rejected = append(rejected, e.Error()) }
	c, err := source.OpenLog(strings.NewReader(text), o)
	if err != nil {
		t.Fatal(err)
	}
	records, err = readRecords(c)
	if err != nil {
		t.Fatal(err)
	}
	if c.Records() != int64(len(records)+len(rejected)) || c.Rejected() != int64(len(rejected)) {
		t.Errorf("%d rows, %d rejected; but %d records and %d errors", c.Records(), c.Rejected(), len(records), len(rejected))
	}
	return records, rejected
}

func addr(s string) flow.Addr { return flow.AddrFrom(netip.MustParseAddr(s)) }

func millis(s string) int64 {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t.UnixMilli()
}

// record is what the smallest row makes, with changes.
func record(change func(*flow.Record)) flow.Record {
	r := flow.Record{
		ReceivedAt: 2_000_000, StartedAt: 1000, EndedAt: 2000,
		Src: addr("10.0.0.1"), Dst: addr("10.0.0.2"),
		EndReason: flow.Null, Direction: flow.Null, Boundary: flow.Null, NATSrcPort: flow.Null,
		Format: flow.CSV, TimeSource: flow.ExporterClock,
	}
	if change != nil {
		change(&r)
	}
	return r
}

func TestCSVAllColumns(t *testing.T) {
	const log = "received_at,started_at,ended_at,src,dst,src_port,dst_port,proto,tcp_flags,bytes,packets,sampling_rate,exporter,domain," +
		"in_if,out_if,src_as,dst_as,end_reason,direction,boundary,nat_src,nat_src_port,format,time_source\n" +
		"2026-11-16T04:00:05.123456Z,2026-11-16 04:00:00.25,2026-11-16T12:00:04+08:00,10.1.2.3,2001:db8::1,50000,3333,TCP,...AP.SF,1234,12,1000,192.0.2.1,7," +
		"1,2,64512,4200000000,2,1,3,203.0.113.9,61000,ipfix,received\n" +
		"-,,2026-11-16 04:00:04,10.1.2.3,10.1.2.4,,,,,,,,,,,,,,,,,,,,\n"
	got, rejected := readLog(t, log, source.LogOptions{Exporter: "csv", SamplingRate: 10})
	at := millis("2026-11-16T04:00:04Z")
	want := []flow.Record{
		{
			ReceivedAt: (at+1123)*1000 + 456, StartedAt: at - 3750, EndedAt: at,
			Src: addr("10.1.2.3"), Dst: addr("2001:db8::1"), SrcPort: 50000, DstPort: 3333, Proto: 6, TCPFlags: 0x1b,
			Bytes: 1234, Packets: 12, SamplingRate: 1000, Exporter: "192.0.2.1", Domain: 7, InIf: 1, OutIf: 2, SrcAS: 64512, DstAS: 4200000000,
			EndReason: 2, Direction: 1, Boundary: flow.BoundaryIn | flow.BoundaryOut, HasNATSrc: true, NATSrc: addr("203.0.113.9"), NATSrcPort: 61000, Format: flow.IPFIX, TimeSource: flow.ReceivedClock,
		},
		{
			ReceivedAt: at * 1000, StartedAt: at, EndedAt: at, Src: addr("10.1.2.3"), Dst: addr("10.1.2.4"), SamplingRate: 10, Exporter: "csv",
			EndReason: flow.Null, Direction: flow.Null, Boundary: flow.Null, NATSrcPort: flow.Null, Format: flow.CSV, TimeSource: flow.ExporterClock,
		},
	}
	if diff := cmp.Diff(want, got); diff != "" || rejected != nil {
		t.Error(rejected, diff)
	}
}

// TestCSVLogs reads one flow as common programs write it.
func TestCSVLogs(t *testing.T) {
	want := record(func(r *flow.Record) {
		r.StartedAt, r.EndedAt, r.ReceivedAt = millis("2026-11-16T04:00:00Z"), millis("2026-11-16T04:01:00Z"), millis("2026-11-16T04:01:00Z")*1000
		r.SrcPort, r.DstPort, r.Proto, r.TCPFlags, r.Bytes, r.Packets = 50000, 3333, 6, 0x1b, 1234, 12
	})
	for name, log := range map[string]string{
		"Unix with fractions": "first,last,src_ip,dst_ip,sport,dport,protocol,pkts,octets,tcp_flags\n1794801600.000,1794801660.0001,10.0.0.1,10.0.0.2,50000,3333,6,12,1234,0x1b\n",
		"milliseconds":        "start_time;end_time;src;dst;src_port;dst_port;proto;packets;bytes;flags\n1794801600000;1794801660000;10.0.0.1;10.0.0.2;50000;3333;tcp;12;1234;27\n",
		"DuckDB, with tabs": "\xef\xbb\xbfStarted At\tEnded At\tSrc\tDst\tSrc Port\tDst Port\tProto\tPackets\tBytes\tTCP Flags\r\n" +
			"2026-11-16 12:00:00+08\t2026-11-16 12:01:00+0800\t10.0.0.1\t10.0.0.2\t50000\t3333\t6\t12\t1234\t27\r\n",
		"quoted": "\"last\",\"td\",\"sa\",\"da\",\"sp\",\"dp\",\"pr\",\"ipkt\",\"ibyt\",\"flg\",\"note\"\n" +
			"\"1794801660\",\"60\",\"10.0.0.1\",\" 10.0.0.2 \",50000,\"3333\",\"Tcp\",12,1234,\"ap sf\",\"said \"\"no\"\", then left\"\n",
	} {
		t.Run(name, func(t *testing.T) {
			for compression, text := range map[string]string{"plain": log, "gzip": string(gzipped(t, []byte(log))), "zstd": string(zstandard(t, []byte(log)))} {
				got, rejected := readLog(t, text, source.LogOptions{})
				if diff := cmp.Diff([]flow.Record{want}, zeroMicros(got)); diff != "" || rejected != nil {
					t.Errorf("%s: %v %s", compression, rejected, diff)
				}
			}
		})
	}
}

// zeroMicros drops from ReceivedAt what is finer than EndedAt.
func zeroMicros(records []flow.Record) []flow.Record {
	for i := range records {
		records[i].ReceivedAt -= records[i].ReceivedAt % 1000
	}
	return records
}

func TestCSVValues(t *testing.T) {
	for _, tt := range []struct {
		column, value string
		want          func(*flow.Record)
		reason        string
	}{
		{"proto", "ICMP6", func(r *flow.Record) { r.Proto = 58 }, ""},
		{"proto", "udp", func(r *flow.Record) { r.Proto = 17 }, ""},
		{"proto", "255", func(r *flow.Record) { r.Proto = 255 }, ""},
		{"proto", "256", nil, `proto "256" is no protocol`},
		{"proto", "stratum-over-something", nil, `is no protocol`},
		{"tcp_flags", "0x12", func(r *flow.Record) { r.TCPFlags = 0x12 }, ""},
		{"tcp_flags", "CEUAPRSF", func(r *flow.Record) { r.TCPFlags = 0xff }, ""},
		{"tcp_flags", "......", nil, ""},
		{"tcp_flags", "4096", nil, `is no set of TCP flags`},
		{"tcp_flags", "0x", nil, `is no set of TCP flags`},
		{"tcp_flags", "SYN", nil, `tcp_flags "SYN" is no set of TCP flags`},
		{"src_port", "65536", nil, `src_port "65536" is not a whole number from 0 to 65535`},
		{"bytes", "-1", nil, "is not a whole number from 0 to 9223372036854775807"},
		{"bytes", "9223372036854775807", func(r *flow.Record) { r.Bytes = 1<<63 - 1 }, ""},
		{"bytes", "9223372036854775808", nil, "is not a whole number"},
		{"bytes", "1.5", nil, "is not a whole number"},
		{"bytes", "12 M", nil, "is not a whole number"},
		{"bytes", strings.Repeat("9", 1000), nil, `…" is not a whole number`},
		{"src", "10.0.0.300", nil, `src "10.0.0.300" is not an IP address`},
		{"src", "10.0.0.01", nil, `is not an IP address`},
		{"src", "10.0.0", nil, `is not an IP address`},
		{"src", "10.0.0.1.", nil, `is not an IP address`},
		{"src", "::ffff:10.9.9.9", func(r *flow.Record) { r.Src = addr("10.9.9.9") }, ""},
		{"src", "fe80::1%eth0", func(r *flow.Record) { r.Src = addr("fe80::1") }, ""},
		{"src", "", nil, `has no src`},
		{"dst", "-", nil, `has no dst`},
		{"exporter", "::ffff:192.0.2.1", func(r *flow.Record) { r.Exporter = "192.0.2.1" }, ""},
		{"exporter", "border router 7", func(r *flow.Record) { r.Exporter = "border router 7" }, ""},
		{"exporter", "::", nil, ""},
		{"exporter", "\x1b[31m", nil, "is not a name of at most 128 printable bytes"},
		{"exporter", "\xff", nil, "is not a name"},
		{"exporter", strings.Repeat("x", 129), nil, "is not a name"},
		{"nat_src", "0.0.0.0", nil, ""},
		{"nat_src", "nat", nil, "is not an IP address"},
		{"nat_src", "2001:db8::9", func(r *flow.Record) { r.HasNATSrc, r.NATSrc = true, addr("2001:db8::9") }, ""},
		{"direction", "Egress", func(r *flow.Record) { r.Direction = 1 }, ""},
		{"direction", "in", func(r *flow.Record) { r.Direction = 0 }, ""},
		{"direction", "up", nil, "is no direction"},
		{"boundary", "0", func(r *flow.Record) { r.Boundary = 0 }, ""},
		{"boundary", "4", nil, "from 0 to 3"},
		{"format", "NetFlow9", func(r *flow.Record) { r.Format = flow.NetFlow9 }, ""},
		{"format", "netflow12", nil, "is no format"},
		{"time_source", "sundial", nil, "is no time source"},
		{"received_at", "3", func(r *flow.Record) { r.ReceivedAt = 3_000_000 }, ""},
		{"received_at", "1970-01-01T00:00:00Z", nil, ""},
		{"started_at", "3", nil, "line 2: ends before it starts"},
		{"started_at", "1.9999999", func(r *flow.Record) { r.StartedAt = 1999 }, ""},
		{"started_at", "1e0", nil, "is not a time"},
		{"started_at", "1.", nil, "is not a time"},
		{"started_at", "123456789012", nil, "is not a time"},
		{"started_at", "1969-12-31 23:59:59", nil, "is not a time"},
		{"started_at", "2026-02-29 00:00:00", nil, "is not a time"},
		{"started_at", "2026-11-16 24:00:00", nil, "is not a time"},
		{"started_at", "2026-11-16T00:00:00.Z", nil, "is not a time"},
		{"started_at", "2026-11-16T00:00:00+08:0", nil, "is not a time"},
		{"started_at", "2026-11-16T00:00:00+25", nil, "is not a time"},
		{"started_at", "2026-11-16T00:00:00x", nil, "is not a time"},
		{"started_at", "2026-11-16", nil, "is not a time"},
		{"started_at", "1970-01-01T00:00:60Z", nil, "ends before it starts"},
		{"started_at", "", func(r *flow.Record) { r.StartedAt = 2000 }, ""},
		{"ended_at", "9999999999999.9", nil, ""},
		{"duration", "x", nil, "is not a number of seconds"},
		{"duration", "5", nil, ""},
	} {
		t.Run(tt.column+" "+tt.value[:min(len(tt.value), 30)], func(t *testing.T) {
			row := map[string]string{"started_at": "1", "ended_at": "2", "src": "10.0.0.1", "dst": "10.0.0.2"}
			row[tt.column] = tt.value
			var header, fields []string
			for name, value := range row {
				header, fields = append(header, name), append(fields, value)
			}
			got, rejected := readLog(t, strings.Join(header, ",")+"\n"+strings.Join(fields, ",")+"\n", source.LogOptions{})
			if tt.reason != "" {
				if len(got) != 0 || len(rejected) != 1 || !strings.Contains(rejected[0], tt.reason) {
					t.Fatalf("records %v, rejected %q, want a reason with %q", got, rejected, tt.reason)
				}
				return
			}
			want := record(tt.want)
			if tt.column == "ended_at" {
				want.EndedAt, want.ReceivedAt = 9999999999999, 9999999999999_900
			}
			if diff := cmp.Diff([]flow.Record{want}, got); diff != "" || rejected != nil {
				t.Error(rejected, diff)
			}
		})
	}
}

func TestCSVRejectedRows(t *testing.T) {
	const log = "first,last,src,dst,\n" +
		"1,2,10.0.0.1,10.0.0.2,\n" +
		"1,2,10.0.0.1\n" +
		"1,2,10.0.0.1,10.0.0.2,x,y\n" +
		"1,2,10.0.0.1,10.0.0.2,,,\n" +
		"\n" +
		",,10.0.0.1,10.0.0.2,\n" +
		"\"1,2,10.0.0.1,10.0.0.2,\n" +
		"\"1\"5,2,10.0.0.1,10.0.0.2,\n" +
		"Summary\n" +
		"flows,bytes,packets,avg_bps,avg_pps,avg_bpp\n" +
		"2,400,4,1,1,1\n" +
		"1,2,10.0.0.1,10.0.0.2,"
	long := strings.Repeat("x", 70_000)
	got, rejected := readLog(t, log+"\n"+long+"\n"+strings.Repeat(long, 9)+"\n1,2,10.0.0.1,10.0.0.2,\n"+long, source.LogOptions{Name: "flows.csv"})
	want := []string{
		"flows.csv: line 3: has 3 fields, but the header has 5",
		"flows.csv: line 4: has 6 fields, but the header has 5",
		"flows.csv: line 7: has neither started_at nor ended_at",
		"flows.csv: line 8: has a quoted field that does not end, or text after its end",
		"flows.csv: line 9: has a quoted field that does not end, or text after its end",
		"flows.csv: line 10: has 1 fields, but the header has 5",
		"flows.csv: line 11: has 6 fields, but the header has 5",
		"flows.csv: line 12: has 6 fields, but the header has 5",
		"flows.csv: line 14: is longer than 65536 bytes",
		"flows.csv: line 15: is longer than 65536 bytes",
		"flows.csv: line 17: is longer than 65536 bytes",
	}
	if diff := cmp.Diff(want, rejected); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]flow.Record{record(nil), record(nil), record(nil), record(nil)}, got); diff != "" {
		t.Error(diff)
	}
}

func TestCSVHeader(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"empty":           {"", "open flow log: the file is empty: it needs a header line"},
		"no names":        {"10.0.0.1,10.0.0.2,5\n", `the header lacks src, dst, started_at or ended_at; it has "10.0.0.1", "10.0.0.2", "5". The first line must name`},
		"no dst":          {"src,start\n", `the header lacks dst; it has "src", "start". `},
		"only a duration": {"src,dst,td\n", `the header lacks started_at or ended_at; it has "src", "dst", "td".`},
		"binary":          {strings.Repeat("\x00\x01\x02", 99) + "\n", `neither a capture nor text: it begins with "\x00\x01\x02\x00\x01\x02\x00\x01\x02\x00"`},
		"no line":         {strings.Repeat("x", 1<<20), "is longer than 65536 bytes"},
		"UTF-16":          {"\xff\xfes\x00r\x00c\x00", "the file is UTF-16: save it as UTF-8"},
		"stray quote":     {"\"src,dst\n", "header: has a quoted field that does not end"},
		"not gzip":        {"\x1f\x8b\x08 no", "open gzip"},
		"half a gzip":     {"\x1f\x8b\x08", "open gzip: the compressed file ends early"},
		"many columns":    {strings.Repeat("x,", 10_000), `"x". The first line`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := source.OpenLog(strings.NewReader(tt.text), source.LogOptions{})
			if err == nil || !strings.Contains(err.Error(), tt.want) || len(err.Error()) > 1500 {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}

func TestCSVTwoColumnsOfOneMeaning(t *testing.T) {
	const log = "start,src_ip,src,source,dst,td,first,src\n1,10.9.9.9,10.0.0.1,10.8.8.8,10.0.0.2,1,7,10.7.7.7\n"
	c, err := source.OpenLog(strings.NewReader(log), source.LogOptions{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := readRecords(c)
	if diff := cmp.Diff([]flow.Record{record(nil)}, got); diff != "" || err != nil {
		t.Error(err, diff)
	}
	if diff := cmp.Diff([]string{"src_ip", "source", "first", "src"}, c.Unread()); diff != "" {
		t.Error(diff)
	}
}

func TestCSVCutOffGzip(t *testing.T) {
	file := gzipped(t, []byte("first,src,dst\n"+strings.Repeat("1,10.0.0.1,10.0.0.2\n", 10_000)))
	c, err := source.OpenLog(bytes.NewReader(file[:len(file)-9]), source.LogOptions{})
	if err != nil {
		t.Fatal(err)
	}
	records, err := readRecords(c)
	if err == nil || !strings.HasPrefix(err.Error(), "read flow log, line ") || !strings.Contains(err.Error(), "ends early") ||
		!errors.Is(err, io.ErrUnexpectedEOF) || c.Rejected() != 0 {
		t.Errorf("%d records, %d rejected, error %v; want an unexpected end", len(records), c.Rejected(), err)
	}
	if _, again := c.Next(nil); again == nil || again.Error() != err.Error() {
		t.Errorf("asked again: %v", again)
	}
}

// TestCSVColumnsCoverRecord fails when a flow column has no way in.
func TestCSVColumnsCoverRecord(t *testing.T) {
	columns := map[string]bool{}
	for _, c := range source.CSVColumns {
		columns[c.Name] = true
	}
	for _, c := range flow.Columns {
		name := strings.TrimSuffix(strings.TrimSuffix(c.Name, "_hi"), "_lo")
		if !columns[name] {
			t.Errorf("flow column %s is not read", c.Name)
		}
	}
}

// FuzzCSV reads arbitrary text; no row is lost between records and rejected.
func FuzzCSV(f *testing.F) {
	f.Add("first,last,src,dst,proto,tcp_flags\n1,2,10.0.0.1,10.0.0.2,tcp,...AP.SF\nx\n")
	f.Add("ts;te;sa;da\n2026-11-16 04:00:00.5;2026-11-16T04:00:00+08:00;\"::1\";\"a\"\"b\"\n")
	f.Add("start end srcaddr dstaddr\n1 - - -\n")
	f.Add("\xef\xbb\xbfsrc\tdst\tstart\r\n\r\n1\t2\t1794801600000\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		rejected := int64(0)
		c, err := source.OpenLog(strings.NewReader(text), source.LogOptions{OnReject: func(e source.RowError) {
			rejected++
			if e.Reason == "" || e.Line < 1 || len(e.Value) > 128 {
				t.Errorf("row error %+v", e)
			}
		}})
		if err != nil {
			return
		}
		records, err := readRecords(c)
		// What is compressed, or a list of JSON objects, may end early.
		if err != nil && !strings.HasPrefix(text, "\x1f\x8b") && !strings.HasPrefix(text, "\x28\xb5\x2f\xfd") && !strings.Contains(err.Error(), "has no end") {
			t.Fatal(err)
		}
		if c.Records() != int64(len(records))+rejected || c.Rejected() != rejected {
			t.Errorf("%d rows, but %d records and %d rejected", c.Records(), len(records), rejected)
		}
		for _, r := range records {
			if r.StartedAt < 0 || r.EndedAt < r.StartedAt || r.ReceivedAt <= 0 && r.EndedAt > 0 || r.Bytes < 0 || r.Packets < 0 {
				t.Errorf("record %+v", r)
			}
		}
	})
}

// FuzzCSVLine compares the splitting of a line with encoding/csv. Where that
// takes a line, the fields must be the same: here, the one that is a name.
func FuzzCSVLine(f *testing.F) {
	f.Add(`a,b`)
	f.Add(`"a,""b",c`)
	f.Add(`"",,"x"`)
	f.Fuzz(func(t *testing.T, line string) {
		if strings.ContainsAny(line, "\r\n\x00") || strings.HasPrefix(line, "\x1f\x8b") { // no line, no text, packed
			return
		}
		r := csv.NewReader(strings.NewReader(line + ",src,dst,first\n"))
		want, err := r.Read()
		if err != nil || strings.ContainsAny(line, ";\t") {
			return
		}
		c, err := source.OpenLog(strings.NewReader("src,dst,first,"+line+"\n"), source.LogOptions{})
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		ignored := c.Unread()
		for _, name := range want[:len(want)-3] {
			if len(ignored) > 0 && ignored[0] == name || len(name) > 64 {
				ignored = ignored[min(1, len(ignored)):]
			}
		}
		if len(ignored) != 0 {
			t.Errorf("%q: encoding/csv has %q, not %q", line, want, c.Unread())
		}
	})
}
