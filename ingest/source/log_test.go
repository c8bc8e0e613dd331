package source_test

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"minewatch/ingest/flow"
	"minewatch/ingest/source"
)

// One flow, as each program writes it.
const (
	nfdump16Log = "ts,te,td,sa,da,sp,dp,pr,flg,fwd,stos,ipkt,ibyt,opkt,obyt,in,out,sas,das,smk,dmk,dtos,dir,nh,nhb,svln,dvln,ra,eng,exid,tr\n" +
		"2026-11-16 04:00:00,2026-11-16 04:01:00,60.000,10.0.0.1,10.0.0.2,50000,3333,TCP,...AP.SF,0,0,12,1234,0,0,0,0,0,0,0,0,0,-,0.0.0.0,0.0.0.0,0,0,0.0.0.0,0/0,1,1970-01-01 00:00:00.000\n"
	nfdump17Log = "firstSeen,duration,proto,srcAddr,srcPort,dstAddr,dstPort,flags,packets,bytes,flows\n" +
		"2026-11-16 04:00:00.000,60.000,TCP,10.0.0.1,50000,10.0.0.2,3333,...AP.SF,12,1234,1\n"
	nfdumpFastLog = "cnt,af,firstSeen,lastSeen,proto,srcAddr,srcPort,dstAddr,dstPort,srcAS,dstAS,input,output,flags,srcTos,packets,bytes\n" +
		"1,2,1794801600000,1794801660000,6,10.0.0.1,50000,10.0.0.2,3333,0,0,0,0,...AP.SF,0,12,1234\n"
	nfdumpJSONLog = "[\n{\n\t\"type\" : \"FLOW\",\n\t\"sampled\" : 0,\n\t\"export_sysid\" : 1,\n\t\"first\" : \"2026-11-16T04:00:00.000\",\n\t\"last\" : \"2026-11-16T04:01:00.000\",\n" +
		"\t\"in_packets\" : 12,\n\t\"in_bytes\" : 1234,\n\t\"proto\" : 6,\n\t\"tcp_flags\" : \"...AP.SF\",\n\t\"src_port\" : 50000,\n\t\"dst_port\" : 3333,\n" +
		"\t\"src4_addr\" : \"10.0.0.1\",\n\t\"dst4_addr\" : \"10.0.0.2\",\n\t\"direction\" : 0,\n\t\"label\" : \"<none>\"\n}\n]\n"
	goflow2Log = `{"type":"IPFIX","time_received_ns":1794801660000000000,"sequence_num":1,"sampling_rate":0,"sampler_address":"","time_flow_start_ns":1794801600000000000,` +
		`"time_flow_end_ns":1794801660000000000,"bytes":1234,"packets":12,"src_addr":"10.0.0.1","dst_addr":"10.0.0.2","etype":"IPv4","proto":"TCP","src_port":50000,"dst_port":3333,` +
		`"tcp_flags":27,"icmp_type":0,"icmp_code":0,"next_hop":"","as_path":[],"layer_stack":[]}` + "\n"
	zeekLog = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n#open\t2026-11-16-04-02-00\n" +
		"#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\tlocal_orig\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\ttunnel_parents\n" +
		"#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring\tbool\tstring\tcount\tcount\tcount\tcount\tset[string]\n" +
		"1794801600.000000\tCtest\t10.0.0.1\t50000\t10.0.0.2\t3333\ttcp\t-\t60.000000\t600\t-\tS0\tT\tSADF\t12\t1234\t0\t0\t(empty)\n#close\t2026-11-16-04-03-00\n"
	zeekJSONLog = `{"ts":1794801600.000000,"uid":"Ctest","id.orig_h":"10.0.0.1","id.orig_p":50000,"id.resp_h":"10.0.0.2","id.resp_p":3333,"proto":"tcp","duration":60.0,` +
		`"orig_bytes":600,"conn_state":"S0","local_orig":true,"history":"SADF","orig_pkts":12,"orig_ip_bytes":1234,"resp_pkts":0,"resp_ip_bytes":0,"tunnel_parents":[]}` + "\n"
	vpcLog = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status tcp-flags\n" +
		"3 123456789010 - 10.0.0.1 10.0.0.2 50000 3333 6 12 1234 1794801600 1794801660 ACCEPT OK 27\n"
	eveLog = `{"timestamp":"2026-11-16T12:01:00.000000+0800","flow_id":586497171462735,"in_iface":"eth0","event_type":"flow","src_ip":"10.0.0.1","src_port":50000,"dest_ip":"10.0.0.2",` +
		`"dest_port":3333,"proto":"TCP","flow":{"pkts_toserver":12,"pkts_toclient":0,"bytes_toserver":1234,"bytes_toclient":0,"start":"2026-11-16T12:00:00.000000+0800",` +
		`"end":"2026-11-16T12:01:00.000000+0800","age":60,"state":"new","reason":"unknown","alerted":false},"tcp":{"tcp_flags":"1b","tcp_flags_ts":"1b","tcp_flags_tc":"00","syn":true}}` + "\n"
)

