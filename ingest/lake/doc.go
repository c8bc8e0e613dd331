// Package lake stores flow records as Parquet files that other engines read.
//
//	<lake>/flows/date=YYYY-MM-DD/hour=HH/<name>-<seq>.parquet   by the hour of receipt, UTC; immutable
//	<lake>/hot/<name>/…                                         what the writer of that name has not yet published
//	<lake>/manifests/…                                          what each run read and wrote
//	<lake>/upkeep/…                                             compaction and retention under way: see package upkeep
//
// There are two ways in. A file that a glob over flows/ sees is complete on
// both: its content was synced before it got its name there.
//
// A Writer is for imports, which are stored as a whole or not at all. It fills
// any number of hours at once in bounded memory. Its files grow under hot/, and
// Publish makes all of them visible, Replace in the place of earlier ones. A
// writer that was killed leaves nothing; the next one removes its folder, once
// the dead writer's lock is free.
//
// A Spool is for collectors, which must not lose what they have received:
//
//	spool.go     rows of the open minutes, by hour and side (side.go), into segments
//	segment.go   an hour's growing Parquet file, and a journal, frame by frame (frame.go), of what is not in it yet
//	convert.go   its way out: footer -> Parquet file -> where readers see it
//	readback.go  what a journal tells of a segment whose writer died
//	recover.go   the way out of what dead collectors have left
//
// Other files keep out of each other's way by three locks: a writer's own on
// its folder (workspace.go), one on hot/ for coming and going, and the gate
// between publishing and the replacement of whole hours or imports (gate.go).
//
// A file's columns are flow.Columns. docs/schema.md is generated from them by
// this package's test (go test ./ingest/lake -update).
package lake
