package flowscan

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
)

// footer is what a file says of itself, as far as a scan asks: FileMetaData of
// parquet.thrift. arrow-go's way to it makes objects of all that is said, which
// took a tenth of a scan.
type footer struct {
	names  map[string]int // leaves, by their names
	leaves []leaf
	groups []group
}

// leaf is a column of the schema.
type leaf struct {
	kind     parquet.Type
	null     bool // it may have nulls
	repeated bool
	unsigned bool  // its limits are of numbers without a sign
	unit     int64 // of a time, in µs; 0 = it is none in ms or µs
}

// group is a row group.
type group struct {
	rows   int64
	stored []stored // by leaf
}

// stored is where a column of a row group is, and what is said of its values.
type stored struct {
	codec      compress.Compression
	begin      int64 // of the pages of values
	dictionary int64 // of the page that has it; 0 = none
	length     int64 // of all pages
	bloom      int64 // of the Bloom filter; 0 = none
	nulls      int64 // -1 = not told
	least      limit
	most       limit
}

// limit is a number of so many bytes: 4, 8, or 0 where there is none of these.
type limit struct {
	value int64
	bytes int
}

const (
	magic      = "PAR1"
	behind     = 4 + len(magic) // a footer: its length, and the magic
	mostFooter = 1 << 30        // bytes
)

// errFile is the fault of a file that has no footer.
var errFile = errors.New("it is no Parquet file, or not all of one")

// readFooter reads that of a file of so many bytes.
func readFooter(f *os.File, size int64) (*footer, error) {
	var tail [behind]byte
	before := size - int64(len(tail))
	if before < int64(len(magic)) {
		return nil, errFile
	}
	if _, err := f.ReadAt(tail[:], before); err != nil {
		return nil, err
	}
	length := int64(binary.LittleEndian.Uint32(tail[:]))
	if string(tail[4:]) != magic || length > before-int64(len(magic)) || length > mostFooter {
		return nil, errFile
	}
	b := make([]byte, length)
	if _, err := f.ReadAt(b, before-length); err != nil {
		return nil, err
	}
	return parseFooter(b)
}

func parseFooter(b []byte) (*footer, error) {
	f := &footer{names: map[string]int{}}
	t := thrift{src: b}
	var within []int32 // how many elements of each of the nodes that the next one is in are to come
	t.fields(func(id int32, typ byte) bool {
		switch {
		case id == 2 && typ == thriftList:
			t.list(func() { within = f.element(&t, within) })
		case id == 4 && typ == thriftList:
			t.list(func() { f.group(&t) })
		default:
			return false
		}
		return true
	})
	if t.bad {
		return nil, fmt.Errorf("%w: its footer is damaged", errFile)
	}
	return f, nil
}

// element reads SchemaElement: the root, a node, or a leaf. The lake's schema is
// flat; a leaf of a node has no name here.
func (f *footer) element(t *thrift, within []int32) []int32 {
	const optional, repeated = 1, 2
	var l leaf
	var name []byte
	children, isNode := int32(0), false
	t.fields(func(id int32, typ byte) bool {
		switch {
		case id == 1:
			l.kind = parquet.Type(t.i32())
		case id == 3:
			repetition := t.i32()
			l.null, l.repeated = repetition == optional, repetition == repeated
		case id == 4:
			name = t.binary()
		case id == 5:
			children, isNode = t.i32(), true
		case id == 6:
			l.convert(t.i32())
		case id == 10 && typ == thriftStruct:
			l.logical(t)
		default:
			return false
		}
		return true
	})
	depth := len(within)
	for depth > 0 && within[depth-1] == 0 {
		depth--
	}
	within = within[:depth]
	if depth > 0 {
		within[depth-1]--
	}
	if isNode {
		return append(within, children)
	}
	if depth == 1 {
		f.names[string(name)] = len(f.leaves)
	}
	f.leaves = append(f.leaves, l)
	return within
}

// convert takes ConvertedType, in which older writers tell what a number is.
func (l *leaf) convert(of int32) {
	const millis, micros, unsigned8, unsigned64 = 9, 10, 11, 14
	switch {
	case of == millis && l.unit == 0:
		l.unit = 1000
	case of == micros && l.unit == 0:
		l.unit = 1
	case of >= unsigned8 && of <= unsigned64:
		l.unsigned = true
	}
}

// logical reads LogicalType, which takes precedence.
func (l *leaf) logical(t *thrift) {
	const timestamp, integer = 8, 10
	t.fields(func(id int32, typ byte) bool {
		switch {
		case id == timestamp && typ == thriftStruct:
			l.unit = 0
			t.fields(func(id int32, typ byte) bool {
				if id != 2 || typ != thriftStruct {
					return false
				}
				t.fields(func(id int32, _ byte) bool {
					l.unit = map[int32]int64{1: 1000, 2: 1}[id]
					return false
				})
				return true
			})
		case id == integer && typ == thriftStruct:
			t.fields(func(id int32, typ byte) bool {
				if id == 2 {
					l.unsigned = typ == thriftFalse
				}
				return false
			})
		default:
			return false
		}
		return true
	})
}

// group reads RowGroup.
func (f *footer) group(t *thrift) {
	g := group{stored: make([]stored, 0, len(f.leaves))}
	t.fields(func(id int32, typ byte) bool {
		switch {
		case id == 1 && typ == thriftList:
			t.list(func() {
				s := stored{nulls: -1}
				t.fields(func(id int32, typ byte) bool {
					if id == 3 && typ == thriftStruct {
						s.read(t)
						return true
					}
					return false
				})
				g.stored = append(g.stored, s)
			})
		case id == 3:
			g.rows = t.i64()
		default:
			return false
		}
		return true
	})
	f.groups = append(f.groups, g)
}

// read takes ColumnMetaData.
func (s *stored) read(t *thrift) {
	t.fields(func(id int32, typ byte) bool {
		switch {
		case id == 4:
			s.codec = compress.Compression(t.i32())
		case id == 7:
			s.length = t.i64()
		case id == 9:
			s.begin = t.i64()
		case id == 11:
			s.dictionary = t.i64()
		case id == 12 && typ == thriftStruct:
			s.statistics(t)
		case id == 14:
			s.bloom = t.i64()
		default:
			return false
		}
		return true
	})
}

// statistics takes Statistics, but for the fields of old whose order was not
// settled.
func (s *stored) statistics(t *thrift) {
	t.fields(func(id int32, _ byte) bool {
		switch id {
		case 3:
			s.nulls = t.i64()
		case 5:
			s.most = limitOf(t.binary())
		case 6:
			s.least = limitOf(t.binary())
		default:
			return false
		}
		return true
	})
}

func limitOf(b []byte) limit {
	switch len(b) {
	case 4:
		return limit{int64(int32(binary.LittleEndian.Uint32(b))), 4} //nolint:gosec // a bit pattern
	case 8:
		return limit{int64(binary.LittleEndian.Uint64(b)), 8} //nolint:gosec // a bit pattern
	}
	return limit{}
}

// limits are the least and the greatest value of a column of numbers without
// nulls; false where that is not told.
func (f *footer) limits(group, leaf int) (least, most int64, ok bool) {
	l, s := &f.leaves[leaf], &f.groups[group].stored[leaf]
	bytes := 0
	switch l.kind {
	case parquet.Types.Int32:
		bytes = 4
	case parquet.Types.Int64:
		bytes = 8
	default:
	}
	ok = bytes > 0 && !l.unsigned && s.nulls == 0 && s.least.bytes == bytes && s.most.bytes == bytes && s.least.value <= s.most.value
	return s.least.value, s.most.value, ok
}
