package feed

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Format is how an original is written.
type Format string

// The formats. Auto is the first one that recognises the text.
const (
	Auto        Format = ""
	STIX        Format = "stix"
	PassiveDNS  Format = "pdns"
	MISP        Format = "misp"
	Warninglist Format = "warninglist"
	Suricata    Format = "suricata"
	Hosts       Format = "hosts"
	Table       Format = "csv"
	Lines       Format = "list"
)

// format is one row of the table of formats. A new one is a file with its
// reader, and a row.
type format struct {
	name      Format
	what      string // for messages and the documentation
	marks     string // how it is recognised, for the documentation
	recognise func(text []byte) bool
	read      func(r *reader, text []byte) error
}

// formats are all that are read, in the order in which they are tried. The
// last takes what is left, and says by the line what is wrong with it.
var formats = []format{
	{STIX, "STIX 2.1 bundle", "a JSON object with `objects`, or an indicator alone with `pattern`", jsonHas("objects", "pattern"), (*reader).readSTIX},
	{PassiveDNS, "passive DNS", "JSON objects with `rrname`; a first line that names columns for name, type and answer of a record", isPassiveDNS, (*reader).readPassiveDNS},
	{MISP, "MISP event", "JSON with `Event`, `Attribute` or `response`; a list of such", isMISP, (*reader).readMISP},
	{Warninglist, "MISP warninglist", "a JSON object with `list`", jsonHas("list"), (*reader).readWarninglist},
	{Suricata, "Suricata or Snort rules", "a first line that begins with an action and has an arrow and options", isRules, (*reader).readRules},
	{Hosts, "hosts file", "a first line with an address of no host (0.0.0.0, 127.0.0.1, ::, ::1) and names", isHosts, (*reader).readHosts},
	{Table, "table", "a first line that names a column for addresses or names", isTable, (*reader).readTable},
	{Lines, "plain list", "anything else that is not JSON", isLines, (*reader).readList},
}

// Formats are the formats that can be asked for.
func Formats() []Format {
	list := make([]Format, len(formats))
	for i, f := range formats {
		list[i] = f.name
	}
	return list
}

// formatOf is the format of that name, or the one that text looks like.
func formatOf(name Format, text []byte) (*format, error) {
	if name == Auto && isYAML(text) {
		return nil, errors.New("is YAML, such as a Sigma rule, whose patterns are looked for in events: list the names and addresses that it has, one a line")
	}
	for i := range formats {
		if f := &formats[i]; f.name == name || (name == Auto && f.recognise(text)) {
			return f, nil
		}
	}
	if name == Auto {
		return nil, errors.New("is JSON, but neither a STIX bundle, a MISP event or warninglist, nor passive DNS")
	}
	return nil, fmt.Errorf("format %q is not known", name)
}

// isJSON tells an object, or a list of values, from a line of a list that
// begins with an IPv6 address in brackets.
func isJSON(text []byte) bool {
	text = bytes.TrimSpace(text[:min(len(text), 4096)])
	if inner, isList := bytes.CutPrefix(text, []byte("[")); isList {
		inner = bytes.TrimSpace(inner)
		return len(inner) > 0 && bytes.IndexByte([]byte("{[\"]"), inner[0]) >= 0
	}
	return len(text) > 0 && text[0] == '{'
}

// yamlKey is how a line of YAML begins: a list has no endpoint of that form, as
// every name of one has a dot.
var yamlKey = regexp.MustCompile(`^[A-Za-z_]+:( |$)`)

func isYAML(text []byte) bool {
	line := contentLine(text)
	return line == "---" || yamlKey.MatchString(line)
}

func isLines(text []byte) bool { return !isJSON(text) }

// contentLine is the first line that is neither blank nor a comment.
func contentLine(text []byte) string {
	for raw := range bytes.Lines(text[:min(len(text), 2*maxRule)]) {
		line := strings.TrimSpace(string(raw))
		if line != "" && !strings.ContainsRune("#;", rune(line[0])) && !strings.HasPrefix(line, "//") {
			return line
		}
	}
	return ""
}
