// Package lake stores flow records as Parquet files that other engines read.
//
//	<lake>/flows/date=YYYY-MM-DD/hour=HH/<name>-<seq>.parquet   by the hour of receipt, UTC; immutable
//	<lake>/hot/<name>/…                                         what the writer of that name has not yet published
//	<lake>/manifests/…                                          what each run read and wrote
//
// A Writer fills any number of hours at once in bounded memory. Its files grow
// under hot/, and Publish makes all of them visible: footer, fsync, rename,
// fsync of the folder. So a file that a glob over flows/ sees is complete, and a
// writer that was killed leaves nothing there; the next writer in the same lake
// removes what it left under hot/, once the dead writer's lock is free.
//
// A file's columns are flow.Columns. docs/schema.md is generated from them by
// this package's test (go test ./ingest/lake -update).
package lake
