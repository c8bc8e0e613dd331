package decode

import (
	"encoding/binary"
	"errors"
	"log/slog"
	"math"
	"net/netip"

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

// Templates are kept while all of them have fewer fields than this, and those
// of one exporter's domain fewer than that: a chassis has a few dozen
// templates of at most a hundred fields.
const (
	templateFieldLimit = 1 << 20
	scopeFieldLimit    = 1 << 16
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
	size     int  // bytes of a record; the least where lengths vary
	variable bool // some field has a length of its own in each record
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

// templateScope is whose templates: template IDs are unique within one
// observation domain of one transport session, which over UDP is the
// exporter's address and port (RFC 7011 section 8, RFC 3954 section 5.1).
type templateScope struct {
	from    netip.AddrPort
	version uint16
	domain  uint32
}

// templateTable has the templates of one scope by their ID.
type templateTable struct {
	templates map[uint16]*template
	fields    int
}

// templateStore keeps every template under its scope and once more without
// the port: some exporters send data from another port than templates. The
// exact scope is looked up first.
type templateStore struct {
	tables *bounded[templateScope, *templateTable]
}

func newTemplateStore() templateStore {
	return templateStore{newBounded[templateScope, *templateTable](templateFieldLimit)}
}

// anyPort is the scope that all ports of the exporter share.
func (s templateScope) anyPort() templateScope {
	s.from = netip.AddrPortFrom(s.from.Addr(), 0)
	return s
}

// find returns the template, nil if it was not learnt.
func (s templateStore) find(scope templateScope, id uint16) *template {
	for _, in := range [...]templateScope{scope, scope.anyPort()} {
		if table, ok := s.tables.get(in); ok && table.templates[id] != nil {
			return table.templates[id]
		}
	}
	return nil
}

// learn keeps t under id in place of whatever had that ID, be it a data or an
// options template.
func (s templateStore) learn(scope templateScope, id uint16, t *template, log *slog.Logger) {
	for _, in := range [...]templateScope{scope, scope.anyPort()} {
		table, ok := s.tables.get(in)
		if !ok {
			table = &templateTable{templates: map[uint16]*template{}}
		}
		table.drop(id)
		if table.fields+len(t.fields) > scopeFieldLimit {
			log.Warn("more templates than any router has; starting over with this exporter's",
				slog.String("exporter", scope.from.String()))
			*table = templateTable{templates: map[uint16]*template{}}
		}
		table.templates[id] = t
		table.fields += len(t.fields)
		s.tables.put(in, table, table.fields)
	}
}

// withdraw forgets the template of that ID, or for an ID below 256 all
// templates of the kind (RFC 7011 section 8.1). It returns how many.
func (s templateStore) withdraw(scope templateScope, id uint16, options bool) int64 {
	table, ok := s.tables.get(scope)
	if !ok {
		return 0
	}
	shared, _ := s.tables.get(scope.anyPort())
	n := int64(0)
	for have, t := range table.templates {
		if have != id && id >= firstDataSet || t.options != options {
			continue
		}
		table.drop(have)
		if shared != nil && shared.templates[have] == t {
			shared.drop(have)
		}
		n++
	}
	return n
}

func (t *templateTable) drop(id uint16) {
	if old := t.templates[id]; old != nil {
		t.fields -= len(old.fields)
		delete(t.templates, id)
	}
}
