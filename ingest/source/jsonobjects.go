package source

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// maxObject is shorter than the input's buffer: an object on one line is read
// without being copied.
const maxObject = 255 << 10

var (
	errNoEnd     = refusedUnit("is a JSON object that does not end")
	errNoListEnd = errors.New("the list of JSON objects has no end: the file is not complete, let it be written again")
)

// objects cuts a log into its JSON objects, however they lie on its lines: in
// a list or one after the other. Brackets are counted outside of strings; what
// is in an object the parser says.
//
// A damaged object costs itself and not the rest of the file: a line break in
// a string, or a line that begins an object within one, ends it. Text outside
// of objects is a unit too, for the parser to refuse.
type objects struct {
	in      *input
	rest    []byte // of the current line, or of as much of it as fits the buffer
	unended bool   // the line goes on behind rest
	line    int

	inList  bool   // the list that the file is has begun, and not ended
	begun   []byte // the object so far, where it began on an earlier line
	began   int    // that line
	depth   int    // of brackets in it
	quoted  bool
	escaped bool
	skips   bool // the object is too long; what is left of it is not kept
}

func (o *objects) next() (unit []byte, line int, err error) {
	for {
		if len(o.rest) == 0 {
			if err := o.read(); err != nil {
				return nil, o.began, err
			}
		}
		if o.depth == 0 {
			if text := o.find(); len(text) > 0 {
				return text, o.line, nil
			} else if len(o.rest) == 0 {
				continue
			}
		}
		part, whole := o.scan()
		switch {
		case o.skips:
			o.skips = !whole
		case whole && len(o.begun) == 0:
			return part, o.began, nil
		case len(o.begun)+len(part) > maxObject:
			o.skips, o.begun = !whole, o.begun[:0]
			return nil, o.began, longer(maxObject)
		default:
			if o.begun = append(o.begun, part...); whole {
				unit, o.begun = o.begun, o.begun[:0]
				return unit, o.began, nil
			}
		}
	}
}

// read reads on. Where the next line tells that the object before it is
// damaged, that is the error, and the line is read next.
func (o *objects) read() error {
	continues := o.unended
	part, err := o.in.ReadSlice('\n')
	o.unended = errors.Is(err, bufio.ErrBufferFull)
	if !continues {
		o.line++
	}
	if err != nil && !o.unended && (!errors.Is(err, io.EOF) || len(part) == 0) {
		switch {
		case !errors.Is(err, io.EOF):
			o.began = o.line
		case o.depth > 0:
			return o.damaged()
		case o.inList:
			o.began, err = o.line, errNoListEnd
		}
		return err
	}
	o.rest = part
	if o.depth > 0 && !continues && (o.quoted || beginsObject(part)) {
		return o.damaged()
	}
	return nil
}

// beginsObject says that an object is the first on a line. One that lies in
// another follows its name.
func beginsObject(line []byte) bool {
	for _, c := range line {
		if c != ' ' && c != '\t' {
			return c == '{'
		}
	}
	return false
}

// damaged gives up the object that has begun.
func (o *objects) damaged() error {
	told := o.skips
	o.depth, o.quoted, o.escaped, o.skips, o.begun = 0, false, false, false, o.begun[:0]
	if told {
		return nil
	}
	return errNoEnd
}

// find moves rest to the next object that begins in it. Text before that comes
// back, but for what stands between objects.
func (o *objects) find() []byte {
	for i, c := range o.rest {
		switch c {
		case '{':
			o.rest, o.began = o.rest[i:], o.line
			return nil
		case '[':
			o.inList = true
		case ']':
			o.inList = false
		case ' ', '\t', '\r', '\n', ',':
		default:
			text := bytes.TrimSpace(o.rest[i:])
			o.rest = nil
			return text
		}
	}
	o.rest = nil
	return nil
}

// scan takes off rest what belongs to the object that has begun, and says
// whether that is all of it.
func (o *objects) scan() (part []byte, whole bool) {
	for i := 0; i < len(o.rest); i++ {
		if o.quoted {
			if i += o.endQuote(o.rest[i:]); o.quoted {
				break
			}
			continue
		}
		switch o.rest[i] {
		case '"':
			o.quoted = true
		case '{', '[':
			o.depth++
		case '}', ']':
			if o.depth--; o.depth == 0 {
				part, o.rest = o.rest[:i+1], o.rest[i+1:]
				return part, true
			}
		}
	}
	part, o.rest = o.rest, nil
	return part, false
}

// endQuote returns where in b the string ends that has begun, if it does.
func (o *objects) endQuote(b []byte) int {
	for i := 0; ; i++ {
		if o.escaped && i < len(b) {
			o.escaped = false
			continue
		}
		next := bytes.IndexByte(b[i:], '"')
		if next < 0 {
			next = len(b) - i
		}
		if slash := bytes.IndexByte(b[i:i+next], '\\'); slash >= 0 {
			i += slash
			o.escaped = true
			continue
		}
		if i += next; i < len(b) {
			o.quoted = false
		}
		return i
	}
}
