package seed_test

import (
	"testing"

	"minewatch/cmd/flowgen/internal/seed"
)

func TestStreamsAreIndependent(t *testing.T) {
	first := seed.Stream(1, "a", 2).Uint64()
	if again := seed.Stream(1, "a", 2).Uint64(); again != first {
		t.Errorf("the same stream gives %d and %d", first, again)
	}
	for name, other := range map[string]uint64{
		"seed": seed.Stream(2, "a", 2).Uint64(), "name": seed.Stream(1, "b", 2).Uint64(), "index": seed.Stream(1, "a", 3).Uint64(),
	} {
		if other == first {
			t.Errorf("another %s gives the same numbers", name)
		}
	}
}

func TestBetween(t *testing.T) {
	rng := seed.Stream(1, t.Name())
	seen := map[int]bool{}
	for range 1000 {
		seen[seed.Between(rng, 3, 5)] = true
	}
	if len(seen) != 3 || !seen[3] || !seen[4] || !seen[5] {
		t.Errorf("drawn: %v, want 3, 4 and 5", seen)
	}
}
