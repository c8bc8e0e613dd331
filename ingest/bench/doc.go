// Package bench measures the way in as an operator has it, from the socket to
// the files that are left, beside a peer on the same stream. It has no code of
// its own but its benchmarks:
//
//	go test -run '^$' -bench . ./ingest/bench
//
// Sender and collector share the machine; what is compared is the processor
// time of the collector alone, which the sender does not change.
package bench
