// Package parquetfile writes Parquet files of flat columns: integers,
// timestamps and texts of few values, which is what flow records are.
//
//	writer.go      row groups, and the bytes between the two magic words
//	chunk.go       one column of a row group: its pages
//	delta.go       DELTA_BINARY_PACKED, for numbers
//	dictionary.go  dictionaries, for numbers of which few are different
//	large.go       those of thorough writers, for numbers of which many are
//	hybrid.go      the hybrid of runs and packed bits, for nulls and dictionary indices
//	filter.go      Bloom filters
//	footer.go      the metadata; thrift.go how they are written down
//
// It writes all flow files. It is there because of the collector's cost: encoding
// is a third of what a flow costs from the socket to the disk, and a general
// writer, which works value by value, needs half as much processor time again
// (BenchmarkEncode in the package above). Compaction, which has more time, has
// more of it spent: see Options. Files of anything else are written by arrow-go's.
//
// Sources: github.com/apache/parquet-format, Encodings.md, BloomFilter.md,
// README.md and src/main/thrift/parquet.thrift; the Thrift compact protocol. The
// tests read the files with arrow-go and with DuckDB.
package parquetfile
