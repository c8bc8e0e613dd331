package source_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"minewatch/ingest/flow"
	"minewatch/ingest/source"
)

// brief is what the tests of single formats look at.
func brief(records []flow.Record) []string {
	var lines []string
	for i := range records {
		r := &records[i]
		lines = append(lines, strings.Join([]string{
			r.Src.String(), strconv.Itoa(int(r.SrcPort)), r.Dst.String(), strconv.Itoa(int(r.DstPort)), strconv.Itoa(int(r.Proto)),
			strconv.FormatInt(r.Packets, 10), strconv.FormatInt(r.Bytes, 10), "0x" + strconv.FormatInt(int64(r.TCPFlags), 16), strconv.FormatInt(r.StartedAt, 10), strconv.FormatInt(r.EndedAt, 10), r.Exporter,
		}, " "))
	}
	return lines
}

func checkLog(t *testing.T, text string, want, wantRejected []string, wantPassed map[string]int64) []flow.Record {
	t.Helper()
	records, rejected := readLog(t, text, source.LogOptions{})
	if diff := cmp.Diff(want, brief(records)); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(wantRejected, rejected); diff != "" {
		t.Errorf("rejected (-want +got):\n%s", diff)
	}
	got, _ := passed(t, text)
	if wantPassed == nil {
		wantPassed = map[string]int64{}
	}
	if diff := cmp.Diff(wantPassed, got); diff != "" {
		t.Errorf("lines without a flow (-want +got):\n%s", diff)
	}
	return records
}

const (
	zeekFields = "#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tduration\torig_bytes\tresp_bytes\tconn_state\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\tip_proto\n"
	zeekHeader = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n" + zeekFields
)

