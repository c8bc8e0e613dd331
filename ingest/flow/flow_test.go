package flow_test

import (
	"bytes"
	"errors"
	"net/netip"
	"reflect"
	"strconv"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/google/go-cmp/cmp"

	"minewatch/ingest/flow"
)

// numbered is counts with another value in every field.
func numbered() flow.Counts {
	var c flow.Counts
	fields := reflect.ValueOf(&c).Elem()
	for i := range fields.NumField() {
		fields.Field(i).SetInt(int64(i + 1))
	}
	return c
}

// No counter is forgotten when counts are added or subtracted.
func TestCountsAddAndSub(t *testing.T) {
	sum, one := numbered(), numbered()
	sum.Add(&one)
	fields, ones := reflect.ValueOf(sum), reflect.ValueOf(one)
	for i := range fields.NumField() {
		if got, want := fields.Field(i).Int(), 2*ones.Field(i).Int(); got != want {
			t.Errorf("%s: added to %d, want %d", fields.Type().Field(i).Name, got, want)
		}
	}
	sum.Sub(&one)
	if diff := cmp.Diff(one, sum); diff != "" {
		t.Errorf("c + c - c (-c +got):\n%s", diff)
	}
}

func TestCountsCheck(t *testing.T) {
	whole := flow.Counts{
		Datagrams: 21, DatagramsDecoded: 6, DatagramsNotAllowed: 5, DatagramsUnknown: 4, DatagramsMalformed: 3, DatagramsTruncated: 2, DatagramsQueue: 1,
		Sets: 10, SetsDecoded: 4, SetsNoTemplate: 3, SetsMalformed: 2, SetsUnknown: 1,
		Records: 15, RecordsStored: 5, RecordsMalformed: 4, RecordsDuplicate: 3, RecordsAborted: 2, RecordsDisk: 1,
	}
	if err := whole.Check(); err != nil {
		t.Error(err)
	}
	const want = "datagrams: received 21 = decoded 6 + not_allowed 5 + unknown 4 + malformed 3 + truncated 2 + queue 1; " +
		"sets: received 10 = decoded 4 + no_template 3 + malformed 2 + unknown 1; " +
		"records: received 15 = stored 5 + malformed 4 + duplicate 3 + aborted 2 + disk 1"
	if got := whole.String(); got != want {
		t.Errorf("summary\n got %s\nwant %s", got, want)
	}
	if got := whole.Rejected(); got != 15+6+7 {
		t.Errorf("%d rejected, want 28: duplicates are none", got)
	}
	for _, broken := range []flow.Counts{{Datagrams: 1}, {SetsDecoded: 1}, {Records: 2, RecordsStored: 1}} {
		if broken.Check() == nil {
			t.Errorf("%s: passed", broken.String())
		}
	}
}

func TestCountsOfNothing(t *testing.T) {
	var none flow.Counts
	if got := none.String(); got != "records: received 0 = stored 0" {
		t.Errorf("summary %q", got)
	}
}

func FuzzAddr(f *testing.F) {
	for _, text := range []string{"0.0.0.0", "255.255.255.255", "::", "::1", "ffff:ffff:ffff:ffff:8000::", "2001:db8::1"} {
		f.Add(netip.MustParseAddr(text).AsSlice())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		a, ok := netip.AddrFromSlice(b)
		if !ok {
			t.Skip()
		}
		split := flow.AddrFrom(a)
		if got := split.Netip(); got != a.Unmap() {
			t.Errorf("%s came back as %s", a, got)
		}
		if a.Is4() && (split.Hi != 0 || split.Lo < 0 || split != flow.AddrFrom4(a.As4())) {
			t.Errorf("%s is %+v, want the IPv4-mapped address", a, split)
		}
	})
}

// made is n records with another value in every field, and runs of equal texts
// and of absent fields.
func made(n int) []flow.Record {
	records := make([]flow.Record, n)
	for i := range records {
		v := int64(i)
		records[i] = flow.Record{
			ReceivedAt: v, StartedAt: -v, EndedAt: v + 2, Src: flow.Addr{Hi: v + 3, Lo: v + 4}, Dst: flow.Addr{Hi: v + 5, Lo: v + 6},
			SrcPort: int32(i + 7), DstPort: int32(i + 8), Proto: int16(i + 9), TCPFlags: int16(i + 10), Bytes: v + 11, Packets: v + 12,
			SamplingRate: int32(i + 13), Exporter: string(rune('a' + i/2%3)), Domain: v + 14, InIf: v + 15, OutIf: v + 16, SrcAS: v + 17, DstAS: v + 18,
			EndReason: int16(i%3 - 1), Direction: flow.Null, Boundary: int16(i%2 - 1), NATSrcPort: int32(i%4 - 1),
			Format: flow.NetFlow9, TimeSource: []flow.TimeSource{flow.ExporterClock, flow.ReceivedClock}[i%2],
		}
		if i%2 == 0 {
			records[i].HasNATSrc, records[i].NATSrc = true, flow.Addr{Hi: -1, Lo: v}
		}
	}
	return records
}

func batchOf(records []flow.Record) *flow.Batch {
	b := flow.NewBatch(0)
	for i := range records {
		b.AppendRecord(&records[i])
	}
	return b
}

func recordsOf(b *flow.Batch) []flow.Record {
	var records []flow.Record
	for i := range b.Len() {
		records = append(records, b.Record(i))
	}
	return records
}

