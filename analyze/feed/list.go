package feed

import (
	"fmt"
	"strings"

	"minewatch/analyze/intake"
)

// readList reads one endpoint a line: what parseEndpoint does, or an address
// and a port with a space or a comma between. A comment begins with #, ; or //.
func (r *reader) readList(text []byte) {
	line := 0
	for raw := range strings.Lines(string(text)) {
		line++
		content := strings.TrimSpace(strings.ReplaceAll(stripComment(raw), "\t", " "))
		if content == "" {
			continue
		}
		e, err := r.listEntry(content)
		e.Line = line
		r.take(e, err, func(err error) *intake.Reject {
			return intake.Refuse(line, strings.TrimSpace(raw), err)
		})
	}
}

func (r *reader) listEntry(content string) (Entry, error) {
	if err := intake.CheckText(content); err != nil {
		return Entry{}, err
	}
	parts := strings.FieldsFunc(content, func(r rune) bool { return r == ' ' || r == ',' })
	if len(parts) == 0 {
		return Entry{}, fmt.Errorf("%q is not an address", content)
	}
	first := parts[0]
	if len(parts) == 2 && isName(parts[1]) {
		// A line of a hosts file: the address is where the name is sent
		// to, not where it lives.
		return Entry{}, errDomain
	}
	point, err := parseEndpoint(first)
	if err != nil {
		return Entry{}, err
	}
	switch {
	case len(parts) == 2 && point.port == 0:
		if point.port, err = parsePort(parts[1]); err != nil {
			return Entry{}, err
		}
	case len(parts) > 1:
		return Entry{}, fmt.Errorf("%q stands behind the address: want an address, address:port or address port", strings.Join(parts[1:], " "))
	}
	return r.complete(point, unstated())
}

// stripComment cuts a comment off. The slashes of a URL are none: a comment
// stands at the beginning of the line or behind a space.
func stripComment(s string) string {
	if i := strings.IndexAny(s, "#;"); i >= 0 {
		s = s[:i]
	}
	for from := 0; ; {
		i := strings.Index(s[from:], "//")
		if i < 0 {
			return s
		}
		i += from
		if i == 0 || s[i-1] == ' ' || s[i-1] == '\t' {
			return s[:i]
		}
		from = i + 2
	}
}