// TestZeek reads connections as two flows, and what is not one as none. The
// lines follow docs.zeek.org, "conn.log" and base/protocols/conn/main.zeek.
func TestZeek(t *testing.T) {
	log := zeekHeader + strings.ReplaceAll(
		"100.5 10.0.0.1 50000 192.0.2.80 3333 tcp 10.25 200 300 SF ShADadFfR 10 728 8 720 6\n"+ // both ways
			"100.5 10.0.0.1 50000 192.0.2.80 3333 tcp - - - S0 S 1 60 0 0 6\n"+ // no answer
			"100.5 10.0.0.1 50000 192.0.2.80 3333 tcp 1 0 5 OTH ^d 0 0 1 45 6\n"+ // only the answer was seen
			"100.5 10.0.0.1 40001 192.0.2.53 53 udp 9.5367431640625e-7 20 40 SF Dd - - - - 17\n"+ // packets not counted
			"100.5 10.0.0.1 8 192.0.2.1 0 icmp 1.0 56 56 OTH - 1 84 1 84 1\n"+ // echo and its reply
			"100.5 10.0.0.1 3 192.0.2.1 1 icmp - - - OTH - 1 68 0 0 1\n"+ // host unreachable
			"100.5 2001:db8::1 128 2001:db8::2 129 icmp 1.0 56 56 OTH - 1 104 1 104 58\n"+
			"100.5 10.0.0.1 0 192.0.2.1 0 unknown_transport - - - OTH - 3 300 0 0 47\n"+
			"100.5 10.0.0.1 1 192.0.2.1 2 tcp - - - OTH - 0 0 0 0 6\n"+
			"100.5 ten 1 192.0.2.1 2 tcp - - - OTH - 1 40 0 0 6\n"+
			"100.5 10.0.0.1 1 192.0.2.1\n", " ", "\t") +
		"#close\t2026-11-16-05-00-00\n" +
		"#path\tdns\n#fields\tts\tquery\n1\tx\n" + // another log behind it
		"#path\tconn\n#fields\tts\tid.resp_h\tid.orig_h\torig_pkts\n1\t192.0.2.1\t10.0.0.9\t1\n"
	checkLog(t, log, []string{
		"10.0.0.1 50000 192.0.2.80 3333 6 10 728 0x17 100500 110750 ",
		"192.0.2.80 3333 10.0.0.1 50000 6 8 720 0x13 100500 110750 ",
		"10.0.0.1 50000 192.0.2.80 3333 6 1 60 0x2 100500 100500 ",
		"192.0.2.80 3333 10.0.0.1 50000 6 1 45 0x10 100500 101500 ",
		"10.0.0.1 40001 192.0.2.53 53 17 0 20 0x0 100500 100500 ",
		"192.0.2.53 53 10.0.0.1 40001 17 0 40 0x0 100500 100500 ",
		"10.0.0.1 0 192.0.2.1 2048 1 1 84 0x0 100500 101500 ",
		"192.0.2.1 0 10.0.0.1 0 1 1 84 0x0 100500 101500 ",
		"10.0.0.1 0 192.0.2.1 769 1 1 68 0x0 100500 100500 ",
		"2001:db8::1 0 2001:db8::2 32768 58 1 104 0x0 100500 101500 ",
		"2001:db8::2 0 2001:db8::1 33024 58 1 104 0x0 100500 101500 ",
		"10.0.0.1 0 192.0.2.1 0 47 3 300 0x0 100500 100500 ",
		"10.0.0.9 0 192.0.2.1 0 0 1 0 0x0 1000 1000 ",
	}, []string{
		"line 15: has no packets in either direction",
		`line 16: id.orig_h "ten" is not an IP address`,
		"line 17: has 4 fields, but the header has 16",
	}, map[string]int64{"dns": 1})

	for text, want := range map[string]string{
		strings.Replace(zeekHeader, "\tconn\n", "\tdns\n", 1): "the file is Zeek's dns.log; flows are in conn.log",
		strings.Replace(zeekHeader, "id.orig_h", "orig", 1):   "lacks id.orig_h",
		"#separator \\x09\n": "the line #fields is missing",
		"#separator tab\n":   `#separator "tab" is not one byte`,
	} {
		if _, err := source.OpenLog(strings.NewReader(text), source.LogOptions{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: error %v, want %q", text, err, want)
		}
	}
}

func TestZeekJSON(t *testing.T) {
	checkLog(t, `{"_path":"conn","_system_name":"sensor-1","ts":"2026-11-16T04:00:00.25Z","id.orig_h":"10.0.0.1","id.orig_p":50000,"id.resp_h":"192.0.2.80","id.resp_p":3333,"proto":"tcp","duration":1.5,"orig_bytes":1,"resp_bytes":2,"history":"ShAdDa","orig_pkts":5,"orig_ip_bytes":300,"resp_pkts":4,"resp_ip_bytes":400}
{"_path":"dns","ts":1.0,"id.orig_h":"10.0.0.1","id.resp_h":"192.0.2.53","query":"x"}
{"ts":1.0,"id.orig_h":"10.0.0.1","id.resp_h":"192.0.2.53","query":"x"}
{"ts":1.0,"id":{"orig_h":"10.0.0.1","resp_h":"192.0.2.53"},"orig_pkts":1,"resp_pkts":null}
not JSON
{"ts":1.0,"id.orig_h":"10.0.0.1"
{"ts":1.0,"id.orig_h":"10.0.0.1" "id.resp_h":"192.0.2.53"}
`, []string{
		"10.0.0.1 50000 192.0.2.80 3333 6 5 300 0x12 1794801600250 1794801601750 sensor-1",
		"192.0.2.80 3333 10.0.0.1 50000 6 4 400 0x12 1794801600250 1794801601750 sensor-1",
		"10.0.0.1 0 192.0.2.53 0 0 1 0 0x0 1000 1000 ",
	}, []string{
		"line 3: is no connection: it has neither conn_state nor orig_pkts",
		"line 5: is no JSON object",
		"line 6: is no JSON object",
		"line 7: is no valid JSON",
	}, map[string]int64{"dns": 1})
}

// TestVPC reads what the VPC User Guide says of versions 2 to 5.
func TestVPC(t *testing.T) {
	// Through a NAT gateway: its addresses are the packets' own only on one side.
	checkLog(t, `instance-id interface-id srcaddr dstaddr pkt-srcaddr pkt-dstaddr srcport dstport protocol tcp-flags packets bytes start end flow-direction action log-status type
i-1 eni-1 10.0.1.5 10.0.0.220 10.0.1.5 203.0.113.5 40000 3333 6 19 20 1200 100 160 egress ACCEPT OK IPv4
- eni-2 10.0.0.220 10.0.1.5 203.0.113.5 10.0.1.5 3333 40000 6 18 10 900 100 160 ingress ACCEPT OK IPv4
- eni-2 203.0.113.9 10.0.1.5 203.0.113.9 10.0.1.5 1 22 6 2 1 40 100 160 ingress REJECT OK IPv4
- eni-2 - - - - - - - - - - 100 160 - - NODATA -
- eni-2 - - - - - - - - - - 100 160 - - SKIPDATA -
instance-id interface-id srcaddr dstaddr pkt-srcaddr pkt-dstaddr srcport dstport protocol tcp-flags packets bytes start end flow-direction action log-status type
- eni-2 - - - - - - - - - - 100 160 - - OK -
`, []string{
		"10.0.1.5 40000 203.0.113.5 3333 6 20 1200 0x13 100000 160000 eni-1",
		"203.0.113.5 3333 10.0.1.5 40000 6 10 900 0x12 100000 160000 eni-2",
		"203.0.113.9 1 10.0.1.5 22 6 1 40 0x2 100000 160000 eni-2",
	}, []string{"line 8: has no src"}, map[string]int64{"NODATA": 1, "SKIPDATA": 1})

	// The default format without a header, as it is, and behind CloudWatch's time stamps.
	want := []string{
		"10.0.1.5 40000 203.0.113.5 3333 6 20 1200 0x0 100000 160000 eni-1",
		"2001:db8::1 0 2001:db8::2 0 58 1 104 0x0 100000 160000 eni-1",
	}
	const bare = "2 1 eni-1 10.0.1.5 203.0.113.5 40000 3333 6 20 1200 100 160 ACCEPT OK\n" +
		"2 1 eni-1 2001:db8::1 2001:db8::2 0 0 58 1 104 100 160 ACCEPT OK\n2 1 eni-1 - - - - - - - 100 160 - NODATA\n2 1 eni-1\n"
	checkLog(t, bare, want, []string{"line 4: has 3 fields, but the header has 14"}, map[string]int64{"NODATA": 1})
	stamped := strings.ReplaceAll(bare, "2 1 eni", "2026-11-16T04:00:00.000Z 2 1 eni")
	checkLog(t, stamped, want, []string{"line 4: has 3 fields, but the header has 14"}, map[string]int64{"NODATA": 1})

	for header, want := range map[string]string{
		"version interface-id srcaddr start\n":           "lacks an address",
		"version interface-id srcaddr pkt-dstaddr vpc\n": "lacks the time",
	} {
		if _, err := source.OpenLog(strings.NewReader(header), source.LogOptions{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", header, err, want)
		}
	}
}

// TestEVE reads flow events as two flows; what they hold docs.suricata.io,
// "Eve JSON Format", says.
func TestEVE(t *testing.T) {
	const times = `"start":"1970-01-01T00:01:40.500000+0000","end":"1970-01-01T00:01:50.750000+0000"`
	records := checkLog(t, `{"timestamp":"1970-01-01T00:01:41.000000+0000","event_type":"alert","src_ip":"10.0.0.1","dest_ip":"192.0.2.80","flow":{"pkts_toserver":3,"start":"x"}}
{"timestamp":"1970-01-01T00:02:00.000000+0000","event_type":"flow","host":"sensor-1","src_ip":"10.0.0.1","src_port":50000,"dest_ip":"192.0.2.80","dest_port":3333,"proto":"TCP","flow":{"pkts_toserver":10,"pkts_toclient":8,"bytes_toserver":868,"bytes_toclient":832,`+times+`,"reason":"timeout"},"tcp":{"tcp_flags":"1f","tcp_flags_ts":"1f","tcp_flags_tc":"1b"}}
{"event_type":"flow","src_ip":"10.0.0.1","dest_ip":"192.0.2.1","proto":"ICMP","icmp_type":8,"icmp_code":0,"response_icmp_type":0,"response_icmp_code":0,"flow":{"pkts_toserver":1,"pkts_toclient":1,"bytes_toserver":98,"bytes_toclient":98,`+times+`}}
{"event_type":"flow","src_ip":"2001:db8::1","dest_ip":"2001:db8::2","proto":"IPv6-ICMP","icmp_type":128,"icmp_code":0,"response_icmp_type":129,"response_icmp_code":0,"flow":{"pkts_toserver":1,"pkts_toclient":1,"bytes_toserver":98,"bytes_toclient":98,`+times+`}}
{"event_type":"netflow","src_ip":"10.0.0.1","dest_ip":"192.0.2.80","proto":"TCP","netflow":{"pkts":10,"bytes":868,`+times+`},"tcp":{"tcp_flags":"1f"}}
{"event_type":"flow","src_ip":"10.0.0.1","dest_ip":"192.0.2.80","proto":"UDP","flow":{"pkts_toserver":0,"pkts_toclient":0,`+times+`}}
{"event_type":"flow","src_ip":"10.0.0.1","dest_ip":"192.0.2.80","proto":"TCP","flow":{"pkts_toserver":-1,`+times+`}}
{"src_ip":"10.0.0.1"}
`, []string{
		"10.0.0.1 50000 192.0.2.80 3333 6 10 868 0x1f 100500 110750 sensor-1",
		"192.0.2.80 3333 10.0.0.1 50000 6 8 832 0x1b 100500 110750 sensor-1",
		"10.0.0.1 0 192.0.2.1 2048 1 1 98 0x0 100500 110750 ",
		"192.0.2.1 0 10.0.0.1 0 1 1 98 0x0 100500 110750 ",
		"2001:db8::1 0 2001:db8::2 32768 58 1 98 0x0 100500 110750 ",
		"2001:db8::2 0 2001:db8::1 33024 58 1 98 0x0 100500 110750 ",
	}, []string{
		"line 6: has no packets in either direction",
		`line 7: flow.pkts_toserver "-1" is not a whole number from 0 to 9223372036854775807`,
		"line 8: has no event_type",
	}, map[string]int64{"alert": 1, "netflow, beside flow events of the same packets": 1})
	if r := records[1]; r.ReceivedAt != 120_000_000 || r.EndReason != 1 || records[2].EndReason != flow.Null || records[2].ReceivedAt != 110_750_000 {
		t.Errorf("received %d, end reasons %d, %d", r.ReceivedAt, r.EndReason, records[2].EndReason)
	}

	// Netflow events alone are flows of one direction.
	checkLog(t, `{"event_type":"netflow","src_ip":"10.0.0.1","src_port":50000,"dest_ip":"192.0.2.80","dest_port":3333,"proto":"TCP","netflow":{"pkts":10,"bytes":868,`+times+`},"tcp":{"tcp_flags":"1f"}}
{"event_type":"flow","src_ip":"10.0.0.1","dest_ip":"192.0.2.80","proto":"UDP","flow":{"pkts_toserver":1,`+times+`}}
`, []string{"10.0.0.1 50000 192.0.2.80 3333 6 10 868 0x1f 100500 110750 "}, nil,
		map[string]int64{"flow, beside netflow events of the same packets": 1})
}

// TestNFDump reads what nfdump's table has beside the usual flow.
func TestNFDump(t *testing.T) {
	const header = "ts,te,td,sa,da,sp,dp,pr,flg,ipkt,ibyt,dir,ra,tr\n"
	records := checkLog(t, header+
		"1970-01-01 00:01:40,1970-01-01 00:01:50,10.25,10.0.0.1,192.0.2.1,0,8.0,ICMP,........,1,84,1,192.0.2.254,1970-01-01 00:02:00.125\n"+ // 1.6
		"1970-01-01 00:01:40,1970-01-01 00:01:50,10.25,10.0.0.1,192.0.2.1,0,771,ICMP,........,1,84,0,192.0.2.254,1970-01-01 00:02:00.125\n"+ // 1.7
		"1970-01-01 00:01:40,1970-01-01 00:01:39,18446744073709552.000,10.0.0.1,192.0.2.1,0,771,ICMP,........,1,84,0,192.0.2.254,-\n"+
		"1970-01-01 00:01:40,1970-01-01 00:01:50,10.25,10.0.0.1,192.0.2.1,0,8.256,ICMP,........,1,84,0,192.0.2.254,-\n"+
		"Summary\nflows,bytes,packets,avg_bps,avg_pps,avg_bpp\n2,168,2,0,0,84\n"+
		header+"No matching flows\nSummary\nflows,bytes,packets,avg_bps,avg_pps,avg_bpp\n0,0,0,0,0,0\n"+
		header+"1970-01-01 00:01:40,1970-01-01 00:01:50,10.25,10.0.0.1,192.0.2.1,1,2,GRE,........,1,84,0,0.0.0.0,-\n",
		[]string{
			"10.0.0.1 0 192.0.2.1 2048 1 1 84 0x0 100000 110000 192.0.2.254",
			"10.0.0.1 0 192.0.2.1 771 1 1 84 0x0 100000 110000 192.0.2.254",
			"10.0.0.1 0 192.0.2.1 771 1 1 84 0x0 99000 100000 192.0.2.254", // first and last the wrong way round
			"10.0.0.1 1 192.0.2.1 2 47 1 84 0x0 100000 110000 ",
		}, []string{
			`line 5: dp "8.256" is neither a port nor ICMP's type and code`,
		}, map[string]int64{"No matching flows": 1})
	if records[0].Direction != 1 || records[1].Direction != flow.Null || records[0].ReceivedAt != 120_125_000 {
		t.Errorf("directions %d, %d, received %d", records[0].Direction, records[1].Direction, records[0].ReceivedAt)
	}
}

// TestNFDumpSwapped: what nfcapd has of softflowd's IPFIX has first and last
// the wrong way round; more than half the cycle of an uptime apart they are
// not taken for that, and of no other log.
func TestNFDumpSwapped(t *testing.T) {
	const flow = `"export_sysid":1,"src4_addr":"10.0.0.1","dst4_addr":"192.0.2.1","in_packets":1,"in_bytes":60,"proto":6`
	checkLog(t, `{`+flow+`,"first":"1970-01-01T00:01:50.750","last":"1970-01-01T00:01:40.500"}
{`+flow+`,"first":"1970-02-20T00:01:50.750","last":"1970-01-01T10:01:40.500"}
`, []string{"10.0.0.1 0 192.0.2.1 0 6 1 60 0x0 100500 110750 "}, []string{"line 2: ends before it starts"}, nil)

	// Without a last, the duration says it, rounded.
	checkLog(t, "firstSeen,duration,proto,srcAddr,srcPort,dstAddr,dstPort,packets,bytes\n"+
		"1970-01-01 00:01:50.750,18446744073709544.000,TCP,10.0.0.1,1,192.0.2.1,2,1,60\n"+
		"1970-01-01 00:01:50.750,18446744073709552.000,TCP,10.0.0.1,1,192.0.2.1,2,1,60\n"+
		"1970-01-01 00:01:50.750,9446744073709552.000,TCP,10.0.0.1,1,192.0.2.1,2,1,60\n",
		[]string{"10.0.0.1 1 192.0.2.1 2 6 1 60 0x0 103750 110750 ", "10.0.0.1 1 192.0.2.1 2 6 1 60 0x0 110750 110750 "},
		[]string{`line 4: duration "9446744073709552.000" is not a number of seconds`}, nil)

	checkLog(t, "src,dst,start,end,format\n10.0.0.1,192.0.2.1,1970-01-01 00:01:50,1970-01-01 00:01:40,nfdump\n",
		nil, []string{"line 2: ends before it starts"}, nil)
}

func TestNFDumpJSON(t *testing.T) {
	records := checkLog(t, `[
{"type":"FLOW","sampled":1,"export_sysid":1,"first":"1970-01-01T00:01:40.500","last":"1970-01-01T00:01:50.750","received":"1970-01-01T00:02:00.125","in_packets":1000,"in_bytes":52000,"proto":1,"icmp_type":3,"icmp_code":3,"src4_addr":"10.0.0.1","dst4_addr":"192.0.2.1","src4_xlt_ip":"203.0.113.7","src_xlt_port":"1024","input_snmp":1,"output_snmp":2,"src_as":64512,"dst_as":64513,"direction":1,"ip4_router":"192.0.2.254"},
{"type":"EVENT","sampled":0,"export_sysid":1,"first":"1970-01-01T00:00:00.000","nat_event":"ADD"}
,
{"type":"FLOW","sampled":0,"t_first":"1970-01-01T00:01:40.5","t_last":"1970-01-01T00:01:50.75","in_packets":1,"in_bytes":52,"proto":17,
 "src_port":1,"dst_port":2,"src6_addr":"2001:db8::1","dst6_addr":"2001:db8::2","ip6_router":"2001:db8::fe"}
]
`, []string{
		"10.0.0.1 0 192.0.2.1 771 1 1000 52000 0x0 100500 110750 192.0.2.254",
		"2001:db8::1 1 2001:db8::2 2 17 1 52 0x0 100005 110075 2001:db8::fe",
	}, nil, map[string]int64{"EVENT": 1})
	r := records[0]
	if r.SamplingRate != 1 || records[1].SamplingRate != 0 {
		t.Errorf("sampling rates %d, %d: nfcapd has multiplied the first", r.SamplingRate, records[1].SamplingRate)
	}
	if !r.HasNATSrc || r.NATSrc != addr("203.0.113.7") || r.NATSrcPort != 1024 || r.InIf != 1 || r.OutIf != 2 || r.SrcAS != 64512 || r.DstAS != 64513 || r.Direction != 1 {
		t.Errorf("record %+v", r)
	}
	checkLog(t, "[\nNo matching flows\n]\n", nil, nil, map[string]int64{"No matching flows": 1})
}

func TestGoFlow2(t *testing.T) {
	records := checkLog(t, `{"type":"SFLOW_5","time_received_ns":100500000000,"sampling_rate":1000,"sampler_address":"192.0.2.254","time_flow_start_ns":100500000000,"time_flow_end_ns":100500000000,"bytes":123,"packets":1,"src_addr":"10.0.0.1","dst_addr":"192.0.2.1","etype":"IPv4","proto":"ICMP","src_port":0,"dst_port":0,"tcp_flags":0,"icmp_type":8,"icmp_code":0,"in_if":1,"out_if":2,"src_as":64512,"dst_as":64513,"observation_domain_id":7}
{"type":"SFLOW_5","time_received_ns":1,"sampler_address":"192.0.2.254","time_flow_start_ns":1,"time_flow_end_ns":1,"src_addr":"","dst_addr":"","etype":"ARP","proto":"HOPOPT"}
{"type":"NETFLOW_V9","time_received_ns":100500000001,"sampler_address":"192.0.2.254","time_flow_start_ns":0,"time_flow_end_ns":100500000001,"src_addr":"10.0.0.1","dst_addr":"192.0.2.1","etype":"IPv4","proto":"IPIP"}
{"type":"NETFLOW_V9","time_received_ns":100500000001,"sampler_address":"192.0.2.254","time_flow_start_ns":0,"time_flow_end_ns":0,"src_addr":"10.0.0.1","dst_addr":"192.0.2.1","etype":"IPv4","proto":"unassigned"}
`, []string{
		"10.0.0.1 0 192.0.2.1 2048 1 1 123 0x0 100500 100500 192.0.2.254",
		"10.0.0.1 0 192.0.2.1 0 94 0 0 0x0 100500 100500 192.0.2.254",
	}, []string{
		`line 4: proto "unassigned" is no protocol: a number from 0 to 255, or a name such as tcp`,
	}, map[string]int64{"etype ARP": 1})
	if r := records[0]; r.TimeSource != flow.ReceivedClock || r.SamplingRate != 1000 || r.Domain != 7 || r.InIf != 1 || r.OutIf != 2 || r.SrcAS != 64512 ||
		records[1].TimeSource != flow.ExporterClock || records[1].SamplingRate != 0 || records[1].ReceivedAt != 100_500_000 {
		t.Errorf("records %+v", records)
	}
}

// TestJSONObjects: a damaged object costs itself and not the rest of the list.
func TestJSONObjects(t *testing.T) {
	object := func(n string) string {
		return "{\n \"first\": \"" + n + "\", \"export_sysid\": {\"a\": [1, \"}\\\"]\"]},\n \"src4_addr\": \"10.0.0." + n + "\", \"dst4_addr\": \"192.0.2.1\"}"
	}
	flowOf := func(n string) string { return "10.0.0." + n + " 0 192.0.2.1 0 0 0 0 0x0 " + n + "000 " + n + "000 " }
	long := "{\"export_sysid\":1, \"x\":\"" + strings.Repeat("x", 300<<10) + "\"}"
	for name, tt := range map[string]struct {
		text           string
		want, rejected []string
	}{
		"list":           {"[" + object("1") + "," + object("2") + "]", []string{flowOf("1"), flowOf("2")}, nil},
		"on one line":    {"[" + strings.ReplaceAll(object("1")+","+object("2"), "\n", "") + "]\n", []string{flowOf("1"), flowOf("2")}, nil},
		"one by one":     {object("1") + "\n\n" + object("2") + "\n", []string{flowOf("1"), flowOf("2")}, nil},
		"stray text":     {"[" + object("1") + "\n oops {\n" + object("2") + "\n]", []string{flowOf("1"), flowOf("2")}, []string{"line 4: is no JSON object"}},
		"open string":    {object("1") + "{ \"a\n" + object("2"), []string{flowOf("1"), flowOf("2")}, []string{"line 3: is a JSON object that does not end"}},
		"open object":    {object("1") + "\n{ \"a\": 1,\n" + object("2"), []string{flowOf("1"), flowOf("2")}, []string{"line 4: is a JSON object that does not end"}},
		"cut off":        {object("1") + "\n{ \"a\": 1,", []string{flowOf("1")}, []string{"line 4: is a JSON object that does not end"}},
		"long":           {"[" + object("1") + "\n," + long + "\n," + object("2") + "]", []string{flowOf("1"), flowOf("2")}, []string{"line 4: is longer than 261120 bytes"}},
		"very long":      {"[" + object("1") + "\n," + long[:len(long)-2] + long[22:] + "\n," + object("2") + "]", []string{flowOf("1"), flowOf("2")}, []string{"line 4: is longer than 261120 bytes"}},
		"closes at once": {"[" + object("1") + "}\n" + object("2") + "]", []string{flowOf("1"), flowOf("2")}, []string{"line 3: is no JSON object"}},
	} {
		t.Run(name, func(t *testing.T) {
			checkLog(t, tt.text, tt.want, tt.rejected, nil)
		})
	}

	_, err := readLogError("[" + object("1") + ",\n")
	if err == nil || !strings.Contains(err.Error(), "line 4: the list of JSON objects has no end") {
		t.Errorf("a list without an end: %v", err)
	}
}

func readLogError(text string) ([]flow.Record, error) {
	l, err := source.OpenLog(strings.NewReader(text), source.LogOptions{})
	if err != nil {
		return nil, err
	}
	return readRecords(l)
}
