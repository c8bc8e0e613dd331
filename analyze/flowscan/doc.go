// Package flowscan reads the flow files of a day once, for all that a night
// wants of them: the records that have a listed address on one side, and how
// many records each exporter sent in each hour.
//
// Of the twenty-eight columns it decodes the lower halves of both addresses, and holds
// each value against what is wanted where it was decoded; of the others it sums up
// the deltas, and decodes the values of the rows that were found. What the statistics of a row group or
// the dictionary of a column tell is not decoded. What is found goes into
// Parquet files for the query engine, which takes the rest from there: sets
// belong to SQL, bytes and pages here.
//
//	scan.go      the scan: files, row groups, workers
//	footer.go    what a file says of itself; bloom.go, its Bloom filters
//	rowgroup.go  one row group: who was met, and the values of those rows
//	count.go     how many records of whom, by hour
//	wanted.go    whom the scan looks for; sieve.go, the quick no
//	chunk.go     a column of a row group: pages, and ways to read them
//	delta.go     DELTA_BINARY_PACKED; hybrid.go, the indices of dictionaries
//	kernel_*     the same and the sieve, in C, for processors with AVX2
//	thrift.go    the encoding of footers and headers
//	found.go     the files of what was found
//
// Pages are unpacked, and found.go's files written, by arrow-go. Its readers are
// not used: they make objects of all that a footer says, and copy each value
// several times, which takes longer than the rest of this together.
//
// Sources: github.com/apache/parquet-format, Encodings.md and
// src/main/thrift/parquet.thrift.
package flowscan
