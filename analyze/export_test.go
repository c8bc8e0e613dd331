package analyze

// HashOf is the hash of what a run writes.
var HashOf = hashOf

// QueryHashes are what a manifest says of the rules of its night.
var QueryHashes = queryHashes
