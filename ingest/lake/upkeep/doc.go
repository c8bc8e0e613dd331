// Package upkeep keeps a lake in order behind the collectors' backs: Compact
// merges the many small files of a closed hour into few sorted ones, Retain
// deletes the oldest hours.
//
// A reader sees every flow exactly once at every moment. The new folder of an
// hour is built under <lake>/upkeep/, where nobody reads, and then exchanged
// with the old one in one step of the file system. Files that were published
// meanwhile are linked into the new folder first, while the lake's gate keeps
// further ones away. A path never changes its content, so a reader that has
// listed an hour reads what it listed, or finds that a file is gone and lists
// again.
//
// Whatever is in upkeep/ when a run starts was left by one that was killed. It
// is told apart whether its exchange took place, its manifest is written if so,
// and it is removed: see settle.
package upkeep
