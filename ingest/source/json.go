package source

import (
	"bytes"
	"errors"

	"github.com/buger/jsonparser"
)

// maxNames bounds how many different fields are told apart: a file can name
// each of its fields anew.
const maxNames = 1024

// jsonParser reads the JSON objects of a log. encoding/json would take five
// times as long (BenchmarkLogs).
type jsonParser struct {
	fields  map[string]setter // by name, those in nested objects as outer.inner
	settle  func(r *row) error
	root    *jsonObject
	names   int
	unknown []string
	buffer  []byte // of values with escapes
	visit   func(key, value []byte, kind jsonparser.ValueType, offset int) error

	// Of the object that is read now.
	row *row
	at  *jsonObject
	i   int // of the field
}

// jsonObject is what is known of the objects under one name. A program writes
// its fields in one order, so each is first looked for where it was last.
type jsonObject struct {
	prefix string // of its fields' names
	known  map[string]*jsonField
	order  []*jsonField
}

type jsonField struct {
	key    string
	name   string // with those of the objects around it
	set    setter // nil: not read
	object *jsonObject
}

// openJSON opens a log of JSON objects with the fields. settle, if it is not
// nil, decides what only the whole object tells.
func openJSON(fields []LogField, settle func(*row) error) func(*input) (units, parser, error) {
	return func(in *input) (units, parser, error) {
		return jsonUnits(in), newJSONParser(fields, settle), nil
	}
}

// jsonUnits are the lines of a log whose first line is an object, and else the
// objects.
func jsonUnits(in *input) units {
	first, _, _ := bytes.Cut(in.head(), []byte{'\n'})
	alone := objects{rest: bytes.TrimSpace(first)}
	if len(alone.rest) > 0 && alone.rest[0] == '{' {
		if _, whole := alone.scan(); whole && len(alone.rest) == 0 {
			return &lines{in: in, longest: maxObject}
		}
	}
	return &objects{in: in}
}

func newJSONParser(fields []LogField, settle func(*row) error) *jsonParser {
	p := &jsonParser{fields: setters(fields), settle: settle, root: &jsonObject{known: map[string]*jsonField{}}}
	p.visit = p.field
	return p
}

func (p *jsonParser) parse(unit []byte, r *row) error {
	unit = bytes.TrimSpace(unit)
	switch {
	case bytes.HasPrefix(unit, []byte("No matching flows")):
		return notFlow("No matching flows")
	case len(unit) == 0 || unit[0] != '{' || unit[len(unit)-1] != '}':
		return errors.New("is no JSON object")
	}
	p.row = r
	if err := p.object(p.root, unit); err != nil {
		return err
	}
	if p.settle != nil {
		return p.settle(r)
	}
	return nil
}

func (p *jsonParser) unread() []string { return p.unknown }

// object reads one object, which may lie in another.
func (p *jsonParser) object(o *jsonObject, b []byte) error {
	outer, i := p.at, p.i
	p.at, p.i = o, 0
	err := jsonparser.ObjectEach(b, p.visit)
	p.at, p.i = outer, i
	if err == nil || errors.As(err, new(RowError)) || errors.As(err, new(notFlow)) {
		return err
	}
	return errors.New("is no valid JSON") // jsonparser's own words are about its state
}

// field reads one field of the current object.
func (p *jsonParser) field(key, value []byte, kind jsonparser.ValueType, _ int) error {
	o, i := p.at, p.i
	p.i++
	var f *jsonField
	if i < len(o.order) && o.order[i].key == string(key) {
		f = o.order[i]
	} else if f = p.lookUp(o, i, key); f == nil {
		return nil
	}
	switch {
	case f.set == nil && f.object == nil || kind == jsonparser.Null:
		return nil
	case kind == jsonparser.Object && f.object != nil:
		return p.object(f.object, value)
	case f.set == nil || isEmpty(value):
		return nil
	}
	if kind == jsonparser.String && bytes.IndexByte(value, '\\') >= 0 {
		var err error
		if p.buffer, err = jsonparser.Unescape(value, p.buffer); err != nil {
			return wrongValue(f.name, value, errors.New("has a wrong escape"))
		}
		value = p.buffer
	}
	if err := f.set(p.row, value); err != nil {
		return wrongValue(f.name, value, err)
	}
	return nil
}

// lookUp finds the field of a key that is not where it was last, and notes that
// it is the i-th now; nil if there have been too many.
func (p *jsonParser) lookUp(o *jsonObject, i int, key []byte) *jsonField {
	f := o.known[string(key)]
	if f == nil {
		if p.names >= maxNames {
			return nil
		}
		p.names++
		f = p.newField(o, string(key))
		o.known[f.key] = f
	}
	if i == len(o.order) && i < maxNames {
		o.order = append(o.order, f)
	} else if i < len(o.order) {
		o.order[i] = f
	}
	return f
}

func (p *jsonParser) newField(o *jsonObject, key string) *jsonField {
	f := &jsonField{key: key, name: o.prefix + key}
	f.set = p.fields[f.name]
	if f.set != nil {
		return f
	}
	for name := range p.fields {
		if len(name) > len(f.name) && name[:len(f.name)] == f.name && name[len(f.name)] == '.' {
			f.object = &jsonObject{prefix: f.name + ".", known: map[string]*jsonField{}}
			return f
		}
	}
	p.unknown = append(p.unknown, shown([]byte(f.name)))
	return f
}

// isJSON says that the first bytes of a file are those of JSON objects, or of a
// list that may be without any.
func isJSON(head []byte) bool {
	head = bytes.TrimSpace(head)
	if rest, list := bytes.CutPrefix(head, []byte{'['}); list {
		head = bytes.TrimSpace(rest)
		return len(head) == 0 || head[0] == '{' || head[0] == ']'
	}
	return len(head) > 0 && head[0] == '{'
}

// jsonHas recognises logs whose first object has all fields.
func jsonHas(fields ...string) func(head []byte) bool {
	return func(head []byte) bool {
		object := firstObject(head)
		for _, field := range fields {
			if !bytes.Contains(object, []byte(`"`+field+`"`)) {
				return false
			}
		}
		return len(object) > 0
	}
}

// firstObject is the first JSON object of a file's first bytes, or as much of
// it as there is.
func firstObject(head []byte) []byte {
	if !isJSON(head) {
		return nil
	}
	o := objects{rest: head}
	if o.find() != nil {
		return nil
	}
	object, _ := o.scan()
	return object
}
