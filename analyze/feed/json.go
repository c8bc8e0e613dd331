package feed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// located is a JSON value and where it begins in its file.
type located struct {
	json.RawMessage
	at int
}

// jsonFault says where a JSON text is broken.
func jsonFault(text []byte, err error) error {
	var syntax *json.SyntaxError
	switch {
	case !errors.As(err, &syntax):
		return fmt.Errorf("is broken JSON: %w", err)
	case syntax.Offset >= int64(len(text)):
		return errors.New("is broken JSON: it ends in the middle")
	}
	return fmt.Errorf("line %d: is broken JSON: %w", 1+bytes.Count(text[:syntax.Offset], []byte("\n")), err)
}

// members gives each member of an object to visit. Values are parts of the
// text, not copies: what nobody asks for costs nothing.
func (v located) members(visit func(key string, value located) error) error {
	return v.each('{', func(i int) (int, error) {
		end := skipValue(v.RawMessage, i)
		var key string
		if err := json.Unmarshal(v.RawMessage[i:end], &key); err != nil {
			return len(v.RawMessage), nil //nolint:nilerr // no object: openJSON says so
		}
		i = skipSpace(v.RawMessage, end)
		if i == len(v.RawMessage) || v.RawMessage[i] != ':' {
			return len(v.RawMessage), nil
		}
		i = skipSpace(v.RawMessage, i+1)
		end = skipValue(v.RawMessage, i)
		return end, visit(key, located{v.RawMessage[i:end], v.at + i})
	})
}

// items gives each element of an array to visit.
func (v located) items(visit func(located) error) error {
	return v.each('[', func(i int) (int, error) {
		end := skipValue(v.RawMessage, i)
		return end, visit(located{v.RawMessage[i:end], v.at + i})
	})
}

// oneOrMore is items for a value that may stand without its list.
func (v located) oneOrMore(visit func(located) error) error {
	if v.isArray() {
		return v.items(visit)
	}
	return visit(v)
}

// each calls step where an element of an object or array begins; step says
// where it ends. What is no such value has no elements.
func (v located) each(opening byte, step func(begin int) (end int, err error)) error {
	text := v.RawMessage
	if len(text) == 0 || text[0] != opening {
		return nil
	}
	for i := skipSpace(text, 1); i < len(text) && text[i] != ']' && text[i] != '}'; {
		end, err := step(i)
		if err != nil {
			return err
		}
		if i = skipSpace(text, end); i >= len(text) || text[i] != ',' {
			break
		}
		i = skipSpace(text, i+1)
	}
	return nil
}

func skipSpace(text []byte, i int) int {
	for i < len(text) && bytes.IndexByte([]byte(" \t\r\n"), text[i]) >= 0 {
		i++
	}
	return i
}

// skipValue is where the value that begins at i ends, in a text whose form
// json.Valid has found right; in another it is somewhere.
func skipValue(text []byte, i int) int {
	for depth := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		case c == '{' || c == '[':
			depth++
			continue
		case c == '}' || c == ']':
			depth--
		case bytes.IndexByte([]byte(" \t\r\n:,"), c) >= 0:
			if depth > 0 {
				continue
			}
			return i
		default:
			if depth > 0 || (i+1 < len(text) && bytes.IndexByte([]byte(" \t\r\n:,]}"), text[i+1]) < 0) {
				continue
			}
		}
		if depth <= 0 {
			return min(i+1, len(text))
		}
	}
	return len(text)
}

// isArray says whether the value is a list.
func (v located) isArray() bool { return len(v.RawMessage) > 0 && v.RawMessage[0] == '[' }

// document is a JSON text whose values know their lines.
type document struct {
	located
	text   []byte
	at     int // how far lines are counted
	number int // the line there
}

// openJSON checks the text as a whole: a broken list is not half a list.
func openJSON(text []byte) (*document, error) {
	start := len(text) - len(bytes.TrimLeft(text, " \t\r\n"))
	if !json.Valid(text) {
		return nil, jsonFault(text, json.Unmarshal(text, &json.RawMessage{}))
	}
	return &document{located: located{text[start:], start}, text: text, number: 1}, nil
}

// line is the line that a value begins in. Values are asked for in their
// order, mostly, so that counting goes on from where it was.
func (d *document) line(v located) int {
	if v.at < d.at {
		d.at, d.number = 0, 1
	}
	d.number += bytes.Count(d.text[d.at:v.at], []byte("\n"))
	d.at = v.at
	return d.number
}

// jsonHas recognises a JSON object that has one of the members.
func jsonHas(names ...string) func([]byte) bool {
	return func(text []byte) bool {
		found := false
		if isJSON(text) {
			_ = located{RawMessage: bytes.TrimSpace(text)}.members(func(key string, _ located) error {
				if found = slices.Contains(names, key); found {
					return io.EOF // enough was read
				}
				return nil
			})
		}
		return found
	}
}

// flexible is a text that some programs write as a number, or as true and
// false.
type flexible string

// UnmarshalJSON takes any plain value.
func (f *flexible) UnmarshalJSON(data []byte) error {
	switch {
	case bytes.Equal(data, []byte("null")):
		*f = ""
		return nil
	case data[0] == '"':
		var s string
		err := json.Unmarshal(data, &s)
		*f = flexible(s)
		return err
	case data[0] == '{' || data[0] == '[':
		return errors.New("a list or an object where a plain value belongs")
	}
	*f = flexible(data)
	return nil
}

// isTrue says whether the value means yes.
func (f flexible) isTrue() bool { return f == "true" || f == "1" }

// isFalse says whether the value means no; a value that is not there does not.
func (f flexible) isFalse() bool { return f == "false" || f == "0" }
