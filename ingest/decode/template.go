package decode

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"github.com/netsampler/goflow2/v2/decoders/netflow"
)

const (
	// reverseEnterprise marks the elements of a biflow's reverse direction,
	// which otherwise keep their numbers (RFC 5103 section 6.1).
	reverseEnterprise = 29305
	// variableLength in a template says that each record gives the length
	// (RFC 7011 section 7).
	variableLength = math.MaxUint16
	// v9ScopeInterface is the scope of options that are about one interface.
	// Scope types 1 to 5 of v9 are a number space of their own (RFC 3954
	// section 6.1); exporters that put anything else there mean an element.
	v9ScopeInterface = 2
	v9ScopeLast      = 5
)

var (
	errEmptyTemplate = errors.New("describes records of no bytes")
	errShortTemplate = errors.New("claims more fields than the set has")
)

// template is a template compiled once, when it is learnt, into the plan by
// which its records are read.
type template struct {
	options bool
	// fields is how goflow2 cuts a record: the template's, without those of
	// no bytes, and with neighbours that nobody reads joined into one. A
	// record so costs no more steps than it has bytes.
	fields   []netflow.Field
	steps    []step
	size     int         // bytes of a record; the least where lengths vary
	variable bool        // some field has a length of its own in each record
	columns  *columnPlan // reads whole data sets; nil where records are read one by one

	record   []byte       // as it was exported
	seen     atomic.Int64 // when it last was, in s since 1970
	booted   atomic.Int64 // when the exporter started, as it said then, ms since 1970; 0: it did not
	restored atomic.Bool  // from a State, and not heard since
}

// saw notes that the exporter still says the template at that time.
func (t *template) saw(at time.Time) {
	if s := at.Unix(); s > t.seen.Load() {
		t.seen.Store(s)
	}
}

// equal says that both cut their records alike. What differs only in fields
// that nobody reads is no change that anybody would see.
func (t *template) equal(other *template) bool {
	return t.options == other.options && slices.Equal(t.fields, other.fields)
}

// step reads one field of a record.
type step struct {
	field   int // in template.fields
	reverse bool
	read    reader
}

// compile makes the plan. The first scopes of the fields are the scope of an
// options template.
func compile(version uint16, fields []netflow.Field, scopes int, options bool) (*template, error) {
	t := &template{options: options}
	skipping := false // the last of t.fields is a joined one
	for i, f := range fields {
		read, reverse := readerOf(version, f, i < scopes)
		switch f.Length {
		case 0:
			continue
		case variableLength:
			t.variable = true
			t.size++
		default:
			t.size += int(f.Length)
		}
		if read == nil && f.Length != variableLength {
			if last := len(t.fields) - 1; skipping && int(t.fields[last].Length)+int(f.Length) < variableLength {
				t.fields[last].Length += f.Length
				continue
			}
			f.Type = paddingOctets
		}
		skipping = read == nil && f.Length != variableLength
		if read != nil {
			t.steps = append(t.steps, step{len(t.fields), reverse, read})
		}
		t.fields = append(t.fields, f)
	}
	if t.size == 0 {
		return nil, errEmptyTemplate
	}
	t.columns = compileColumns(t)
	return t, nil
}

// readerOf finds who reads the field, nil if nobody does.
func readerOf(version uint16, f netflow.Field, scope bool) (read reader, reverse bool) {
	switch {
	case version == versionNetFlow9 && scope && f.Type == v9ScopeInterface:
		return readers[ingressInterface], false
	case version == versionNetFlow9 && scope && f.Type <= v9ScopeLast:
		return nil, false
	case f.PenProvided && f.Pen != reverseEnterprise:
		return nil, false
	}
	// goflow2 leaves the enterprise bit in the type of options templates.
	if f.PenProvided {
		return readers[f.Type&^0x8000], true
	}
	return readers[f.Type], false
}

// cut returns how many of the bytes b are its first record; false if the
// record's own lengths run past the end. At least t.size bytes are there.
func (t *template) cut(b []byte) (int, bool) {
	if !t.variable {
		return t.size, true
	}
	n := 0
	for _, f := range t.fields {
		length := int(f.Length)
		if length == variableLength {
			var ok bool
			if n, length, ok = variable(b, n); !ok {
				return 0, false
			}
		}
		if n += length; n > len(b) {
			return 0, false
		}
	}
	return n, true
}

// variable reads the length of a variable-length field at b[n]: one byte, or
// 255 and two bytes (RFC 7011 section 7). It returns where the value begins.
func variable(b []byte, n int) (start, length int, ok bool) {
	switch {
	case n >= len(b):
		return 0, 0, false
	case b[n] < 255:
		return n + 1, int(b[n]), true
	case n+3 > len(b):
		return 0, 0, false
	default:
		return n + 3, int(binary.BigEndian.Uint16(b[n+1:])), true
	}
}
