package intake

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Reject is a row that was refused. It is an error, so that readers of rows
// can return one and go on.
type Reject struct {
	Line   int    // of the file, from 1
	Text   string // the row as it stands there, shortened
	Reason string
}

func (r *Reject) Error() string { return fmt.Sprintf("line %d: %s", r.Line, r.Reason) }

// maxText is how much of a refused row is kept, in bytes.
const maxText = 300

// Refuse makes the Reject of a row.
func Refuse(line int, text string, reason error) *Reject {
	if len(text) > maxText {
		cut := maxText
		for cut > 0 && !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut] + "…"
	}
	return &Reject{Line: line, Text: strings.ToValidUTF8(text, "�"), Reason: reason.Error()}
}

// SortRejects puts rejects in the order of the file.
func SortRejects(rejects []Reject) {
	slices.SortStableFunc(rejects, func(a, b Reject) int { return cmp.Compare(a.Line, b.Line) })
}

// RejectsHeader is the first line of a table of rejects.
var RejectsHeader = []string{"file", "line", "reason", "text"}

// WriteRejects writes rejects of a file as CSV by RejectsHeader, which it does not
// write: one table may be of several files.
func WriteRejects(w io.Writer, file string, rejects []Reject) error {
	out := csv.NewWriter(w)
	for _, r := range rejects {
		_ = out.Write([]string{file, strconv.Itoa(r.Line), r.Reason, r.Text})
	}
	out.Flush()
	return out.Error()
}
