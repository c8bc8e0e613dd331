package ingest

import (
	"cmp"
	"encoding/hex"
	"hash"
	"slices"

	"minewatch/ingest/lake"
)

// knownInputs are the inputs of imports into the lake, read when the first is
// asked for: a file that begins with one of them has grown since.
type knownInputs struct {
	lake     string
	byFormat map[string][]knownInput // the shortest first; nil: not yet read
}

type knownInput struct {
	sha256 string
	bytes  int64
}

// of lists those of a format.
func (k *knownInputs) of(format string) ([]knownInput, error) {
	if k.byFormat == nil {
		inputs, err := lake.ReadInputs(k.lake)
		if err != nil {
			return nil, err
		}
		k.byFormat = map[string][]knownInput{}
		for _, in := range inputs {
			// Older manifests have only the length of the file, which is the content's
			// where it was not compressed.
			k.insert(in.Format, knownInput{in.SHA256, cmp.Or(in.ContentBytes, in.Bytes)})
		}
	}
	return k.byFormat[format], nil
}

// add is called when a file was imported.
func (k *knownInputs) add(in *inputFile) {
	k.insert(in.format, knownInput{in.sha256, in.contentBytes})
}

func (k *knownInputs) insert(format string, in knownInput) {
	list := k.byFormat[format]
	i, _ := slices.BinarySearchFunc(list, in.bytes, func(e knownInput, bytes int64) int { return cmp.Compare(e.bytes, bytes) })
	k.byFormat[format] = slices.Insert(list, i, in)
}

// prefixHash hashes what is written to it, and finds the known inputs that are
// its beginning, by the hash at their length.
type prefixHash struct {
	hash  hash.Hash
	known []knownInput // longer than what was written, the shortest first
	bytes int64
	found []string
}

func (p *prefixHash) Write(b []byte) (int, error) {
	for rest := b; len(rest) > 0; {
		n := int64(len(rest))
		if len(p.known) > 0 {
			n = min(n, p.known[0].bytes-p.bytes)
		}
		p.hash.Write(rest[:n]) // a hash never fails
		rest = rest[n:]
		p.bytes += n
		p.passKnown()
	}
	return len(b), nil
}

// passKnown compares with the inputs of just this length.
func (p *prefixHash) passKnown() {
	sum := ""
	for len(p.known) > 0 && p.known[0].bytes <= p.bytes {
		if sum == "" {
			sum = p.sum()
		}
		if p.known[0].sha256 == sum {
			p.found = append(p.found, sum)
		}
		p.known = p.known[1:]
	}
}

func (p *prefixHash) sum() string { return hex.EncodeToString(p.hash.Sum(nil)) }
