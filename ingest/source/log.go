package source

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"minewatch/ingest/flow"
)

const (
	logBatch    = 4096 // units that Next reads at most
	shownLength = 64   // of a refused value
	maxKinds    = 64   // of lines without a flow that are told apart
)

// LogOptions say what the lines of a log do not.
type LogOptions struct {
	Name     string // of the file, for RowError
	Exporter string // of lines that name none

	// Of lines that have none: 1 in N packets, 0 = unknown. SamplingRate holds
	// for every log; SamplingDefault only for those of routers, because a
	// sensor beside the line sees every packet.
	SamplingRate    int32
	SamplingDefault int32

	// OnReject is called for every refused line, in the order of the file.
	OnReject func(RowError)
}

// RowError is a line that was refused: the row of a table, a JSON object.
type RowError struct {
	File   string // LogOptions.Name
	Line   int    // of the file, from 1; where an object begins
	Column string // or field, in the file's own spelling; empty if the line as a whole is wrong
	Value  string // as found, shortened if it is long
	Reason string
}

func (e RowError) Error() string {
	var b strings.Builder
	if e.File != "" {
		fmt.Fprintf(&b, "%s: ", e.File)
	}
	fmt.Fprintf(&b, "line %d: ", e.Line)
	if e.Column != "" {
		fmt.Fprintf(&b, "%s %q ", e.Column, e.Value)
	}
	b.WriteString(e.Reason)
	return b.String()
}

// wrongValue is the error of a field whose value v was refused.
func wrongValue(field string, v []byte, err error) error {
	if errors.As(err, new(notFlow)) {
		return err
	}
	return RowError{Column: field, Value: shown(v), Reason: err.Error()}
}

// notFlow is the error of a unit that holds no flow and is no mistake: another
// event, a window without data. It says which kind it is.
type notFlow string

// aboutLog is that of lines about the log itself, as headers that stand in it
// again. Nobody counts on them.
const aboutLog notFlow = ""

func (k notFlow) Error() string { return "holds no flow: " + string(k) }

// units cuts a log into lines or JSON objects, each with the line that it
// begins in; it is valid until the next. errLongUnit concerns one unit only.
type units interface {
	next() (unit []byte, line int, err error)
}

// parser reads one unit of a log into r. Its errors are a RowError that names
// the field, notFlow, or what is wrong with the unit as a whole.
type parser interface {
	parse(unit []byte, r *row) error
	unread() []string // the fields met so far that are not read
}

// Log is a text log of flow records; docs/imports.md describes its formats. It
// is used by one goroutine.
type Log struct {
	format  *LogFormat
	units   units
	parser  parser
	options LogOptions

	row      row
	read     int64
	rejected int64
	passed   map[string]int64
	err      error // what Next returns from now on
}

// OpenLog opens the flow log r, plain or compressed, whose format its content
// says. Its error says what is missing. The caller closes r.
func OpenLog(r io.Reader, o LogOptions) (*Log, error) {
	in, err := newInput(r)
	if err != nil {
		return nil, fmt.Errorf("open flow log: %w", err)
	}
	head := in.head()
	format := formatOf(head)
	if format.Name == flow.CSV && isJSON(head) {
		return nil, fmt.Errorf("open flow log: the file is JSON of no log that is read: %s. It begins with %q (docs/imports.md lists the fields of each)",
			jsonWriters(), shown(head))
	}
	l := &Log{format: format, options: o, passed: map[string]int64{}, row: row{exporters: map[string]string{}}}
	if l.units, l.parser, err = l.format.open(in); err != nil {
		return nil, fmt.Errorf("open flow log: %w", endsEarly(err))
	}
	return l, nil
}

// Next appends the next records to batch, those of 4096 lines at most, and
// returns it. At the end it returns io.EOF, or the error that ended the
// reading early, with the last records. A line that is refused goes to
// OnReject and is no error.
func (l *Log) Next(batch []flow.Record) ([]flow.Record, error) {
	for range logBatch {
		if l.err != nil {
			return batch, l.err
		}
		unit, line, err := l.units.next()
		switch {
		case err == nil:
			batch = l.take(unit, line, batch)
		case errors.As(err, new(refusedUnit)):
			l.reject(line, err)
		default:
			if l.err = err; !errors.Is(err, io.EOF) {
				l.err = fmt.Errorf("read flow log, line %d: %w", line, endsEarly(err))
			}
			return batch, l.err
		}
	}
	return batch, nil
}

// take appends the records of one unit.
func (l *Log) take(unit []byte, line int, batch []flow.Record) []flow.Record {
	begin := len(batch)
	batch = append(batch, flow.Record{})
	r := &l.row
	r.start(&batch[begin], l.format.Name, l.options.Exporter, l.rate())
	err := l.parser.parse(unit, r)
	if err == nil {
		err = r.finish()
	}
	if err != nil {
		if kind := notFlow(""); errors.As(err, &kind) {
			l.pass(string(kind))
		} else {
			l.reject(line, err)
		}
		return batch[:begin]
	}
	batch = r.directions(batch)
	l.read += int64(len(batch) - begin)
	return batch
}

// rate is the sampling rate of a line that has none.
func (l *Log) rate() int32 {
	switch {
	case l.options.SamplingRate > 0:
		return l.options.SamplingRate
	case l.format.everyPacket:
		return 1
	}
	return l.options.SamplingDefault
}

func (l *Log) reject(line int, err error) {
	l.read++
	l.rejected++
	if l.options.OnReject == nil {
		return
	}
	var e RowError
	if !errors.As(err, &e) {
		e.Reason = err.Error()
	}
	e.File, e.Line = l.options.Name, line
	l.options.OnReject(e)
}

func (l *Log) pass(kind string) {
	if kind == string(aboutLog) {
		return
	}
	if _, known := l.passed[kind]; !known && len(l.passed) >= maxKinds {
		kind = "others"
	}
	l.passed[kind]++
}

// Format is the log's, as it is stored of its records.
func (l *Log) Format() flow.Format { return l.format.Name }

// Unread lists the columns or fields met so far that are not read: those that
// are no flow columns, and those that name one a second time.
func (l *Log) Unread() []string { return l.parser.unread() }

// Records counts the records read so far, and the refused lines.
func (l *Log) Records() int64 { return l.read }

// Rejected counts the refused lines so far.
func (l *Log) Rejected() int64 { return l.rejected }

// Passed counts the lines so far that hold no flow and are no mistakes, by
// what they are: other events, windows without data.
func (l *Log) Passed() map[string]int64 { return l.passed }

func shown(v []byte) string {
	if len(v) > shownLength {
		return string(v[:shownLength]) + "…"
	}
	return string(v)
}
