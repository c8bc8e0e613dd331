package feed

import (
	"errors"
	"fmt"
	"strings"
)

// patternTokens cuts a pattern into its words. A text in quotes begins with a
// quote and is without the closing one, so that it is never taken for a word.
func patternTokens(s string) ([]string, error) {
	var tokens []string
	for s = strings.TrimSpace(s); s != ""; s = strings.TrimSpace(s) {
		token, rest, err := patternToken(s)
		if err != nil {
			return nil, err
		}
		tokens, s = append(tokens, token), rest
	}
	return tokens, nil
}

func patternToken(s string) (token, rest string, err error) {
	switch {
	case s[0] == '\'':
		return quotedToken(s[1:])
	case len(s) > 1 && s[1] == '\'' && strings.ContainsRune("tbh", rune(s[0])): // t'2026-11-20T00:00:00Z'
		return quotedToken(s[2:])
	case strings.HasPrefix(s, "!=") || strings.HasPrefix(s, "<=") || strings.HasPrefix(s, ">="):
		return s[:2], s[2:], nil
	case strings.ContainsRune("[](),=<>", rune(s[0])):
		return s[:1], s[1:], nil
	}
	i, err := wordEnd(s)
	if i == 0 && err == nil {
		err = fmt.Errorf("the pattern has %q where it does not belong", shown(s[:1]))
	}
	return s[:i], s[i:], err
}

// quotedToken reads up to the closing quote; a backslash takes the next
// character as it is.
func quotedToken(s string) (token, rest string, err error) {
	text := strings.Builder{}
	text.WriteByte('\'')
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && i+1 < len(s):
			i++
			text.WriteByte(s[i])
		case s[i] == '\'':
			return text.String(), s[i+1:], nil
		default:
			text.WriteByte(s[i])
		}
	}
	return "", "", errors.New("the pattern has a quote that is not closed")
}

// wordEnd is where a word, a number or an object path ends. A path has
// brackets with an index, and quoted keys: protocols[*], extensions.'x'.
func wordEnd(s string) (int, error) {
	open := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\'' && i > 0 && s[i-1] == '.':
			end := strings.IndexByte(s[i+1:], '\'')
			if end < 0 {
				return 0, errors.New("the pattern has a quote that is not closed")
			}
			i += end + 1
		case c == '[' && i > 0 && !open:
			open = true
		case c == ']' && open:
			open = false
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', strings.IndexByte("-_:.*+", c) >= 0:
		default:
			return i, nil
		}
	}
	return len(s), nil
}