// A record comes back as it went in, over any way between batches.
func TestBatch(t *testing.T) {
	records := made(20)
	whole := batchOf(records)
	if diff := cmp.Diff(records, recordsOf(whole)); diff != "" {
		t.Errorf("AppendRecord, Record (-want +got):\n%s", diff)
	}
	other := batchOf(made(3)[2:])
	other.AppendRange(whole, 5, 5)
	other.AppendRange(whole, 5, 20)
	if diff := cmp.Diff(append(made(3)[2:], records[5:]...), recordsOf(other)); diff != "" {
		t.Errorf("AppendRange (-want +got):\n%s", diff)
	}
	other.Truncate(4)
	if diff := cmp.Diff(append(made(3)[2:], records[5:8]...), recordsOf(other)); diff != "" {
		t.Errorf("Truncate (-want +got):\n%s", diff)
	}
	other.Reset()
	if begin := other.Extend(2); begin != 0 || other.Len() != 2 {
		t.Errorf("2 records in a batch that was emptied: begins at %d, has %d", begin, other.Len())
	}
	other.Truncate(0)
	other.AppendRange(whole, 0, 20)
	if diff := cmp.Diff(records, recordsOf(other)); diff != "" {
		t.Errorf("after Reset (-want +got):\n%s", diff)
	}
}

// Every column of the schema has its own slice, and every slice its column.
func TestBatchHasEveryColumn(t *testing.T) {
	b := batchOf(made(5))
	b.Extend(1)
	v := reflect.ValueOf(b).Elem()
	slices := 0
	for i := range v.NumField() {
		field := v.Field(i)
		if !v.Type().Field(i).IsExported() {
			continue
		}
		if texts, ok := field.Addr().Interface().(*flow.Texts); ok {
			field = reflect.ValueOf(texts.Codes)
		}
		slices++
		if field.Len() != 6 {
			t.Errorf("%s has %d values of 6", v.Type().Field(i).Name, field.Len())
		}
	}
	if want := len(flow.Columns) + 1; slices != want {
		t.Errorf("%d slices, want %d: one a column, and whether a NAT source was exported", slices, want)
	}
}

// The Arrow record has the values of the batch, with nulls where nothing was
// exported.
func TestBatchArrow(t *testing.T) {
	const n = 17
	records := made(n)
	batch := batchOf(records).Arrow()
	defer batch.Release()
	if !batch.Schema().Equal(flow.Schema()) {
		t.Errorf("schema %s", batch.Schema())
	}
	column := func(name string) arrow.Array { return batch.Column(batch.Schema().FieldIndices(name)[0]) }
	for i, r := range records {
		nullable := func(known bool, v int64) string {
			if known {
				return strconv.FormatInt(v, 10)
			}
			return array.NullValueStr
		}
		for name, want := range map[string]string{
			"exporter":     r.Exporter,
			"time_source":  string(r.TimeSource),
			"src_hi":       strconv.FormatInt(r.Src.Hi, 10),
			"bytes":        strconv.FormatInt(r.Bytes, 10),
			"dst_as":       strconv.FormatInt(r.DstAS, 10),
			"end_reason":   nullable(r.EndReason != flow.Null, int64(r.EndReason)),
			"direction":    array.NullValueStr,
			"boundary":     nullable(r.Boundary != flow.Null, int64(r.Boundary)),
			"nat_src_hi":   nullable(r.HasNATSrc, r.NATSrc.Hi),
			"nat_src_lo":   nullable(r.HasNATSrc, r.NATSrc.Lo),
			"nat_src_port": nullable(r.NATSrcPort != flow.Null, int64(r.NATSrcPort)),
		} {
			if got := column(name).ValueStr(i); got != want {
				t.Errorf("%s of row %d is %s, want %s", name, i, got, want)
			}
		}
	}
}

// What was packed comes back, over an Arrow stream as the lake writes it, and
// columns of one value take no room in that.
func TestPacked(t *testing.T) {
	steady := made(1000)
	for i := range steady {
		steady[i] = steady[3]
	}
	half := made(1000)
	for i := range half {
		half[i].Exporter, half[i].HasNATSrc, half[i].NATSrc, half[i].EndReason = "x", true, flow.Addr{Hi: 3, Lo: 4}, 2
	}
	for _, records := range [][]flow.Record{nil, made(1), made(2), made(1000), steady, half} {
		batch := batchOf(records)
		packed := batch.Packed()
		var stream bytes.Buffer
		w := ipc.NewWriter(&stream, ipc.WithSchema(packed.Schema()))
		if err := errors.Join(w.Write(packed), w.Close()); err != nil {
			t.Fatal(err)
		}
		packed.Release()
		if size := stream.Len(); len(records) > 0 && records[0] == steady[0] && size > 20_000 {
			t.Errorf("%d bytes for a record that is repeated", size)
		}
		r, err := ipc.NewReader(&stream)
		if err != nil {
			t.Fatal(err)
		}
		if !r.Next() {
			t.Fatalf("nothing came back: %v", r.Err())
		}
		got, want := r.RecordBatch(), batch.Arrow()
		for i, c := range flow.Columns {
			column, ok := flow.Unpacked(got.Column(i), c.Type)
			if !ok || !array.Equal(column, want.Column(i)) {
				t.Errorf("%s of %d records: %v, want %v", c.Name, len(records), column, want.Column(i))
			}
		}
		r.Release()
	}
}
