package ledger

// What docs/ledger.md has to list.
var (
	AddressFields   = addressFields
	RangeFields     = rangeFields
	ExclusionFields = exclusionFields
)
