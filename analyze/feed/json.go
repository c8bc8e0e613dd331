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
	case errors.As(err, &syntax):
		return fmt.Errorf("line %d: is broken JSON: %w", 1+bytes.Count(text[:min(int(syntax.Offset), len(text))], []byte("\n")), err)
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("is broken JSON: it ends in the middle")
	}
	return fmt.Errorf("is broken JSON: %w", err)
}

// members gives each member of an object to visit. Its value is not looked
// into, so that a part that nobody asks for costs no memory.
func (v located) members(visit func(key string, value located) error) error {
	in := json.NewDecoder(bytes.NewReader(v.RawMessage))
	if t, err := in.Token(); err != nil || t != json.Delim('{') {
		return err
	}
	for in.More() {
		key, err := in.Token()
		if err != nil {
			return err
		}
		value, err := v.next(in)
		if err != nil {
			return err
		}
		if name, ok := key.(string); ok {
			if err := visit(name, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// items gives each element of an array to visit.
func (v located) items(visit func(located) error) error {
	in := json.NewDecoder(bytes.NewReader(v.RawMessage))
	if t, err := in.Token(); err != nil || t != json.Delim('[') {
		return err
	}
	for in.More() {
		value, err := v.next(in)
		if err != nil {
			return err
		}
		if err := visit(value); err != nil {
			return err
		}
	}
	return nil
}

func (v located) next(in *json.Decoder) (located, error) {
	var value json.RawMessage
	if err := in.Decode(&value); err != nil {
		return located{}, err
	}
	return located{value, v.at + int(in.InputOffset()) - len(value)}, nil
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
	if err := json.Unmarshal(text, &json.RawMessage{}); err != nil {
		return nil, jsonFault(text, err)
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
