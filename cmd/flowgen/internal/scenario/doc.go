// Package scenario plants the hosts whose answer is known: miners that must be
// found and decoys that must not be taken for miners.
//
// behaviours is the table of all of them; miners.go and decoys.go say what each
// kind of host does; truth.go writes what is true about it.
package scenario
