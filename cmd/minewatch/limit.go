package main

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"
)

// tableLimit is how many rows a table shows unless --limit says otherwise: a province
// has thousands of suspects, and a page has an end.
const tableLimit = 50

// rowLimit is the flag --limit of the commands that list many things.
type rowLimit struct {
	n   int
	set bool
}

func addLimitFlag(cmd *cobra.Command, l *rowLimit) {
	cmd.Flags().Var(l, "limit", fmt.Sprintf("show at most `N` (default %d in a table, all in csv and json; 0 = all)", tableLimit))
}

func (l *rowLimit) String() string {
	if !l.set {
		return ""
	}
	return strconv.Itoa(l.n)
}

func (*rowLimit) Type() string { return "N" }

func (l *rowLimit) Set(text string) error {
	n, err := strconv.Atoi(text)
	switch {
	case errors.Is(err, strconv.ErrRange):
		return errors.New("is too large; 0 shows all")
	case err != nil:
		return errors.New("want a whole number")
	case n < 0:
		return errors.New("is negative; 0 shows all")
	}
	l.n, l.set = n, true
	return nil
}

// rows is how many to show; 0 = all.
func (l *rowLimit) rows(format outputFormat) int {
	if !l.set && format == formatTable {
		return tableLimit
	}
	return l.n
}

// firstRows are the first n of a list; all where n is 0.
func firstRows[T any](list []T, n int) []T {
	if n > 0 && len(list) > n {
		return list[:n]
	}
	return list
}

// firstOf are the rows to show of a list whose length is not told otherwise.
func firstOf[T any](env *environment, l *rowLimit, format outputFormat, one string, list []T) []T {
	shown := firstRows(list, l.rows(format))
	if len(shown) < len(list) {
		env.say(fmt.Sprintf("%s, %d shown; --limit 0 shows all", amount(len(list), one), len(shown)))
	}
	return shown
}
