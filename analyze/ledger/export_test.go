package ledger

// What docs/ledger.md has to list.
var (
	AddressFields   = addressFields
	RangeFields     = rangeFields
	ExclusionFields = exclusionFields
)

// SectorWords are the other words for each sector.
func SectorWords() map[string][]string {
	words := map[string][]string{}
	for _, s := range sectors {
		words[s.name] = s.words
	}
	return words
}
