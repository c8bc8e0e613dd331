package flow

import "github.com/apache/arrow-go/v18/arrow"

// Column is one column of the lake's flow files.
type Column struct {
	Name     string
	Type     arrow.DataType
	Nullable bool
	SQL      string // the type that DuckDB reads it as: the reader's side of the contract
	Unit     string
	Meaning  string
	of       func(*Batch) series
}

var (
	micros = &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}
	millis = &arrow.TimestampType{Unit: arrow.Millisecond, TimeZone: "UTC"}
)

// Columns is the flow schema, in file order. It is the only place where a
// column is declared.
var Columns = []Column{
	timestamp("received_at", micros, "µs, UTC", "when the datagram arrived, or the log's own time", func(b *Batch) *[]int64 { return &b.ReceivedAt }),
	timestamp("started_at", millis, "ms, UTC", "first packet of the flow; see time_source", func(b *Batch) *[]int64 { return &b.StartedAt }),
	timestamp("ended_at", millis, "ms, UTC", "last packet of the flow; see time_source", func(b *Batch) *[]int64 { return &b.EndedAt }),
	bigint("src_hi", "upper half", "source address, bits 127-64; 0 for IPv4", func(b *Batch) *[]int64 { return &b.SrcHi }),
	bigint("src_lo", "lower half", "source address, bits 63-0; IPv4 is ::ffff:a.b.c.d", func(b *Batch) *[]int64 { return &b.SrcLo }),
	bigint("dst_hi", "upper half", "destination address, bits 127-64", func(b *Batch) *[]int64 { return &b.DstHi }),
	bigint("dst_lo", "lower half", "destination address, bits 63-0", func(b *Batch) *[]int64 { return &b.DstLo }),
	integer("src_port", "", "transport source port (IE 7), 0 where there is none", func(b *Batch) *[]int32 { return &b.SrcPort }),
	integer("dst_port", "", "transport destination port (IE 11), 0 where there is none", func(b *Batch) *[]int32 { return &b.DstPort }),
	smallint("proto", "", "IANA protocol number (IE 4)", func(b *Batch) *[]int16 { return &b.Proto }),
	smallint("tcp_flags", "", "OR of the TCP flags of the flow (IE 6)", func(b *Batch) *[]int16 { return &b.TCPFlags }),
	bigint("bytes", "bytes", "as exported, before sampling correction (IE 1, 23, 85); the frame for sFlow", func(b *Batch) *[]int64 { return &b.Bytes }),
	bigint("packets", "packets", "as exported, before sampling correction (IE 2, 24, 86)", func(b *Batch) *[]int64 { return &b.Packets }),
	integer("sampling_rate", "1 in N", "1 = every packet, N = one in N, 0 = unknown", func(b *Batch) *[]int32 { return &b.SamplingRate }),
	text("exporter", "", "address of the exporting router", func(b *Batch) *Texts { return &b.Exporter }),
	bigint("domain", "", "observation domain (IPFIX), source ID (v9), engine (v5), sub-agent (sFlow)", func(b *Batch) *[]int64 { return &b.Domain }),
	bigint("in_if", "", "SNMP index of the input interface (IE 10), 0 = not exported", func(b *Batch) *[]int64 { return &b.InIf }),
	bigint("out_if", "", "SNMP index of the output interface (IE 14), 0 = not exported", func(b *Batch) *[]int64 { return &b.OutIf }),
	bigint("src_as", "", "source autonomous system (IE 16), 0 = not exported", func(b *Batch) *[]int64 { return &b.SrcAS }),
	bigint("dst_as", "", "destination autonomous system (IE 17), 0 = not exported", func(b *Batch) *[]int64 { return &b.DstAS }),
	optionalSmallint("end_reason", "", "why the flow ended (IE 136)", func(b *Batch) *[]int16 { return &b.EndReason }),
	optionalSmallint("direction", "", "0 ingress, 1 egress (IE 61)", func(b *Batch) *[]int16 { return &b.Direction }),
	optionalSmallint("boundary", "", "how the flow passed the boundary interfaces configured for its exporter: 0 not, 1 in, 2 out, 3 both; null = none are configured", func(b *Batch) *[]int16 { return &b.Boundary }),
	natHalf("nat_src_hi", "post-NAT source address, bits 127-64 (IE 225, 281)", func(b *Batch) *[]int64 { return &b.NATSrcHi }),
	natHalf("nat_src_lo", "post-NAT source address, bits 63-0", func(b *Batch) *[]int64 { return &b.NATSrcLo }),
	natPort("nat_src_port", "post-NAPT source port (IE 227)"),
	text("format", "", "netflow5, netflow9, ipfix, sflow; of an imported log nfdump, goflow2, zeek, vpc, eve, csv", func(b *Batch) *Texts { return &b.Format }),
	text("time_source", "", "exporter, or received: no usable exporter clock", func(b *Batch) *Texts { return &b.TimeSource }),
}

// schema is made once: every batch refers to it.
var schema = newSchema()

// Schema is the Arrow schema of a flow file.
func Schema() *arrow.Schema { return schema }

func newSchema() *arrow.Schema {
	fields := make([]arrow.Field, len(Columns))
	for i, c := range Columns {
		fields[i] = arrow.Field{Name: c.Name, Type: c.Type, Nullable: c.Nullable}
	}
	return arrow.NewSchema(fields, nil)
}

func timestamp(name string, t *arrow.TimestampType, unit, meaning string, of func(*Batch) *[]int64) Column {
	return Column{name, t, false, "TIMESTAMP WITH TIME ZONE", unit, meaning, func(b *Batch) series { return numbers[int64]{of(b)} }}
}

func bigint(name, unit, meaning string, of func(*Batch) *[]int64) Column {
	return Column{name, arrow.PrimitiveTypes.Int64, false, "BIGINT", unit, meaning, func(b *Batch) series { return numbers[int64]{of(b)} }}
}

func integer(name, unit, meaning string, of func(*Batch) *[]int32) Column {
	return Column{name, arrow.PrimitiveTypes.Int32, false, "INTEGER", unit, meaning, func(b *Batch) series { return numbers[int32]{of(b)} }}
}

func smallint(name, unit, meaning string, of func(*Batch) *[]int16) Column {
	return Column{name, arrow.PrimitiveTypes.Int16, false, "SMALLINT", unit, meaning, func(b *Batch) series { return numbers[int16]{of(b)} }}
}

func optionalSmallint(name, unit, meaning string, of func(*Batch) *[]int16) Column {
	return Column{name, arrow.PrimitiveTypes.Int16, true, "SMALLINT", unit, meaning, func(b *Batch) series {
		return optional[int16]{numbers[int16]{of(b)}}
	}}
}

func natHalf(name, meaning string, of func(*Batch) *[]int64) Column {
	return Column{name, arrow.PrimitiveTypes.Int64, true, "BIGINT", "", meaning, func(b *Batch) series {
		return known[int64]{numbers[int64]{of(b)}, &b.HasNATSrc}
	}}
}

func natPort(name, meaning string) Column {
	return Column{name, arrow.PrimitiveTypes.Int32, true, "INTEGER", "", meaning, func(b *Batch) series {
		return optional[int32]{numbers[int32]{&b.NATSrcPort}}
	}}
}

func text(name, unit, meaning string, of func(*Batch) *Texts) Column {
	t := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}
	return Column{name, t, false, "VARCHAR", unit, meaning, func(b *Batch) series { return texts{of(b)} }}
}
