package analyze

// HashOf is the hash of what a run writes.
var HashOf = hashOf
