package flow

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// Column is one column of the lake's flow files.
type Column struct {
	Name     string
	Type     arrow.DataType
	Nullable bool
	SQL      string // the type that DuckDB reads it as: the reader's side of the contract
	Unit     string
	Meaning  string
	append   func(array.Builder, []Record)
}

var (
	micros = &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}
	millis = &arrow.TimestampType{Unit: arrow.Millisecond, TimeZone: "UTC"}
)

// Columns is the flow schema, in file order. It is the only place where a
// column is declared.
var Columns = []Column{
	timestamp("received_at", micros, "µs, UTC", "when the datagram arrived, or the log's own time", func(r *Record) int64 { return r.ReceivedAt }),
	timestamp("started_at", millis, "ms, UTC", "first packet of the flow; see time_source", func(r *Record) int64 { return r.StartedAt }),
	timestamp("ended_at", millis, "ms, UTC", "last packet of the flow; see time_source", func(r *Record) int64 { return r.EndedAt }),
	bigint("src_hi", "upper half", "source address, bits 127-64; 0 for IPv4", func(r *Record) int64 { return r.Src.Hi }),
	bigint("src_lo", "lower half", "source address, bits 63-0; IPv4 is ::ffff:a.b.c.d", func(r *Record) int64 { return r.Src.Lo }),
	bigint("dst_hi", "upper half", "destination address, bits 127-64", func(r *Record) int64 { return r.Dst.Hi }),
	bigint("dst_lo", "lower half", "destination address, bits 63-0", func(r *Record) int64 { return r.Dst.Lo }),
	integer("src_port", "", "transport source port (IE 7), 0 where there is none", func(r *Record) int32 { return r.SrcPort }),
	integer("dst_port", "", "transport destination port (IE 11), 0 where there is none", func(r *Record) int32 { return r.DstPort }),
	smallint("proto", "", "IANA protocol number (IE 4)", func(r *Record) int16 { return r.Proto }),
	smallint("tcp_flags", "", "OR of the TCP flags of the flow (IE 6)", func(r *Record) int16 { return r.TCPFlags }),
	bigint("bytes", "bytes", "as exported, before sampling correction (IE 1, 23, 85); the frame for sFlow", func(r *Record) int64 { return r.Bytes }),
	bigint("packets", "packets", "as exported, before sampling correction (IE 2, 24, 86)", func(r *Record) int64 { return r.Packets }),
	integer("sampling_rate", "1 in N", "1 = every packet, N = one in N, 0 = unknown", func(r *Record) int32 { return r.SamplingRate }),
	text("exporter", "", "address of the exporting router", func(r *Record) string { return r.Exporter }),
	bigint("domain", "", "observation domain (IPFIX), source ID (v9), engine (v5), sub-agent (sFlow)", func(r *Record) int64 { return r.Domain }),
	bigint("in_if", "", "SNMP index of the input interface (IE 10), 0 = not exported", func(r *Record) int64 { return r.InIf }),
	bigint("out_if", "", "SNMP index of the output interface (IE 14), 0 = not exported", func(r *Record) int64 { return r.OutIf }),
	bigint("src_as", "", "source autonomous system (IE 16), 0 = not exported", func(r *Record) int64 { return r.SrcAS }),
	bigint("dst_as", "", "destination autonomous system (IE 17), 0 = not exported", func(r *Record) int64 { return r.DstAS }),
	optionalSmallint("end_reason", "", "why the flow ended (IE 136)", func(r *Record) int16 { return r.EndReason }),
	optionalSmallint("direction", "", "0 ingress, 1 egress (IE 61)", func(r *Record) int16 { return r.Direction }),
	natHalf("nat_src_hi", "post-NAT source address, bits 127-64 (IE 225, 281)", func(r *Record) int64 { return r.NATSrc.Hi }),
	natHalf("nat_src_lo", "post-NAT source address, bits 63-0", func(r *Record) int64 { return r.NATSrc.Lo }),
	natPort("nat_src_port", "post-NAPT source port (IE 227)"),
	text("format", "", "netflow5, netflow9, ipfix, sflow, csv", func(r *Record) string { return string(r.Format) }),
	text("time_source", "", "exporter, or received: no usable exporter clock", func(r *Record) string { return string(r.TimeSource) }),
}

// Schema is the Arrow schema of a flow file.
func Schema() *arrow.Schema {
	fields := make([]arrow.Field, len(Columns))
	for i, c := range Columns {
		fields[i] = arrow.Field{Name: c.Name, Type: c.Type, Nullable: c.Nullable}
	}
	return arrow.NewSchema(fields, nil)
}

