package analyze

// HashOf is the hash of what a run writes.
var HashOf = hashOf

// QueryHashes are what a manifest says of the rules of its night.
var QueryHashes = queryHashes

// PastOf is the hash over nights, in order, that the last of them is to name.
func PastOf(nights []*Manifest) string {
	p := newPastOf()
	for _, m := range nights {
		p.add(m.Day, m)
	}
	return p.text()
}
