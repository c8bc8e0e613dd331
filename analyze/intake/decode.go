package intake

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// MaxBytes is the largest file that is read. A feed or ledger has a few
// megabytes; more than this is a file named by mistake.
const MaxBytes = 256 << 20

var utf8Mark = []byte("\xef\xbb\xbf")

// signatures are the first bytes of what people send instead of a text file.
var signatures = []struct {
	bytes  string
	advice string
}{
	{"PK\x03\x04", "is a workbook or another zip file: save the sheet as CSV UTF-8"},
	{"\xd0\xcf\x11\xe0", "is an old Excel workbook, or one with a password: save the sheet as CSV UTF-8"},
	{"\xff\xfe", "is UTF-16 text: convert it with 'iconv -f UTF-16 -t UTF-8'"},
	{"\xfe\xff", "is UTF-16 text: convert it with 'iconv -f UTF-16 -t UTF-8'"},
}

// ErrNotUTF8 is returned for text in another encoding. In China that is
// GB18030 or its subset GBK, the system encoding of Windows.
var ErrNotUTF8 = errors.New("is not UTF-8 text: if it is GB18030 or GBK, convert it with 'iconv -f GB18030 -t UTF-8 FILE'")

// Decode returns the text of a file that is to be a table, without its byte
// order mark and unpacked, or an error that says what the file is and what to
// do with it. Bytes that are no UTF-8 are left to the caller, who knows whether
// they matter: see UTF8.
func Decode(data []byte) ([]byte, error) {
	text, err := Text(data)
	if err == nil && text[0] == '{' {
		return nil, errors.New("is JSON: want CSV with a header")
	}
	return text, err
}

// Text is Decode for a file that may be JSON as well. What it returns is never
// empty.
func Text(data []byte) ([]byte, error) {
	if len(data) > MaxBytes {
		return nil, errors.New("is larger than 256 MiB: is it the right file?")
	}
	data, err := unpack(data, MaxBytes)
	if err != nil {
		return nil, err
	}
	for _, s := range signatures {
		if bytes.HasPrefix(data, []byte(s.bytes)) {
			return nil, errors.New(s.advice)
		}
	}
	text := bytes.TrimPrefix(data, utf8Mark)
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, errors.New("is empty")
	}
	return text, nil
}

// UTF8 returns a text that is UTF-8 as it is, and one in GB18030, as Excel in China
// saves a CSV, converted. Only a header tells that it is that: a cell of it that
// names one of the fields in Chinese, which no other encoding spells with the same
// bytes. What else is no UTF-8 is refused.
func UTF8(text []byte, fields []Field) ([]byte, error) {
	if utf8.Valid(text) {
		return text, nil
	}
	converted, err := simplifiedchinese.GB18030.NewDecoder().Bytes(text)
	if err != nil || bytes.ContainsRune(converted, utf8.RuneError) {
		return nil, ErrNotUTF8
	}
	if _, named := header(converted, fields); !slices.ContainsFunc(named, func(name string) bool { return len(name) > utf8.RuneCountInString(name) }) {
		return nil, ErrNotUTF8
	}
	return converted, nil
}

// HeaderWithin is in how many lines, or rows of a sheet, a header is looked for:
// titles may stand above.
const HeaderWithin = 30

// Untitled makes the lines above a header empty: a sheet that is saved as CSV has its
// titles there. The numbers of the lines stay. A text without a header is returned as
// it is.
func Untitled(text []byte, fields []Field) []byte {
	at, named := header(text, fields)
	if len(named) == 0 || at == 0 {
		return text
	}
	return append(bytes.Repeat([]byte("\n"), bytes.Count(text[:at], []byte("\n"))), text[at:]...)
}

// header is where the first line begins that names two of the fields, or else the
// first one, and the cells that name some.
func header(text []byte, fields []Field) (at int, named []string) {
	end, first := 0, true
	var whole []string
	for range HeaderWithin {
		line, _, more := bytes.Cut(text[end:], []byte("\n"))
		begin := end
		end += len(line) + 1
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' {
			var found []string
			for cell := range strings.SplitSeq(string(line), string(separator(line))) {
				if cell = strings.Trim(strings.TrimSpace(cell), `"`); Match(fields, cell) != "" {
					found = append(found, cell)
				}
			}
			if len(found) > 1 {
				return begin, found
			}
			if first {
				whole, first = found, false
			}
		}
		if !more {
			break
		}
	}
	return 0, whole
}