// sampleLogs is a log of each format, with what is told differently of the
// flow.
var sampleLogs = map[string]struct {
	text   string
	change func(*flow.Record)
}{
	"nfdump 1.6":    {nfdump16Log, func(r *flow.Record) { r.Format = flow.NFDump }},
	"nfdump 1.7":    {nfdump17Log, func(r *flow.Record) { r.Format = flow.NFDump }},
	"nfdump fast":   {nfdumpFastLog, func(r *flow.Record) { r.Format = flow.NFDump }},
	"nfdump JSON":   {nfdumpJSONLog, func(r *flow.Record) { r.Format = flow.NFDump }},
	"nfdump ndjson": {ndjson(nfdumpJSONLog), func(r *flow.Record) { r.Format = flow.NFDump }},
	"goflow2":       {goflow2Log, func(r *flow.Record) { r.Format = flow.GoFlow2 }},
	"Zeek":          {zeekLog, func(r *flow.Record) { r.Format, r.SamplingRate, r.TCPFlags = flow.Zeek, 1, 0x13 }}, // PSH is not told
	"Zeek JSON":     {zeekJSONLog, func(r *flow.Record) { r.Format, r.SamplingRate, r.TCPFlags = flow.Zeek, 1, 0x13 }},
	"VPC":           {vpcLog, func(r *flow.Record) { r.Format, r.SamplingRate = flow.VPC, 1 }},
	"EVE":           {eveLog, func(r *flow.Record) { r.Format, r.SamplingRate = flow.EVE, 1 }},
}

// ndjson is a list of objects as one line each.
func ndjson(list string) string {
	list = strings.NewReplacer("\n", "", "\t", "", " : ", ":").Replace(list)
	return strings.Trim(list, "[]") + "\n"
}

func zstandard(t *testing.T, content []byte) []byte {
	t.Helper()
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return z.EncodeAll(content, nil)
}

// TestLogs reads one flow as every program writes it, told by content alone.
func TestLogs(t *testing.T) {
	for name, log := range sampleLogs {
		want := record(func(r *flow.Record) {
			r.StartedAt, r.EndedAt, r.ReceivedAt = millis("2026-11-16T04:00:00Z"), millis("2026-11-16T04:01:00Z"), millis("2026-11-16T04:01:00Z")*1000
			r.SrcPort, r.DstPort, r.Proto, r.TCPFlags, r.Bytes, r.Packets = 50000, 3333, 6, 0x1b, 1234, 12
			log.change(r)
		})
		t.Run(name, func(t *testing.T) {
			for compression, file := range map[string][]byte{
				"plain": []byte(log.text), "gzip": gzipped(t, []byte(log.text)), "zstd": zstandard(t, []byte(log.text)),
				"CRLF": []byte(strings.ReplaceAll(log.text, "\n", "\r\n")), "no last end": []byte(strings.TrimSuffix(log.text, "\n")), "byte order mark": []byte("\xef\xbb\xbf" + log.text),
			} {
				format, err := source.Detect(bytes.NewReader(file))
				if err != nil || format != string(want.Format) {
					t.Errorf("%s: detected as %s, error %v", compression, format, err)
				}
				got, rejected := readLog(t, string(file), source.LogOptions{})
				if diff := cmp.Diff([]flow.Record{want}, got); diff != "" || rejected != nil {
					t.Errorf("%s: %v %s", compression, rejected, diff)
				}
			}
		})
	}
}

