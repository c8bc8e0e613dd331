package parquetfile

import "encoding/binary"

// Types of the Thrift compact protocol
// (github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md).
const (
	thriftTrue   = 1
	thriftFalse  = 2
	thriftI8     = 3
	thriftI16    = 4
	thriftI32    = 5
	thriftI64    = 6
	thriftBinary = 8
	thriftList   = 9
	thriftStruct = 12
)

// thrift writes structures in the Thrift compact protocol. A structure is its
// fields in ascending order, between begin and end; the outermost has no begin.
type thrift struct {
	b    []byte
	last int16   // number of the last field of the structure at hand
	up   []int16 // of those around it
}

func (t *thrift) field(number int16, kind byte) {
	t.b = append(t.b, byte(number-t.last)<<4|kind) // no two neighbours here are more than 15 apart
	t.last = number
}

func (t *thrift) i32(number int16, v int32) {
	t.field(number, thriftI32)
	t.b = binary.AppendVarint(t.b, int64(v))
}

func (t *thrift) i64(number int16, v int64) {
	t.field(number, thriftI64)
	t.b = binary.AppendVarint(t.b, v)
}

func (t *thrift) i8(number int16, v byte) {
	t.field(number, thriftI8)
	t.b = append(t.b, v)
}

func (t *thrift) boolean(number int16, v bool) {
	if v {
		t.field(number, thriftTrue)
	} else {
		t.field(number, thriftFalse)
	}
}

func (t *thrift) bytes(number int16, v []byte) {
	t.field(number, thriftBinary)
	t.element(v)
}

// begin starts the structure that is a field of the one at hand.
func (t *thrift) begin(number int16) {
	t.field(number, thriftStruct)
	t.beginElement()
}

// beginElement starts the structure that is the next element of a list.
func (t *thrift) beginElement() {
	t.up = append(t.up, t.last)
	t.last = 0
}

// end ends a structure.
func (t *thrift) end() {
	t.b = append(t.b, 0)
	if n := len(t.up); n > 0 {
		t.last, t.up = t.up[n-1], t.up[:n-1]
	}
}

// empty is a field that is a structure without fields: what it says, it says by
// being there.
func (t *thrift) empty(number int16) {
	t.begin(number)
	t.end()
}

// list starts a list of n elements, which follow.
func (t *thrift) list(number int16, kind byte, n int) {
	t.field(number, thriftList)
	if n < 15 {
		t.b = append(t.b, byte(n)<<4|kind)
		return
	}
	t.b = append(t.b, 0xf0|kind)
	t.b = binary.AppendUvarint(t.b, uint64(n))
}

// element is the next element of a list of binaries.
func (t *thrift) element(v []byte) {
	t.b = binary.AppendUvarint(t.b, uint64(len(v)))
	t.b = append(t.b, v...)
}

// number is the next element of a list of i32.
func (t *thrift) number(v int32) { t.b = binary.AppendVarint(t.b, int64(v)) }
