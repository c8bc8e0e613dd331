package feed

// What docs/feeds.md has to list.
var (
	TableFields       = tableFields
	DefaultConfidence = defaultConfidence
	EvidenceWords     = evidenceWords
)

// FormatTable is the table of formats.
var FormatTable = formatTable()

func formatTable() (list []struct {
	Name        Format
	What, Marks string
},
) {
	for _, f := range formats {
		list = append(list, struct {
			Name        Format
			What, Marks string
		}{f.name, f.what, f.marks})
	}
	return list
}
