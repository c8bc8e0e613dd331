package feed

// What docs/feeds.md has to list.
var (
	TableFields       = tableFields
	DefaultConfidence = defaultConfidence
	EvidenceWords     = evidenceWords
)
