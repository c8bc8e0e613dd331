package intake

import (
	"bytes"
	"errors"
	"unicode/utf8"
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
// GB18030 or its subset GBK, the system encoding of older Windows.
var ErrNotUTF8 = errors.New("is not UTF-8 text: if it is GB18030 or GBK, convert it with 'iconv -f GB18030 -t UTF-8 FILE'")

// Decode returns the text of a file that is to be a table, without its byte
// order mark and unpacked, or an error that says what the file is and what to
// do with it. Bytes that are no UTF-8 are left to the caller, who knows whether
// they matter: see RequireUTF8.
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

// RequireUTF8 refuses text with anything but UTF-8 in it.
func RequireUTF8(text []byte) error {
	if !utf8.Valid(text) {
		return ErrNotUTF8
	}
	return nil
}
