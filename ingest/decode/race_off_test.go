//go:build !race

package decode_test

// underRace says that the race detector, which allocates on its own, is on.
const underRace = false
