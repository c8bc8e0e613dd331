package upkeep

import (
	"hash/crc32"

	"minewatch/ingest/flow"
)

// sums are the sums of all values of each column. They wrap around: they prove
// that the values are the same, not how large they are.
type sums []uint64

func newSums() sums { return make(sums, len(flow.Columns)) }

// add adds the values of the rows.
func (s sums) add(rows *flow.Group) {
	for i := range s {
		v := rows.Values(i)
		switch {
		case v.IsText:
			words := make([]uint64, len(v.Texts))
			for code, text := range v.Texts {
				words[code] = 1<<40 + uint64(crc32.ChecksumIEEE([]byte(text)))
			}
			s[i] += sumOf(&v, rows.Len(), v.Int32, func(code int32) uint64 { return words[code] })
		case v.Int16 != nil:
			s[i] += sumOf(&v, rows.Len(), v.Int16, known)
		case v.Int32 != nil:
			s[i] += sumOf(&v, rows.Len(), v.Int32, known)
		default:
			s[i] += sumOf(&v, rows.Len(), v.Int64, known)
		}
	}
}

// known is a value that is not null, in a sum.
func known[T int16 | int32 | int64](v T) uint64 { return 1<<40 + uint64(v) } //nolint:gosec // wraps around

func sumOf[T any](v *flow.Values, rows int, values []T, of func(T) uint64) (sum uint64) {
	if v.Steady {
		if v.Valid != nil && !v.Valid[0] {
			return 0
		}
		return uint64(rows) * of(values[0]) //nolint:gosec // wraps around
	}
	for row, value := range values {
		if v.Valid == nil || v.Valid[row] {
			sum += of(value)
		}
	}
	return sum
}
