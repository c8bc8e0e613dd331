package intake

import (
	"errors"
	"fmt"
	"strings"
)

// Tally accounts for the rows of an import:
//
//	Read = Kept + Names + Duplicates + Blank + len(Rejects)
type Tally struct {
	Read       int // rows with content
	Kept       int
	Names      int      // kept apart: endpoints that are known by their name only
	Duplicates int      // merged into a row that was kept
	Blank      int      // rows of a form that nobody filled in
	Rejects    []Reject // rows with a fault
	Ignored    []string // columns that no field knows
	Others     []string // what is there beside the rows, by kind and number: other objects of an event
	Remarks    []string // what was kept, but not as it stands there
	known      bool     // its header named the columns that were looked for: it is no file of another kind
}

// Rows reads every row of a table and accounts for those that are refused: a row
// that cannot be read, and one of which use says why.
func (t *Tally) Rows(in *Table, use func(Row) error) error {
	t.Ignored, t.known = in.Ignored(), true
	return in.Rows(func(row Row) error {
		t.Read++
		if err := use(row); err != nil {
			t.Rejects = append(t.Rejects, *row.Refuse(err))
		}
		return nil
	}, func(r *Reject) error {
		t.Read++
		t.Rejects = append(t.Rejects, *r)
		return nil
	})
}

// DefaultMaxBad is the share of refused rows above which a file is taken for
// the wrong one.
const DefaultMaxBad = 0.5

// Amount is a number of things with the word for one of them, or for any other
// number.
func Amount(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// Limits say how much of a file may be refused before nothing of it is
// imported.
type Limits struct {
	MaxBad float64 // share of refused rows; 0 = DefaultMaxBad
	Strict bool    // one refused row is too many
}

// Judge refuses an import as a whole.
func (t *Tally) Judge(l Limits) error {
	if l.MaxBad == 0 {
		l.MaxBad = DefaultMaxBad
	}
	bad, rows := len(t.Rejects), t.Read
	// That every row is refused may be the fault of the file, or of its rows: whose
	// header is known has named what is wrong with each.
	hint := ": is it the right file and format?"
	if t.known {
		hint = ": correct what is told of them"
	}
	were := "were"
	if bad == 1 {
		were = "was"
	}
	refused := fmt.Sprintf("%d of %s %s", bad, Amount(rows, "row", "rows"), were)
	switch {
	case t.Read == 0:
		return errors.New("no row in it, nothing was imported")
	case t.Kept+t.Names == 0 && t.Read-t.Blank == 1:
		return errors.New("its only row could not be used, nothing was imported" + strings.Replace(hint, "them", "it", 1))
	case t.Kept+t.Names == 0:
		return fmt.Errorf("not one of %s could be used, nothing was imported%s", Amount(t.Read-t.Blank, "row", "rows"), hint)
	case l.Strict && bad > 0:
		return fmt.Errorf("%s refused, nothing was imported: correct them, or import the rest without --strict", refused)
	case float64(bad) > l.MaxBad*float64(rows):
		return fmt.Errorf("%s refused, more than %.0f%%, nothing was imported%s; --max-bad allows more", refused, 100*l.MaxBad, hint)
	}
	return nil
}

// The names of the counts in a manifest.
const (
	CountRead       = "read"
	CountKept       = "kept"
	CountDuplicates = "duplicates"
	CountNames      = "names"
	CountBlank      = "blank"
	CountRefused    = "refused"
)

// Counts are the figures for a manifest.
func (t *Tally) Counts() map[string]int {
	return map[string]int{
		CountRead: t.Read, CountKept: t.Kept, CountDuplicates: t.Duplicates,
		CountNames: t.Names, CountBlank: t.Blank, CountRefused: len(t.Rejects),
	}
}

// String is the summary line: read = kept + each drop that happened.
func (t *Tally) String() string {
	var s strings.Builder
	fmt.Fprintf(&s, "rows: read %d = kept %d", t.Read, t.Kept)
	for _, d := range []struct {
		name string
		n    int
	}{
		{CountNames, t.Names},
		{CountDuplicates, t.Duplicates},
		{CountBlank, t.Blank},
		{CountRefused, len(t.Rejects)},
	} {
		if d.n > 0 {
			fmt.Fprintf(&s, " + %s %d", d.name, d.n)
		}
	}
	return s.String()
}
