package feed

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"minewatch/analyze/intake"
	"minewatch/analyze/iprange"
)

// maxLine is the longest line that is looked at, in bytes.
const maxLine = 4000

// point is an endpoint as a line of a list gives it, with its coin.
type point struct {
	endpoint
	coin string
}

// readList reads one endpoint a line: what parseEndpoint does, an address or
// name and a port with a space or a comma between, or with commas
// host,port,coin and host,port,port. A comment begins with #, ; or //.
func (r *reader) readList(text []byte) error {
	return r.lines(text, func(content string) ([]point, error) { return listLine(stripComment(content)) })
}

// lines gives every line with content to read and adds what it returns: an
// empty list where the line is none of the list's.
func (r *reader) lines(text []byte, read func(content string) ([]point, error)) error {
	line := 0
	for content := range bytes.Lines(text) {
		line++
		content = bytes.TrimSpace(content)
		if len(content) == 0 {
			continue
		}
		raw := string(content[:min(len(content), maxLine)])
		var points []point
		err := fmt.Errorf("a line of %d bytes, more than %d", len(content), maxLine)
		if len(content) <= maxLine {
			points, err = read(raw)
		}
		if err != nil {
			if err := r.refuse(line, raw, err); err != nil {
				return err
			}
			continue
		}
		for _, p := range points {
			e := unstated()
			e.Coin = p.coin
			if err := r.add(line, raw, p.endpoint, e); err != nil {
				return err
			}
		}
	}
	return nil
}

func listLine(content string) ([]point, error) {
	content = strings.TrimSpace(strings.ReplaceAll(content, "\t", " "))
	if content == "" {
		return nil, nil
	}
	if err := intake.CheckText(content); err != nil {
		return nil, err
	}
	byComma := strings.Contains(content, ",")
	parts := splitLine(content, byComma)
	if len(parts) == 0 {
		return nil, fmt.Errorf("%q is not an address", content)
	}
	if len(parts) > 1 && !slices.ContainsFunc(parts[1:], func(s string) bool { return !isName(s) }) {
		return namedLine(parts[0], parts[1:])
	}
	p, err := parseEndpoint(parts[0])
	if err != nil {
		return nil, err
	}
	rest := parts[1:]
	digits := slices.IndexFunc(rest, func(s string) bool { return !isDigits(s) })
	switch {
	case len(rest) == 0:
		return []point{{endpoint: p}}, nil
	case p.port != 0 || (!byComma && len(rest) > 1):
		return nil, fmt.Errorf("%q stands behind the address: want an address, address:port or address port", strings.Join(rest, " "))
	case len(rest) == 1 || digits < 0:
		return portPoints(p, rest)
	case digits == 1 && len(rest) <= 3: // host,port,coin,comment
		return coinPoints(p, rest)
	}
	return nil, fmt.Errorf("%q stands behind the address: want host,port, host,port,coin or host,port,port", strings.Join(rest, ","))
}

// namedLine reads a line with names behind its first part: one of a hosts file
// that sends them nowhere, or nothing that can be told.
func namedLine(first string, names []string) ([]point, error) {
	a, err := iprange.ParseAddr(first)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%q stands behind the address: want a port", strings.Join(names, " "))
	case !a.IsUnspecified() && !a.IsLoopback():
		return nil, errors.New("a name behind an address: does it live there, or is it sent there? want a table with the columns address and domain, or --format hosts")
	}
	return hostsPoints(names), nil
}

// splitLine cuts a line into its values. Empty ones at the end are none.
func splitLine(content string, byComma bool) []string {
	if !byComma {
		return strings.Fields(content)
	}
	parts := strings.Split(content, ",")
	for i, s := range parts {
		parts[i] = strings.TrimSpace(s)
	}
	for len(parts) > 0 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	return parts
}

func portPoints(p endpoint, ports []string) ([]point, error) {
	var points []point
	for _, s := range ports {
		n, err := parsePort(s)
		if err != nil {
			return nil, err
		}
		p.port = n
		points = append(points, point{endpoint: p})
	}
	return points, nil
}

// maxCoin is the longest name of a coin.
const maxCoin = 30

func coinPoints(p endpoint, rest []string) ([]point, error) {
	points, err := portPoints(p, rest[:1])
	if err != nil {
		return nil, err
	}
	if len(rest[1]) > maxCoin {
		return nil, errors.New("a coin of more than 30 bytes: want host,port,coin")
	}
	points[0].coin = coinCode(intake.Known(rest[1]))
	return points, nil
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
