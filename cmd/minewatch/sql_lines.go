package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
)

// writeLines writes a line for each cell, with the names of the columns
// before them, and an empty line between two rows: for rows that are wider
// than a screen.
func (r *resultRows) writeLines(w io.Writer, maxRows int) (remark string, err error) {
	names, width := make([]string, len(r.columns)), 0
	for i, column := range r.columns {
		names[i] = printable(column)
		width = max(width, text.StringWidth(names[i]))
	}
	for shown := 0; ; shown++ {
		more, err := r.next()
		if err != nil {
			return "", err
		}
		if cut := more && maxRows > 0 && shown == maxRows; !more || cut {
			return tableRemark(shown, cut), nil
		}
		var lines strings.Builder
		if shown > 0 {
			lines.WriteString("\n")
		}
		for i, cell := range r.cells {
			fmt.Fprintf(&lines, "%s = %s\n", text.AlignRight.Apply(names[i], width), printable(cellText(cell, "NULL")))
		}
		if _, err := io.WriteString(w, lines.String()); err != nil {
			return "", err
		}
	}
}
