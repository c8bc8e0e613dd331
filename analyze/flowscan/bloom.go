package flowscan

import (
	"encoding/binary"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/cespare/xxhash/v2"
)

// bloom is a Bloom filter of split blocks of 256 bits
// (github.com/apache/parquet-format, BloomFilter.md).
type bloom []byte

const (
	blockBytes = 32
	mostBloom  = 1 << 27 // bytes
)

// bloom reads the one of a column of 64 bits, nil where it has none of the only
// kind that is settled.
func (g *rowGroup) bloom(i int) (bloom, error) {
	at := g.groups[g.number].stored[i].bloom
	if at <= 0 || g.leaves[i].kind != parquet.Types.Int64 {
		return nil, nil
	}
	if at >= g.size {
		return nil, errPage
	}
	head := make([]byte, min(64, g.size-at))
	if _, err := g.file.ReadAt(head, at); err != nil {
		return nil, err
	}
	length, settled := int64(0), 0
	t := thrift{src: head}
	t.fields(func(id int32, typ byte) bool {
		switch {
		case id == 1:
			length = t.i64()
		case typ == thriftStruct: // the algorithm, the hash, the compression
			t.fields(func(id int32, _ byte) bool {
				if id == 1 {
					settled++
				}
				return false
			})
		default:
			return false
		}
		return true
	})
	at += int64(len(head) - len(t.src))
	if t.bad || length <= 0 || length%blockBytes != 0 || length > mostBloom || length > g.size-at {
		return nil, errPage
	}
	if settled != 3 {
		return nil, nil
	}
	b := make(bloom, length)
	_, err := g.file.ReadAt(b, at)
	return b, err
}

// holds says whether a number may be in it.
func (b bloom) holds(n int64) bool {
	hash := xxhash.Sum64(binary.LittleEndian.AppendUint64(nil, uint64(n))) //nolint:gosec // a bit pattern
	block := b[hash>>32*uint64(len(b)/blockBytes)>>32*blockBytes:]         //nolint:gosec // not negative
	for i, salt := range [...]uint32{0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31} {
		if bit := uint32(hash) * salt >> 27; binary.LittleEndian.Uint32(block[4*i:])>>bit&1 == 0 { //nolint:gosec // its lower half
			return false
		}
	}
	return true
}
