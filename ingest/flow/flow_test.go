package flow_test

import (
	"net/netip"
	"reflect"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"
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

// Every record becomes a row of every column, whatever runs of equal texts
// and absent fields there are.
func TestAppend(t *testing.T) {
	exporters := []string{"a", "a", "b", "a", "a", "a", "c", "c"}
	records := make([]flow.Record, len(exporters))
	for i, e := range exporters {
		records[i] = flow.Record{Exporter: e, Bytes: int64(i), EndReason: int16(i%3 - 1), Direction: flow.Null, NATSrcPort: flow.Null, HasNATSrc: i%2 == 0}
	}
	b := array.NewRecordBuilder(memory.DefaultAllocator, flow.Schema())
	defer b.Release()
	flow.Append(b, records[:3])
	flow.Append(b, nil)
	flow.Append(b, records[3:])
	batch := b.NewRecordBatch()
	defer batch.Release()

	got := map[string][]string{}
	for i, c := range flow.Columns {
		if n := batch.Column(i).Len(); n != len(records) {
			t.Fatalf("%s has %d rows, want %d", c.Name, n, len(records))
		}
		for row := range records {
			got[c.Name] = append(got[c.Name], batch.Column(i).ValueStr(row))
		}
	}
	null := array.NullValueStr
	for name, want := range map[string][]string{
		"exporter":   exporters,
		"bytes":      {"0", "1", "2", "3", "4", "5", "6", "7"},
		"end_reason": {null, "0", "1", null, "0", "1", null, "0"},
		"direction":  {null, null, null, null, null, null, null, null},
		"nat_src_lo": {"0", null, "0", null, "0", null, "0", null},
	} {
		if diff := cmp.Diff(want, got[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
