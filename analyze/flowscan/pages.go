package flowscan

import (
	"fmt"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/compress"
)

// pages cuts the bytes of a column chunk into its pages, and unpacks what is
// compressed of them. The memory is used again by the next page.
type pages struct {
	src   []byte
	codec compress.Codec // nil: nothing is compressed
	buf   *[]byte        // what is unpacked
}

// page is one, without its header.
type page struct {
	header
	levels int    // how long the levels are before the values, if that is told
	body   []byte // levels and values; unpacked
}

// next returns the next page of values or of a dictionary, false at the end.
func (p *pages) next() (page, bool, error) {
	for len(p.src) > 0 {
		h, rest, err := readHeader(p.src)
		if err != nil || h.packed < 0 || h.unpacked < 0 || h.n < 0 || int(h.packed) > len(rest) {
			return page{}, false, errPage
		}
		body := rest[:h.packed]
		p.src = rest[h.packed:]
		switch h.kind {
		case pageData, pageDictionary:
			out := page{header: h}
			out.body, err = p.unpack(nil, body, int(h.unpacked))
			return out, true, err
		case pageData2:
			levels := int(h.definitions) + int(h.repetitions)
			if h.definitions < 0 || h.repetitions < 0 || levels > len(body) || levels > int(h.unpacked) {
				return page{}, false, errPage
			}
			out := page{header: h, levels: levels, body: body}
			if !h.plain {
				out.body, err = p.unpack(body[:levels], body[levels:], int(h.unpacked)-levels)
			}
			return out, true, err
		}
	}
	return page{}, false, nil
}

// mostUnpacked bounds what a page may say that it is: the longest row group of
// the widest numbers, and as much again.
const mostUnpacked = 2 * 8 * mostRows

// unpack returns the head and, behind it, what the rest says.
func (p *pages) unpack(head, packed []byte, length int) ([]byte, error) {
	if p.codec == nil {
		return packed, nil // no page with a head of its own gets here
	}
	if length > mostUnpacked {
		return nil, fmt.Errorf("%w: it says that it has %d bytes", errPage, length)
	}
	if need := len(head) + length; cap(*p.buf) < need {
		*p.buf = make([]byte, need+need/4)
	}
	out := (*p.buf)[:len(head)+length]
	values, err := compress.Decode(p.codec, out[copy(out, head):], packed)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errPage, err)
	}
	if len(values) != length {
		return nil, errPage
	}
	copy(out[len(head):], values) // nothing where the codec used the memory that it was given
	return out, nil
}

// header is what a page says of itself (parquet.thrift, PageHeader, and the
// headers of the kinds of pages in it).
type header struct {
	kind             int32
	unpacked, packed int32 // bytes
	n, nulls         int32 // values
	encoding         parquet.Encoding
	definitions      int32 // bytes of their levels
	repetitions      int32
	plain            bool // the values are not compressed
}

// The kinds of pages.
const (
	pageData       = 0
	pageDictionary = 2
	pageData2      = 3
)

// readHeader reads one from the beginning of b.
func readHeader(b []byte) (header, []byte, error) {
	var h header
	t := thrift{src: b}
	t.fields(func(id int32, _ byte) bool {
		switch id {
		case 1:
			h.kind = t.i32()
		case 2:
			h.unpacked = t.i32()
		case 3:
			h.packed = t.i32()
		case 5, 7, 8: // of the kinds, with what they have in common
			t.fields(func(inner int32, typ byte) bool { return h.readKind(&t, id, inner, typ) })
		default:
			return false
		}
		return true
	})
	if t.bad {
		return h, nil, errPage
	}
	return h, t.src, nil
}

func (h *header) readKind(t *thrift, kind, id int32, typ byte) bool {
	const v1, dictionary, v2 = 5, 7, 8
	switch {
	case id == 1:
		h.n = t.i32()
	case id == 2 && kind != v2, id == 4 && kind == v2:
		h.encoding = parquet.Encoding(t.i32())
	case id == 2 && kind == v2:
		h.nulls = t.i32()
	case id == 5 && kind == v2:
		h.definitions = t.i32()
	case id == 6 && kind == v2:
		h.repetitions = t.i32()
	case id == 7 && kind == v2:
		h.plain = typ == thriftFalse
	default:
		return false
	}
	return true
}