// Append adds each record as one row to b, which was built on Schema. It goes
// through the records once per column: a call is fastest with what fits the
// processor's cache, a few hundred records.
func Append(b *array.RecordBuilder, records []Record) {
	for i := range Columns {
		Columns[i].append(b.Field(i), records)
	}
}

func timestamp(name string, t *arrow.TimestampType, unit, meaning string, get func(*Record) int64) Column {
	return Column{name, t, false, "TIMESTAMP WITH TIME ZONE", unit, meaning, func(b array.Builder, records []Record) {
		appendNumbers(b.(*array.TimestampBuilder), records, func(r *Record) arrow.Timestamp { return arrow.Timestamp(get(r)) })
	}}
}

func bigint(name, unit, meaning string, get func(*Record) int64) Column {
	return Column{name, arrow.PrimitiveTypes.Int64, false, "BIGINT", unit, meaning, func(b array.Builder, records []Record) {
		appendNumbers(b.(*array.Int64Builder), records, get)
	}}
}

func integer(name, unit, meaning string, get func(*Record) int32) Column {
	return Column{name, arrow.PrimitiveTypes.Int32, false, "INTEGER", unit, meaning, func(b array.Builder, records []Record) {
		appendNumbers(b.(*array.Int32Builder), records, get)
	}}
}

func smallint(name, unit, meaning string, get func(*Record) int16) Column {
	return Column{name, arrow.PrimitiveTypes.Int16, false, "SMALLINT", unit, meaning, func(b array.Builder, records []Record) {
		appendNumbers(b.(*array.Int16Builder), records, get)
	}}
}

func optionalSmallint(name, unit, meaning string, get func(*Record) int16) Column {
	return Column{name, arrow.PrimitiveTypes.Int16, true, "SMALLINT", unit, meaning, func(b array.Builder, records []Record) {
		appendOptional(b.(*array.Int16Builder), records, get, func(r *Record) bool { return get(r) != Null })
	}}
}

func natHalf(name, meaning string, get func(*Record) int64) Column {
	return Column{name, arrow.PrimitiveTypes.Int64, true, "BIGINT", "", meaning, func(b array.Builder, records []Record) {
		appendOptional(b.(*array.Int64Builder), records, get, func(r *Record) bool { return r.HasNATSrc })
	}}
}

func natPort(name, meaning string) Column {
	return Column{name, arrow.PrimitiveTypes.Int32, true, "INTEGER", "", meaning, func(b array.Builder, records []Record) {
		appendOptional(b.(*array.Int32Builder), records,
			func(r *Record) int32 { return r.NATSrcPort },
			func(r *Record) bool { return r.NATSrcPort != Null })
	}}
}

func text(name, unit, meaning string, get func(*Record) string) Column {
	t := &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}
	return Column{name, t, false, "VARCHAR", unit, meaning, func(b array.Builder, records []Record) {
		appendTexts(b.(*array.BinaryDictionaryBuilder), records, get)
	}}
}

// builder is what the fixed-width builders of Arrow have in common.
type builder[T any] interface {
	Reserve(n int)
	UnsafeAppend(v T)
	AppendNull()
}

func appendNumbers[T any](b builder[T], records []Record, get func(*Record) T) {
	b.Reserve(len(records))
	for i := range records {
		b.UnsafeAppend(get(&records[i]))
	}
}

func appendOptional[T any](b builder[T], records []Record, get func(*Record) T, known func(*Record) bool) {
	b.Reserve(len(records))
	for i := range records {
		if known(&records[i]) {
			b.UnsafeAppend(get(&records[i]))
		} else {
			b.AppendNull()
		}
	}
}

// appendTexts looks a text up in the dictionary once per run of equal ones:
// all records of a datagram share their exporter and format.
func appendTexts(b *array.BinaryDictionaryBuilder, records []Record, get func(*Record) string) {
	for i := 0; i < len(records); {
		text := get(&records[i])
		run := i + 1
		for run < len(records) && get(&records[run]) == text {
			run++
		}
		// The builder only fails on a type mismatch, which the schema
		// rules out.
		_ = b.AppendString(text)
		if rest := run - i - 1; rest > 0 {
			index := b.GetValueIndex(b.Len() - 1)
			indices := make([]int, rest)
			for j := range indices {
				indices[j] = index
			}
			b.AppendIndices(indices, nil)
		}
		i = run
	}
}
