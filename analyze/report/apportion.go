package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
)

// stratum is a part of what is drawn from.
type stratum struct {
	name string
	size int
}

// drawHash orders what is drawn: who has the seed can reckon it with any tool
// for SHA-256.
func drawHash(seed uint64, name string) string {
	sum := sha256.Sum256([]byte(strconv.FormatUint(seed, 10) + "|" + name))
	return hex.EncodeToString(sum[:])
}

// apportion shares n places among strata, which it leaves in the order of their
// hashes. A stratum whose share is below one gets one, and the others share the
// rest in proportion to their sizes, again until no share is below one. Each then
// has its share without the fraction, and the largest fractions get the places
// that are left. Fewer places than strata go to the first ones by hash, one each:
// each stratum then has the same chance, whatever its size. Whole numbers only, so
// that every machine decides the same.
func apportion(n int, strata []stratum, seed uint64) map[string]int {
	slices.SortFunc(strata, func(a, b stratum) int {
		return cmp.Or(cmp.Compare(drawHash(seed, a.name), drawHash(seed, b.name)), cmp.Compare(a.name, b.name))
	})
	places, total := map[string]int{}, 0
	for _, s := range strata {
		total += s.size
	}
	n = min(n, total)
	if n <= len(strata) {
		for _, s := range strata[:n] {
			places[s.name] = 1
		}
		return places
	}
	rest := slices.Clone(strata)
	for raised := true; raised; {
		raised = false
		restN, restTotal := n, total
		rest = slices.DeleteFunc(rest, func(s stratum) bool {
			if restN*s.size >= restTotal {
				return false
			}
			places[s.name], raised = 1, true
			n, total = n-1, total-s.size
			return true
		})
	}
	for _, s := range rest {
		places[s.name] = n * s.size / total
	}
	left := n
	for _, s := range rest {
		left -= places[s.name]
	}
	// Stable: equal fractions stay in the order of their hashes.
	slices.SortStableFunc(rest, func(a, b stratum) int { return cmp.Compare(n*b.size%total, n*a.size%total) })
	for _, s := range rest[:left] {
		places[s.name]++
	}
	return places
}
