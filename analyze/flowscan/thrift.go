package flowscan

// thrift reads the compact protocol of Thrift as far as headers and footers need it
// (github.com/apache/thrift, doc/specs/thrift-compact-protocol.md).
type thrift struct {
	src   []byte
	bad   bool
	depth int
}

// The types of fields.
const (
	thriftTrue   = 1
	thriftFalse  = 2
	thriftByte   = 3
	thriftI16    = 4
	thriftI64    = 6
	thriftDouble = 7
	thriftBinary = 8
	thriftList   = 9
	thriftSet    = 10
	thriftStruct = 12
)

// fields reads a struct: each field that read does not take is left out. A boolean is told by its type.
func (t *thrift) fields(read func(id int32, typ byte) bool) {
	const deepest = 8
	t.depth++
	defer func() { t.depth-- }()
	id := int32(0)
	for !t.bad {
		head := t.byte()
		if head == 0 || t.depth > deepest {
			t.bad = t.bad || head != 0
			return
		}
		if delta := int32(head >> 4); delta > 0 {
			id += delta
		} else {
			id = t.i32()
		}
		if typ := head & 15; !read(id, typ) {
			t.skip(typ)
		}
	}
}

func (t *thrift) skip(typ byte) {
	switch typ {
	case thriftTrue, thriftFalse:
	case thriftByte:
		t.byte()
	case thriftI16, 5, thriftI64:
		t.i32()
	case thriftDouble:
		t.cut(8)
	case thriftBinary:
		t.binary()
	case thriftList, thriftSet:
		for n, of := t.elements(); n > 0 && !t.bad; n-- {
			if of == thriftTrue || of == thriftFalse {
				t.byte()
			} else {
				t.skip(of)
			}
		}
	case thriftStruct:
		t.fields(func(int32, byte) bool { return false })
	default:
		t.bad = true
	}
}

// elements is how many a list has, and of which type.
func (t *thrift) elements() (n uint64, of byte) {
	head := t.byte()
	if n = uint64(head >> 4); n == 15 {
		n = t.unsigned()
	}
	return n, head & 15
}

// list reads a list of structs.
func (t *thrift) list(read func()) {
	n, of := t.elements()
	t.bad = t.bad || n > 0 && of != thriftStruct
	for ; n > 0 && !t.bad; n-- {
		read()
	}
}

func (t *thrift) byte() byte {
	if len(t.src) == 0 {
		t.bad = true
		return 0
	}
	b := t.src[0]
	t.src = t.src[1:]
	return b
}

// cut takes the next bytes.
func (t *thrift) cut(n uint64) []byte {
	if n > uint64(len(t.src)) {
		t.bad = true
		return nil
	}
	b := t.src[:n]
	t.src = t.src[n:]
	return b
}

// binary reads bytes, which are not copied.
func (t *thrift) binary() []byte { return t.cut(t.unsigned()) }

func (t *thrift) unsigned() uint64 {
	r := varints{src: t.src}
	v := r.unsigned()
	t.src, t.bad = r.src, t.bad || r.bad
	return v
}

// i64 reads a number of any width.
func (t *thrift) i64() int64 {
	v := t.unsigned()
	return int64(v>>1 ^ -(v & 1)) //nolint:gosec // a bit pattern
}

// i32 keeps 32 bits of one.
func (t *thrift) i32() int32 { return int32(t.i64()) } //nolint:gosec // as far as it is one
