package main

import (
	"strings"
)

// splitStatements cuts SQL text at the semicolons that end a statement, and
// returns the statements without them and the text after the last one. A
// semicolon within quotes, a dollar-quoted text or a comment ends nothing.
func splitStatements(text string) (statements []string, rest string) {
	start := 0
	for i := 0; i < len(text); {
		if text[i] == ';' {
			if s := text[start:i]; !isBlank(s) {
				statements = append(statements, strings.TrimSpace(s))
			}
			i++
			start = i
			continue
		}
		i += tokenLength(text, i)
	}
	return statements, text[start:]
}

// isBlank says whether SQL text has nothing to run: only space and comments.
func isBlank(text string) bool {
	for i := 0; i < len(text); {
		n := tokenLength(text, i)
		switch {
		case strings.HasPrefix(text[i:], "--"), strings.HasPrefix(text[i:], "/*"):
		case strings.TrimSpace(text[i:i+n]) != "":
			return false
		}
		i += n
	}
	return true
}

// isOpen says whether SQL text ends within quotes or a comment, to which the
// next line then belongs. Only such a last token grows with what follows.
func isOpen(text string) bool {
	for i := 0; i < len(text); {
		n := tokenLength(text, i)
		if i+n == len(text) && n > 1 {
			return tokenLength(text+"\n", i) > n
		}
		i += n
	}
	return false
}

// tokenLength is the length of the quoted text or comment that starts at i,
// or of the one byte there. What is not closed goes to the end of the text.
func tokenLength(text string, i int) int {
	rest := text[i:]
	switch {
	case rest[0] == '\'':
		return quotedLength(rest, '\'', isEscapeString(text, i))
	case rest[0] == '"':
		return quotedLength(rest, '"', false)
	case strings.HasPrefix(rest, "--"):
		if n := strings.IndexByte(rest, '\n'); n >= 0 {
			return n
		}
		return len(rest)
	case strings.HasPrefix(rest, "/*"):
		return commentLength(rest)
	case rest[0] == '$':
		return dollarLength(text, i)
	}
	return 1
}

// quotedLength ends at the closing quote; a doubled quote stands for itself,
// and in E'…' so does one after a backslash.
func quotedLength(s string, quote byte, backslash bool) int {
	for i := 1; i < len(s); i++ {
		switch {
		case backslash && s[i] == '\\':
			i++
		case s[i] == quote && i+1 < len(s) && s[i+1] == quote:
			i++
		case s[i] == quote:
			return i + 1
		}
	}
	return len(s)
}

// isEscapeString says whether the quote at i opens an E'…' text.
func isEscapeString(text string, i int) bool {
	if i == 0 || (text[i-1] != 'e' && text[i-1] != 'E') {
		return false
	}
	return i == 1 || !isWordByte(text[i-2])
}

// commentLength counts comments within the comment, as the parser does.
func commentLength(s string) int {
	depth := 0
	for i := 0; i < len(s); {
		switch {
		case strings.HasPrefix(s[i:], "/*"):
			depth++
			i += 2
		case strings.HasPrefix(s[i:], "*/"):
			depth--
			i += 2
			if depth == 0 {
				return i
			}
		default:
			i++
		}
	}
	return len(s)
}

// dollarLength is for $$…$$ and $tag$…$tag$; a parameter such as $1 and a
// dollar within a name are not quotes.
func dollarLength(text string, i int) int {
	if i > 0 && isWordByte(text[i-1]) {
		return 1
	}
	s := text[i:]
	end := 1
	for end < len(s) && isWordByte(s[end]) {
		end++
	}
	if end == len(s) || s[end] != '$' || (end > 1 && s[1] >= '0' && s[1] <= '9') {
		return 1
	}
	tag := s[:end+1]
	if n := strings.Index(s[len(tag):], tag); n >= 0 {
		return len(tag) + n + len(tag)
	}
	return len(s)
}

func isWordByte(b byte) bool {
	return b == '_' || b >= 0x80 || (b >= '0' && b <= '9') || (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z')
}