func TestDetect(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "csv",
		"src,dst\n":                 "csv",
		"\x1f\x8b\x08":              "csv",
		"\x28\xb5\x2f\xfd":          "csv",
		"\xa1\xb2\xc3\xd4":          source.FormatCapture,
		"[\nNo matching flows\n]\n": "nfdump",
		"[\n]\n":                    "nfdump",
		"{}":                        "csv",
		"2 unknown eni-1 - - - - - - - 1794801600 1794801660 - NODATA\n":                                    "vpc",
		"2026-11-16T04:00:00.000Z 2 1 eni-1 10.0.0.1 10.0.0.2 1 2 6 1 40 1794801600 1794801660 REJECT OK\n": "vpc",
		"2 1 eni-1 10.0.0.1 10.0.0.2 1 2 6 1 40 1794801600 1794801660 ACCEPT WELL\n":                        "csv",
		"start end src dst\n": "csv",
		"{\"event_type\":\"stats\",\"stats\":" + strings.Repeat("{\"a\":", 20000): "eve",
	} {
		if got, err := source.Detect(strings.NewReader(text)); got != want || err != nil {
			t.Errorf("Detect(%.80q) = %v, %v, want %s", text, got, err, want)
		}
	}
	for _, text := range []string{"\x0c\xa5\x02\x00", "\xa5\x0c\x00\x02"} {
		if _, err := source.Detect(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), "nfdump -r FILE -o json") {
			t.Errorf("Detect(%q): %v, want how to convert it", text, err)
		}
	}
}

// TestNFDumpText: what nfdump prints for people is told as such, with what to
// export instead (the lines are nfdump 1.7.1's).
func TestNFDumpText(t *testing.T) {
	for _, text := range []string{
		"Date first seen             Duration     Proto      Src IP Addr:Port          Dst IP Addr:Port     Flags Tos  Packets    Bytes Flows\n",
		"Event time               Event  XEvent Proto      Src IP Addr:Port          Dst IP Addr:Port     X-Src IP Addr:Port\n",
		"2026-11-24 06:26:42.246     00:00:00.000 UDP  10.5.5.1:39202 -> 8.8.4.4:53    ........   0        1       64     1\n",
		"2026-11-24 06:26:42,2026-11-24 06:26:42,0.000,10.5.5.1,8.8.4.4,39202,53,UDP,........,0,0,1,64,0,0,0,0\n",
		"2026-11-24 06:26:42.123,0.000,UDP,10.5.5.1,39202,8.8.4.4,53,........,1,64,1\n",
		"Top 10 Src IP Addr ordered by bytes:\nDate first seen                 Duration Proto\n",
		"ts,te,td,pr,val,fl,flP,pkt,pktP,byt,bytP,pps,bps,bpp\n",
	} {
		_, err := source.OpenLog(strings.NewReader(text), source.LogOptions{})
		if err == nil || !strings.Contains(err.Error(), "export with nfdump -o json or -o csv") {
			t.Errorf("%q: %v", text, err)
		}
	}
	_, err := source.OpenLog(strings.NewReader("Date,src,dst\n"), source.LogOptions{})
	if err == nil || strings.Contains(err.Error(), "nfdump") {
		t.Errorf("another table: %v", err)
	}
}

