package parquetfile

import (
	"encoding/binary"
	"fmt"

	"github.com/apache/arrow-go/v18/arrow"
)

// Enumerations of parquet.thrift, and the numbers of its fields below.
const (
	physicalInt32     = 1
	physicalInt64     = 2
	physicalByteArray = 6

	convertedUTF8            = 0
	convertedTimestampMillis = 9
	convertedTimestampMicros = 10
	convertedInt16           = 16
	convertedNone            = -1

	repetitionRequired = 0
	repetitionOptional = 1

	encodingPlain      = 0
	encodingRLE        = 3
	encodingDelta      = 5
	encodingDictionary = 8

	codecZstd = 6

	pageDictionary = 2
	pageData2      = 3
)

// columnType is how Parquet has a type of Arrow.
type columnType struct {
	physical, converted int32
	logical             func(*thrift) // nil: the physical type says it all
}

// typeOf returns the type of a column; an error where there is none here.
func typeOf(t arrow.DataType) (columnType, error) {
	switch t := t.(type) {
	case *arrow.Int16Type:
		return columnType{physicalInt32, convertedInt16, func(t *thrift) {
			t.begin(10)
			t.i8(1, 16)
			t.boolean(2, true)
			t.end()
		}}, nil
	case *arrow.Int32Type:
		return columnType{physicalInt32, convertedNone, nil}, nil
	case *arrow.Int64Type:
		return columnType{physicalInt64, convertedNone, nil}, nil
	case *arrow.TimestampType:
		switch {
		case t.TimeZone != "UTC":
		case t.Unit == arrow.Millisecond:
			return columnType{physicalInt64, convertedTimestampMillis, utcIn(1)}, nil
		case t.Unit == arrow.Microsecond:
			return columnType{physicalInt64, convertedTimestampMicros, utcIn(2)}, nil
		}
	case *arrow.DictionaryType:
		if t.ValueType.ID() == arrow.STRING && t.IndexType.ID() == arrow.INT32 {
			return columnType{physicalByteArray, convertedUTF8, func(t *thrift) { t.empty(1) }}, nil
		}
	}
	return columnType{}, fmt.Errorf("type %s is not written here", t)
}

// utcIn is the logical type of moments in UTC, in the unit of that number.
func utcIn(unit int16) func(*thrift) {
	return func(t *thrift) {
		t.begin(8)
		t.boolean(1, true)
		t.begin(2)
		t.empty(unit)
		t.end()
		t.end()
	}
}

// appendFooter appends the metadata of the whole file and what follows them.
func (w *Writer) appendFooter(b []byte) []byte {
	var t thrift
	t.i32(1, 2) // the version of the format
	t.list(2, thriftStruct, 1+w.schema.NumFields())
	w.describeColumns(&t)
	t.i64(3, w.rows)
	t.list(4, thriftStruct, len(w.groups))
	for i, g := range w.groups {
		w.describeGroup(&t, g, i)
	}
	t.bytes(6, []byte(w.o.CreatedBy))
	t.list(7, thriftStruct, w.schema.NumFields())
	for range w.schema.NumFields() {
		t.beginElement()
		t.empty(1) // ordered by type: what makes the statistics usable
		t.end()
	}
	t.end()
	b = append(b, t.b...)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(t.b)))
	return append(b, magic...)
}

// describeColumns writes the schema: the root, and its children.
func (w *Writer) describeColumns(t *thrift) {
	t.beginElement()
	t.bytes(4, []byte("schema"))
	t.i32(5, int32(w.schema.NumFields()))
	t.end()
	for _, f := range w.schema.Fields() {
		kind, _ := typeOf(f.Type) // NewWriter has checked it
		t.beginElement()
		t.i32(1, kind.physical)
		t.i32(3, repetitionOf(f))
		t.bytes(4, []byte(f.Name))
		if kind.converted != convertedNone {
			t.i32(6, kind.converted)
		}
		if kind.logical != nil {
			t.begin(10)
			kind.logical(t)
			t.end()
		}
		t.end()
	}
}

func repetitionOf(f arrow.Field) int32 {
	if f.Nullable {
		return repetitionOptional
	}
	return repetitionRequired
}

func (w *Writer) describeGroup(t *thrift, g *RowGroup, ordinal int) {
	compressed, uncompressed := int64(0), int64(0)
	t.beginElement()
	t.list(1, thriftStruct, len(g.Chunks))
	for i := range g.Chunks {
		w.describeChunk(t, w.schema.Field(i), &g.Chunks[i])
		compressed += g.Chunks[i].Compressed
		uncompressed += g.Chunks[i].Uncompressed
	}
	t.i64(2, uncompressed)
	t.i64(3, int64(g.Rows))
	t.i64(5, g.Chunks[0].begin())
	t.i64(6, compressed)
	if ordinal <= 1<<15-1 {
		t.field(7, thriftI16)
		t.b = binary.AppendVarint(t.b, int64(ordinal))
	}
	t.end()
}

// begin is where in the file the chunk begins.
func (c *Chunk) begin() int64 {
	if c.Dictionary > 0 {
		return c.Dictionary
	}
	return c.Data
}

func (w *Writer) describeChunk(t *thrift, f arrow.Field, c *Chunk) {
	kind, _ := typeOf(f.Type)
	t.beginElement()
	t.i64(2, 0) // no metadata beside the footer's
	t.begin(3)
	t.i32(1, kind.physical)
	if c.Dictionary > 0 {
		t.list(2, thriftI32, 3)
		t.number(encodingDictionary)
		t.number(encodingPlain)
		t.number(encodingRLE)
	} else {
		t.list(2, thriftI32, 2)
		t.number(encodingDelta)
		t.number(encodingRLE)
	}
	t.list(3, thriftBinary, 1)
	t.element([]byte(f.Name))
	t.i32(4, codecZstd)
	t.i64(5, int64(c.Values))
	t.i64(6, c.Uncompressed)
	t.i64(7, c.Compressed)
	t.i64(9, c.Data)
	if c.Dictionary > 0 {
		t.i64(11, c.Dictionary)
	}
	t.begin(12)
	t.i64(3, int64(c.Nulls))
	if c.Most != nil {
		t.bytes(5, c.Most)
		t.bytes(6, c.Least)
		t.boolean(7, true)
		t.boolean(8, true)
	}
	t.end()
	if c.Filter > 0 {
		t.i64(14, c.Filter)
		t.i32(15, int32(c.FilterLength))
	}
	t.end()
	t.end()
}
