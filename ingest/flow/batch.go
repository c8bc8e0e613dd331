package flow

import (
	"slices"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// Batch is flow records by column: one typed slice for each column of the
// lake, so that decoders write, and the lake copies, whole columns at a time.
// The slices have equal lengths. Their values mean what the fields of Record
// of the same names do, Null included; an address is two slices.
//
// Whoever writes the slices directly calls Extend for the room, and sets every
// column of every new row: the memory is used again, and holds what was there
// before.
type Batch struct {
	ReceivedAt, StartedAt, EndedAt []int64

	SrcHi, SrcLo, DstHi, DstLo []int64
	SrcPort, DstPort           []int32
	Proto, TCPFlags            []int16

	Bytes, Packets []int64
	SamplingRate   []int32

	Exporter     Texts
	Domain       []int64
	InIf, OutIf  []int64
	SrcAS, DstAS []int64

	EndReason, Direction, Boundary []int16

	HasNATSrc            []bool
	NATSrcHi, NATSrcLo   []int64
	NATSrcPort           []int32
	Format, TimeSource   Texts
	stored, notInTheLake []series // every slice above: those of Columns in their order, and the others
}

// NewBatch returns an empty batch with room for that many records.
func NewBatch(room int) *Batch {
	b := new(Batch)
	b.stored = make([]series, len(Columns))
	for i := range Columns {
		b.stored[i] = Columns[i].of(b)
	}
	b.notInTheLake = []series{numbers[bool]{&b.HasNATSrc}}
	b.Grow(room)
	return b
}

// Len is how many records the batch has.
func (b *Batch) Len() int { return len(b.ReceivedAt) }

// Grow makes room for n more records.
func (b *Batch) Grow(n int) { b.Truncate(b.Extend(n)) }

// Extend adds n records, whose columns are for the caller to set, and returns
// the index of the first.
func (b *Batch) Extend(n int) int {
	begin := b.Len()
	extend(n, &b.ReceivedAt, &b.StartedAt, &b.EndedAt, &b.SrcHi, &b.SrcLo, &b.DstHi, &b.DstLo, &b.Bytes, &b.Packets,
		&b.Domain, &b.InIf, &b.OutIf, &b.SrcAS, &b.DstAS, &b.NATSrcHi, &b.NATSrcLo)
	extend(n, &b.SrcPort, &b.DstPort, &b.SamplingRate, &b.NATSrcPort, &b.Exporter.Codes, &b.Format.Codes, &b.TimeSource.Codes)
	extend(n, &b.Proto, &b.TCPFlags, &b.EndReason, &b.Direction, &b.Boundary)
	extend(n, &b.HasNATSrc)
	return begin
}

// extend makes columns longer by n values, of whatever lies in memory there. It is
// called for every datagram, hence by name and not through series.
func extend[T value](n int, columns ...*[]T) {
	for _, values := range columns {
		length := len(*values) + n
		if length > cap(*values) {
			*values = slices.Grow(*values, n)
		}
		*values = (*values)[:length]
	}
}

// Truncate takes the records from index n on away. The memory stays.
func (b *Batch) Truncate(n int) { b.each(func(s series) { s.truncate(n) }) }

// Reset empties the batch, its texts included. The memory stays.
func (b *Batch) Reset() {
	b.each(func(s series) { s.truncate(0) })
	for _, t := range []*Texts{&b.Exporter, &b.Format, &b.TimeSource} {
		t.forget()
	}
}

// AppendRange adds the records from to end of o, which is another batch.
func (b *Batch) AppendRange(o *Batch, from, end int) {
	for i, s := range b.stored {
		s.appendRange(o.stored[i], from, end)
	}
	for i, s := range b.notInTheLake {
		s.appendRange(o.notInTheLake[i], from, end)
	}
}

// AppendArrow adds the rows of an Arrow record of Schema.
func (b *Batch) AppendArrow(rows arrow.RecordBatch) {
	for i, s := range b.stored {
		s.appendArray(rows.Column(i))
	}
}

// AppendRecord adds one record: the way of sources that have no columns.
func (b *Batch) AppendRecord(r *Record) {
	b.ReceivedAt = append(b.ReceivedAt, r.ReceivedAt)
	b.StartedAt = append(b.StartedAt, r.StartedAt)
	b.EndedAt = append(b.EndedAt, r.EndedAt)
	b.SrcHi, b.SrcLo = append(b.SrcHi, r.Src.Hi), append(b.SrcLo, r.Src.Lo)
	b.DstHi, b.DstLo = append(b.DstHi, r.Dst.Hi), append(b.DstLo, r.Dst.Lo)
	b.SrcPort, b.DstPort = append(b.SrcPort, r.SrcPort), append(b.DstPort, r.DstPort)
	b.Proto, b.TCPFlags = append(b.Proto, r.Proto), append(b.TCPFlags, r.TCPFlags)
	b.Bytes, b.Packets = append(b.Bytes, r.Bytes), append(b.Packets, r.Packets)
	b.SamplingRate = append(b.SamplingRate, r.SamplingRate)
	b.Exporter.Append(r.Exporter)
	b.Domain = append(b.Domain, r.Domain)
	b.InIf, b.OutIf = append(b.InIf, r.InIf), append(b.OutIf, r.OutIf)
	b.SrcAS, b.DstAS = append(b.SrcAS, r.SrcAS), append(b.DstAS, r.DstAS)
	b.EndReason, b.Direction = append(b.EndReason, r.EndReason), append(b.Direction, r.Direction)
	b.Boundary = append(b.Boundary, r.Boundary)
	b.HasNATSrc = append(b.HasNATSrc, r.HasNATSrc)
	b.NATSrcHi, b.NATSrcLo = append(b.NATSrcHi, r.NATSrc.Hi), append(b.NATSrcLo, r.NATSrc.Lo)
	b.NATSrcPort = append(b.NATSrcPort, r.NATSrcPort)
	b.Format.Append(string(r.Format))
	b.TimeSource.Append(string(r.TimeSource))
}

// Record is the record at index i.
func (b *Batch) Record(i int) Record {
	return Record{
		ReceivedAt: b.ReceivedAt[i], StartedAt: b.StartedAt[i], EndedAt: b.EndedAt[i],
		Src: Addr{b.SrcHi[i], b.SrcLo[i]}, Dst: Addr{b.DstHi[i], b.DstLo[i]},
		SrcPort: b.SrcPort[i], DstPort: b.DstPort[i],
		Proto: b.Proto[i], TCPFlags: b.TCPFlags[i],
		Bytes: b.Bytes[i], Packets: b.Packets[i], SamplingRate: b.SamplingRate[i],
		Exporter: b.Exporter.At(i), Domain: b.Domain[i],
		InIf: b.InIf[i], OutIf: b.OutIf[i], SrcAS: b.SrcAS[i], DstAS: b.DstAS[i],
		EndReason: b.EndReason[i], Direction: b.Direction[i], Boundary: b.Boundary[i],
		HasNATSrc: b.HasNATSrc[i], NATSrc: Addr{b.NATSrcHi[i], b.NATSrcLo[i]}, NATSrcPort: b.NATSrcPort[i],
		Format: Format(b.Format.At(i)), TimeSource: TimeSource(b.TimeSource.At(i)),
	}
}

// Arrow is the batch as an Arrow record of Schema. It shares the batch's
// memory: it has to be out of use before the batch is changed.
func (b *Batch) Arrow() arrow.RecordBatch {
	columns := make([]arrow.Array, len(Columns))
	for i, s := range b.stored {
		columns[i] = s.array(Columns[i].Type, b.Len())
		defer columns[i].Release()
	}
	return array.NewRecordBatch(schema, columns, int64(b.Len()))
}

func (b *Batch) each(do func(series)) {
	for _, s := range slices.Concat(b.stored, b.notInTheLake) {
		do(s)
	}
}
