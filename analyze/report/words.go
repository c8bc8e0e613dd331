package report

import "slices"

// codes are the columns whose cells are words for programs, the same in every language,
// and how the messages begin that say them. CSV and JSON have the codes; a workbook is
// for people.
var codes = map[string]string{
	"level": "level.", "rank_status": "rank_status.", "scenario": "scenario.", "kind": "kind.", "status": "status.", "unknown_because": "because.",
	"state": "state.", "class": "class.", "pending_class": "class.", "basis": "basis.", "precision_of": "precision.", "name": "",
}

// bookColumn is how a workbook has a column.
type bookColumn struct {
	field
	hidden bool   // a code whose words stand in a column of their own
	words  string // how the messages of its cells begin; "" = they stand as they are
}

func bookColumns(s *sheet) []bookColumn {
	set := make([]bookColumn, len(s.columns))
	for i, name := range s.columns {
		c := bookColumn{field: fieldOf(name)}
		if words, isCode := codes[name]; isCode {
			c.hidden = slices.Contains(s.columns, name+"_text")
			if !c.hidden {
				c.words = words
				if text := fieldOf(name + "_text"); text.zh != text.name { // it is no code here
					c.zh, c.en = text.zh, text.en
				}
			}
		}
		set[i] = c
	}
	return set
}

// cellText is what a column's cell says in a workbook.
func (p *printer) cellText(c *bookColumn, cell string) string {
	if c.words == "" || cell == "" {
		return cell
	}
	if said, err := p.t(c.words + cell); err == nil {
		return said
	}
	return cell
}
