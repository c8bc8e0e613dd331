// Package seed derives independent random streams from one seed.
//
// Every part of a generated week draws from its own stream, named by what it is
// for. So a part that draws more or fewer numbers after a change leaves all
// others as they were, and the order in which parts run does not matter.
package seed

import (
	"encoding/binary"
	"hash/fnv"
	"math/rand/v2"
)

// Stream returns the random stream of the given purpose: the same seed, name
// and indices always give the same numbers.
func Stream(seed uint64, name string, index ...int) *rand.Rand {
	h := fnv.New64a()
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], seed)
	h.Write(b[:])
	h.Write([]byte(name))
	for _, i := range index {
		binary.BigEndian.PutUint64(b[:], uint64(i))
		h.Write(b[:])
	}
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// Between draws a whole number of low <= n <= high.
func Between(rng *rand.Rand, low, high int) int {
	return low + rng.IntN(high-low+1)
}

// Range draws a real number of low <= x < high.
func Range(rng *rand.Rand, low, high float64) float64 {
	return low + rng.Float64()*(high-low)
}

// Pick draws one of the list, which must not be empty.
func Pick[T any](rng *rand.Rand, list []T) T {
	return list[rng.IntN(len(list))]
}
