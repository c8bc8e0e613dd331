package main

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// decodeConfig reads text over what c has. Unknown keys keep nothing from being
// read. Wrong is every value of the wrong kind; where the text is no TOML, what is
// the first thing wrong with it.
func decodeConfig(text []byte, c *config) (unknown, wrong error) {
	if err := toml.Unmarshal(text, new(map[string]any)); err != nil {
		return nil, positioned(err)
	}
	var keys, values []error
	// The decoder stops at the first value of a wrong kind: without its line, it
	// comes to the next.
	lines := bytes.Split(bytes.Clone(text), []byte("\n"))
	rest := func() []byte { return bytes.Join(lines, []byte("\n")) }
	for range lines {
		err := toml.Unmarshal(rest(), c)
		var decode *toml.DecodeError
		if err == nil {
			break
		}
		values = append(values, positioned(err))
		if !errors.As(err, &decode) {
			break
		}
		row, _ := decode.Position()
		lines[row-1] = nil
	}
	decoder := toml.NewDecoder(bytes.NewReader(rest()))
	decoder.DisallowUnknownFields()
	var strict *toml.StrictMissingError
	if errors.As(decoder.Decode(new(config)), &strict) {
		for i := range strict.Errors {
			e := &strict.Errors[i]
			row, column := e.Position()
			keys = append(keys, fmt.Errorf("line %d, column %d: unknown key %s", row, column, strings.Join(e.Key(), ".")))
		}
	}
	return errors.Join(keys...), errors.Join(values...)
}

// positioned says line and column of what the decoder refused, and why in
// the words of a configuration.
func positioned(err error) error {
	var decode *toml.DecodeError
	if !errors.As(err, &decode) {
		return err
	}
	row, column := decode.Position()
	return fmt.Errorf("line %d, column %d: %s", row, column, plainReason(decode.Error()))
}

var (
	wrongKind   = regexp.MustCompile(`^cannot decode TOML (.+) into .*?(\S+)$`)
	tooLarge    = regexp.MustCompile(`^integer value (-?\d+) cannot be stored in \S+$`)
	wrongPrefix = regexp.MustCompile(`^netip\.ParsePrefix\((".*")\): .*$`)
)

// plainReason takes the names of Go's types and packages out of a reason.
func plainReason(text string) string {
	text = strings.TrimPrefix(text, "toml: ")
	if m := wrongKind.FindStringSubmatch(text); m != nil {
		return fmt.Sprintf("want %s, not %s %s", kindOf(m[2]), article(m[1]), m[1])
	}
	if m := tooLarge.FindStringSubmatch(text); m != nil {
		return m[1] + " is out of range"
	}
	if m := wrongPrefix.FindStringSubmatch(text); m != nil {
		return m[1] + " is no prefix, such as 10.0.0.0/8"
	}
	return text
}

// kindOf says what to write for a value of a Go type.
func kindOf(goType string) string {
	switch {
	case goType == "string", goType == "main.secret", goType == "main.secretURL":
		return "a text in quotes"
	case goType == "bool":
		return "true or false"
	case goType == "netip.Prefix":
		return "a prefix in quotes"
	case goType == "main.duration":
		return `a duration in quotes, such as "60s"`
	case strings.HasPrefix(goType, "int"), strings.HasPrefix(goType, "float"):
		return "a number"
	case strings.HasPrefix(goType, "[]"):
		return "a list in brackets"
	}
	return "a table"
}

func article(noun string) string {
	if strings.ContainsRune("aeiou", rune(noun[0])) {
		return "an"
	}
	return "a"
}
