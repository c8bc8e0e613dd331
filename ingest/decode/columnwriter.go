package decode

import (
	"encoding/binary"

	"minewatch/ingest/flow"
)

// integer is what columns of numbers are made of.
type integer interface{ int16 | int32 | int64 }

// numberColumn reads a column from the first of the places whose number is not
// zero. Without any place all of it is zero.
func numberColumn[T integer](of func(*flow.Batch) []T, places []place) columnWriter {
	if len(places) == 0 {
		return func(b *flow.Batch, begin int, _ []byte, _ int) { clear(of(b)[begin:]) }
	}
	first, others := places[0], places[1:]
	return func(b *flow.Batch, begin int, set []byte, size int) {
		column := of(b)[begin:]
		readNumbers(column, set, first, size)
		for _, p := range others {
			readWhereZero(column, set, p, size)
		}
	}
}

// optionalColumn reads a column from the place, or sets it to flow.Null.
func optionalColumn(of func(*flow.Batch) []int16, places []place) columnWriter {
	if len(places) == 0 {
		return func(b *flow.Batch, begin int, _ []byte, _ int) { fill(of(b)[begin:], flow.Null) }
	}
	return numberColumn(of, places)
}

// flagsColumn reads the TCP flags, of which twelve bits are flags.
func flagsColumn(places []place) columnWriter {
	read := numberColumn(func(b *flow.Batch) []int16 { return b.TCPFlags }, places)
	if len(places) == 0 || places[0].length == 1 {
		return read
	}
	return func(b *flow.Batch, begin int, set []byte, size int) {
		read(b, begin, set, size)
		for i := begin; i < len(b.TCPFlags); i++ {
			b.TCPFlags[i] &= 0x0fff
		}
	}
}

// ipv4Column and ipv6Column read the two halves of an address.
func ipv4Column(of func(*flow.Batch) (hi, lo []int64), p place) columnWriter {
	return func(b *flow.Batch, begin int, set []byte, size int) {
		hi, lo := of(b)
		clear(hi[begin:])
		lo, at := lo[begin:], p.offset
		for i := range lo {
			lo[i] = flow.LowerHalf(binary.BigEndian.Uint32(set[at:]))
			at += size
		}
	}
}

func ipv6Column(of func(*flow.Batch) (hi, lo []int64), p place) columnWriter {
	return func(b *flow.Batch, begin int, set []byte, size int) {
		hi, lo := of(b)
		at := p.offset
		for i := begin; i < len(hi); i++ {
			a := flow.AddrFrom16([16]byte(set[at:]))
			hi[i], lo[i] = a.Hi, a.Lo
			at += size
		}
	}
}

// readNumbers reads the number at p of every record into column. There is one
// loop for each length that routers use, so that none of them decides anything.
func readNumbers[T integer](column []T, set []byte, p place, size int) {
	at := p.offset
	switch p.length {
	case 1:
		for i := range column {
			column[i] = T(set[at])
			at += size
		}
	case 2:
		for i := range column {
			column[i] = T(binary.BigEndian.Uint16(set[at:]))
			at += size
		}
	case 4:
		for i := range column {
			column[i] = T(binary.BigEndian.Uint32(set[at:]))
			at += size
		}
	case 8:
		for i := range column {
			column[i] = T(saturated(binary.BigEndian.Uint64(set[at:])))
			at += size
		}
	default:
		for i := range column {
			column[i] = T(saturated(unsigned(set[at:][:p.length])))
			at += size
		}
	}
}

// readWhereZero reads the number at p of the records that have none yet.
func readWhereZero[T integer](column []T, set []byte, p place, size int) {
	at := p.offset
	for i := range column {
		if column[i] == 0 {
			column[i] = T(saturated(unsigned(set[at:][:p.length])))
		}
		at += size
	}
}

func fill[T any](column []T, v T) {
	for i := range column {
		column[i] = v
	}
}
