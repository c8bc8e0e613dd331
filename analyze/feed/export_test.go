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

// JSONItems are the elements of an array, and JSONMembers the members of an
// object, each with where it begins.
func JSONItems(text []byte) (items []string, at []int) {
	_ = located{RawMessage: text}.items(func(v located) error {
		items, at = append(items, string(v.RawMessage)), append(at, v.at)
		return nil
	})
	return items, at
}

func JSONMembers(text []byte) map[string]string {
	members := map[string]string{}
	_ = located{RawMessage: text}.members(func(key string, v located) error {
		members[key] = string(v.RawMessage)
		return nil
	})
	return members
}
