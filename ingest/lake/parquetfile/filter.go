package parquetfile

import (
	"bytes"
	"slices"

	"github.com/apache/arrow-go/v18/arrow/memory"
	"github.com/apache/arrow-go/v18/parquet/metadata"

	"minewatch/ingest/flow"
)

const (
	filterMistakes = 0.01    // row groups that are read in vain
	filterBytes    = 1 << 20 // the largest filter: of 800,000 values
)

// writeFilter writes the split-block Bloom filter of a column behind its chunk
// (BloomFilter.md): as large as its different values need.
func (w *Writer) writeFilter(c *Chunk, v *flow.Values) {
	var hashes []uint64
	switch {
	case c.Nulls == c.Values:
	case v.Int64 != nil:
		hashes = hashesOf(&w.numbers64, v.Int64, v)
	default: // Parquet has 32 bits for smaller ones
		w.widened = w.widened[:0]
		for _, value := range v.Int16 {
			w.widened = append(w.widened, int32(value))
		}
		hashes = hashesOf(&w.numbers32, append(w.widened, v.Int32...), v)
	}
	filter := metadata.NewBloomFilterFromNDVAndFPP(uint32(len(hashes)), filterMistakes, filterBytes, memory.DefaultAllocator)
	defer filter.Release()
	filter.InsertBulk(hashes)

	var t thrift
	t.i32(1, int32(filter.Size()))
	for field := range int16(3) {
		t.begin(2 + field) // algorithm, hash and compression: the first of each, and there is no other
		t.empty(1)
		t.end()
	}
	t.end()
	content := bytes.NewBuffer(t.b)
	_, _ = filter.WriteTo(content, nil) // to memory
	c.Filter, c.FilterLength = w.offset(), int64(content.Len())
	w.group = append(w.group, content.Bytes()...)
}

// hashesOf are those of the different values that are not null.
func hashesOf[T number](s *numberScratch[T], values []T, v *flow.Values) []uint64 {
	if v.Valid != nil && !v.Steady {
		values = s.pick(values, v.Valid)
	}
	hashes := metadata.GetHashes(xxhash, slices.Compact(slices.Clone(values)))
	slices.Sort(hashes)
	return slices.Compact(hashes)
}

// xxhash is how values are hashed.
var xxhash = metadata.NewBloomFilter(0, 0, memory.DefaultAllocator).Hasher()