// TestUnknownJSON: JSON that is no flow log is told as such, not as a bad CSV.
func TestUnknownJSON(t *testing.T) {
	for _, text := range []string{`{"a":1}` + "\n", "[{\"TimeFlowStart\":1,\n\"SrcAddr\":2}]", " {\n"} {
		_, err := source.OpenLog(strings.NewReader(text), source.LogOptions{})
		if err == nil || !strings.Contains(err.Error(), "JSON of no log that is read: nfdump -o json") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestLogSampling: what a line does not say of sampling depends on who saw the
// packets, unless the user says it.
func TestLogSampling(t *testing.T) {
	for name, log := range sampleLogs {
		for _, o := range []source.LogOptions{{SamplingDefault: 500}, {SamplingDefault: 500, SamplingRate: 1000}} {
			want := o.SamplingDefault
			switch r := record(log.change); {
			case o.SamplingRate > 0:
				want = o.SamplingRate
			case r.SamplingRate == 1:
				want = 1
			}
			got, rejected := readLog(t, log.text, o)
			if rejected != nil || got[0].SamplingRate != want {
				t.Errorf("%s with %+v: %d, want %d", name, o, got[0].SamplingRate, want)
			}
		}
	}
}

// passed are the lines of a log that hold no flow, with the fields not read.
func passed(t *testing.T, text string) (map[string]int64, []string) {
	t.Helper()
	l, err := source.OpenLog(strings.NewReader(text), source.LogOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readRecords(l); err != nil {
		t.Fatal(err)
	}
	return l.Passed(), l.Unread()
}

func TestLogUnread(t *testing.T) {
	for name, want := range map[string][]string{
		"nfdump 1.7":  {"flows"},
		"nfdump JSON": {"export_sysid", "label"},
		"goflow2":     {"as_path", "layer_stack", "next_hop", "sequence_num"},
		"Zeek":        {"local_orig", "service", "tunnel_parents", "uid"},
		"Zeek JSON":   {"local_orig", "tunnel_parents", "uid"},
		"VPC":         {"account-id", "action", "version"},
		"EVE":         {"flow.age", "flow.alerted", "flow.state", "flow_id", "in_iface", "tcp.syn"},
	} {
		text := sampleLogs[name].text
		_, got := passed(t, text)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// fuzzLog reads arbitrary text as the format of the samples: no line is lost
// between records, refused lines and those without a flow, and nothing that is
// impossible comes out.
func fuzzLog(f *testing.F, samples ...string) {
	f.Helper()
	for _, name := range samples {
		f.Add(sampleLogs[name].text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rejected := int64(0)
		l, err := source.OpenLog(strings.NewReader(text), source.LogOptions{OnReject: func(e source.RowError) {
			rejected++
			if e.Reason == "" || e.Line < 1 || len(e.Value) > 128 {
				t.Errorf("row error %+v", e)
			}
		}})
		if err != nil {
			return
		}
		records, err := readRecords(l)
		compressed := strings.HasPrefix(text, "\x1f\x8b") || strings.HasPrefix(text, "\x28\xb5\x2f\xfd")
		if err != nil && !compressed && !strings.Contains(err.Error(), "has no end") {
			t.Fatal(err)
		}
		if l.Records() != int64(len(records))+rejected || l.Rejected() != rejected {
			t.Errorf("%d read, but %d records and %d rejected", l.Records(), len(records), rejected)
		}
		if n := len(slices.Collect(maps.Keys(l.Passed()))); n > 65 {
			t.Errorf("%d kinds of lines without a flow", n)
		}
		for _, r := range records {
			if r.StartedAt < 0 || r.EndedAt < r.StartedAt || r.ReceivedAt <= 0 && r.EndedAt > 0 || r.Bytes < 0 || r.Packets < 0 ||
				r.SrcPort < 0 || r.SrcPort > 65535 || r.DstPort < 0 || r.DstPort > 65535 || r.Proto < 0 || r.Proto > 255 || r.TCPFlags < 0 {
				t.Errorf("record %+v", r)
			}
		}
	})
}

func FuzzNFDump(f *testing.F)     { fuzzLog(f, "nfdump 1.6", "nfdump 1.7") }
func FuzzNFDumpJSON(f *testing.F) { fuzzLog(f, "nfdump JSON", "nfdump ndjson") }
func FuzzGoFlow2(f *testing.F)    { fuzzLog(f, "goflow2") }
func FuzzZeek(f *testing.F)       { fuzzLog(f, "Zeek") }
func FuzzZeekJSON(f *testing.F)   { fuzzLog(f, "Zeek JSON") }
func FuzzVPC(f *testing.F)        { fuzzLog(f, "VPC") }
func FuzzEVE(f *testing.F)        { fuzzLog(f, "EVE") }

// TestLogReadsOn: a reader that fails is an error that says where, and again.
func TestLogReadsOn(t *testing.T) {
	broken := errors.New("disk on fire")
	for name, log := range sampleLogs {
		l, err := source.OpenLog(io.MultiReader(strings.NewReader(log.text), iotest.ErrReader(broken)), source.LogOptions{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		records, err := readRecords(l)
		if !errors.Is(err, broken) || !strings.Contains(err.Error(), "read flow log, line ") || len(records) != 1 {
			t.Errorf("%s: %d records, %v", name, len(records), err)
		}
	}
}
