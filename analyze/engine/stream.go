package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unsafe"

	bindings "github.com/duckdb/duckdb-go-bindings"
)

// Stream reads whole columns of numbers of the Parquet files behind a raw_
// relation: each gets the next few thousand values of all of them, in any order
// of rows, and may keep none; a null is 0. For a test that SQL has no quick words
// for.
//
// The driver hands over one value at a time, in a box, which takes many times as
// long as decoding it. So this is a session of its own, below the driver, with
// the same limits, that lends the memory the values were decoded into.
func (d *DB) Stream(ctx context.Context, relation string, columns []string, each func(values [][]int64) error) error {
	files, ok := d.files[relation]
	if !ok {
		return fmt.Errorf("stream %s: it was not read from Parquet files", relation)
	}
	if len(files) == 0 {
		return nil
	}
	s := &stream{}
	defer s.close()
	if err := s.open(d.options, d.temp); err != nil {
		return fmt.Errorf("stream %s: %w", relation, explain(err))
	}
	defer s.interruptAt(ctx)()
	text := fmt.Sprintf("select %s from read_parquet(%s, hive_partitioning = false)", strings.Join(columns, ", "), quoteList(files))
	if err := s.run(ctx, text, len(columns), each); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return fmt.Errorf("stream %s: %w", relation, d.reveal(ctx, explain(err)))
	}
	return context.Cause(ctx)
}

// stream is the session, and one statement in it.
type stream struct {
	config     bindings.Config
	database   bindings.Database
	connection bindings.Connection
	statement  bindings.PreparedStatement
	result     bindings.Result
}

func (s *stream) open(o Options, temp string) error {
	if bindings.CreateConfig(&s.config) == bindings.StateError {
		return errors.New("open query engine: no memory for its settings")
	}
	settings := map[string]string{
		"autoinstall_known_extensions": "false",
		"autoload_known_extensions":    "false",
		"temp_directory":               temp,
		"preserve_insertion_order":     "false", // or every thread waits for the first
	}
	if o.MemoryLimit != "" {
		settings["memory_limit"] = o.MemoryLimit
	}
	if o.Threads > 0 {
		settings["threads"] = fmt.Sprint(o.Threads)
	}
	for name, value := range settings {
		if bindings.SetConfig(s.config, name, value) == bindings.StateError {
			return fmt.Errorf("set up the query engine: %s = %s is refused", name, value)
		}
	}
	fault := ""
	if bindings.OpenExt(":memory:", &s.database, s.config, &fault) == bindings.StateError {
		return fmt.Errorf("open query engine: %s", fault)
	}
	if bindings.Connect(s.database, &s.connection) == bindings.StateError {
		return errors.New("open query engine: it takes no connection")
	}
	return nil
}

// interruptAt stops the statement when the context ends, until the function
// that it returns is called.
func (s *stream) interruptAt(ctx context.Context) (end func()) {
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(done)
		bindings.Interrupt(s.connection)
	})
	return func() {
		if !stop() {
			<-done
		}
	}
}

func (s *stream) run(ctx context.Context, text string, columns int, each func([][]int64) error) error {
	if bindings.Prepare(s.connection, text, &s.statement) == bindings.StateError {
		return errors.New(bindings.PrepareError(s.statement))
	}
	if bindings.ExecutePreparedStreaming(s.statement, &s.result) == bindings.StateError {
		return errors.New(bindings.ResultError(&s.result))
	}
	values := make([][]int64, columns)
	for ctx.Err() == nil { // an interrupt before the statement ran is forgotten
		chunk := bindings.FetchChunk(s.result)
		if chunk.Ptr == nil {
			break
		}
		rows := int(bindings.DataChunkGetSize(chunk)) //nolint:gosec // a few thousand
		for i := range values {
			values[i] = numbers(bindings.DataChunkGetVector(chunk, bindings.IdxT(i)), rows) //nolint:gosec // not negative
		}
		err := each(values)
		bindings.DestroyDataChunk(&chunk)
		if err != nil {
			return err
		}
	}
	if fault := bindings.ResultError(&s.result); fault != "" {
		return errors.New(fault)
	}
	return nil
}

// numbers are the values of a vector where they are, nulls made 0.
func numbers(v bindings.Vector, rows int) []int64 {
	if rows == 0 {
		return nil
	}
	list := unsafe.Slice((*int64)(bindings.VectorGetData(v)), rows)
	mask := (*uint64)(bindings.VectorGetValidity(v))
	if mask == nil {
		return list
	}
	valid := unsafe.Slice(mask, (rows+63)/64)
	for i := range list {
		if valid[i/64]>>(i%64)&1 == 0 {
			list[i] = 0
		}
	}
	return list
}

func (s *stream) close() {
	bindings.DestroyResult(&s.result)
	bindings.DestroyPrepare(&s.statement)
	bindings.Disconnect(&s.connection)
	bindings.Close(&s.database)
	bindings.DestroyConfig(&s.config)
}
