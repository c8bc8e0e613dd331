package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"minewatch/analyze/lockfile"
	"minewatch/queries"
)

// Options of a session.
type Options struct {
	Lake          string // the lake's directory
	MemoryLimit   string // as DuckDB writes it, such as "2GB"; "" = its own default
	Threads       int    // 0 = all cores
	TempDirectory string // where it spills to; "" = a folder of its own below the system's
	Logger        *slog.Logger
}

// DB is one session. It is used by one goroutine at a time.
type DB struct {
	conn    *sql.Conn   // of everything but Build
	builds  []*sql.Conn // conn among them: as many relations are built at a time
	pool    *sql.DB
	lake    string
	temp    string
	release func() error // removes temp
	log     *slog.Logger
	options Options
	files   map[string][]string // Parquet, behind the raw_ relations that were read from it
	queries map[string]queries.Query
	built   map[string]bool
	defers  bool // Build makes views of everything
}

// Open starts a session without any network, extension or file access beyond
// what its own statements name.
func Open(ctx context.Context, o Options) (*DB, error) {
	all, err := queries.All()
	if err != nil {
		return nil, err
	}
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		return nil, fmt.Errorf("open query engine: %w", err)
	}
	d := &DB{pool: sql.OpenDB(connector), lake: o.Lake, log: o.Logger, options: o, files: map[string][]string{}, queries: all, built: map[string]bool{}}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	if err := d.start(ctx, o); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

func (d *DB) start(ctx context.Context, o Options) error {
	conn, err := d.pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("open query engine: %w", err)
	}
	d.conn, d.builds = conn, []*sql.Conn{conn}
	temp := o.TempDirectory
	if temp == "" {
		temp = os.TempDir()
	}
	if d.temp, d.release, err = lockfile.Folder(temp, "minewatch-spill-"); err != nil {
		return fmt.Errorf("make the query engine's temporary folder (see engine.temp_directory): %w", err)
	}
	settings := []string{
		"set autoinstall_known_extensions = false",
		"set autoload_known_extensions = false",
		"set temp_directory = " + quote(d.temp),
		"set parquet_metadata_cache = true", // the nights of a quarter are some hundred small files, asked several times
	}
	if o.MemoryLimit != "" {
		settings = append(settings, "set memory_limit = "+quote(o.MemoryLimit))
	}
	if o.Threads > 0 {
		settings = append(settings, fmt.Sprintf("set threads = %d", o.Threads))
	}
	macros, err := queries.Macros()
	if err != nil {
		return err
	}
	for _, s := range append(settings, macros...) {
		if _, err := d.conn.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("set up the query engine: %q: %w", s, err)
		}
	}
	return d.openBuilds(ctx)
}

// Close ends the session and removes what it spilled.
func (d *DB) Close() error {
	var errs []error
	for _, conn := range d.builds {
		errs = append(errs, conn.Close())
	}
	errs = append(errs, d.pool.Close())
	if d.release != nil {
		errs = append(errs, d.release())
	}
	return errors.Join(errs...)
}

// Folder is for temporary files of this session, which removes it.
func (d *DB) Folder() string { return d.temp }

// Set gives a variable to the queries: a number, text, a day (Day) or a time.
func (d *DB) Set(ctx context.Context, name string, value any) error {
	text := ""
	switch v := value.(type) {
	case int, int64:
		text = fmt.Sprintf("%d::bigint", v)
	case float64:
		text = fmt.Sprintf("%g::double", v)
	case string:
		text = quote(v)
	case Day:
		text = "date " + quote(string(v))
	case time.Time:
		text = fmt.Sprintf("make_timestamptz(%d)", v.UnixMicro())
	default:
		return fmt.Errorf("set variable %s: no rule for a %T", name, value)
	}
	for _, conn := range d.builds {
		if _, err := conn.ExecContext(ctx, "set variable "+name+" = "+text); err != nil {
			return fmt.Errorf("set variable %s: %w", name, err)
		}
	}
	return nil
}

// Day is a calendar day, "2026-11-15".
type Day string

// Read puts files behind a raw_ relation: Parquet, or CSV with the types that
// the relation declares. Without files the relation is empty.
func (d *DB) Read(ctx context.Context, name string, paths ...string) error {
	return d.read(ctx, name, "read_parquet(%s, hive_partitioning = false)", paths)
}

// ReadGrown is Read for a relation that has gained columns: they are null in
// the files of an older program, which lack them.
func (d *DB) ReadGrown(ctx context.Context, name string, paths ...string) error {
	declared := "(" + d.queries[name].SQL + ")"
	return d.read(ctx, name, declared+" union all by name select * from read_parquet(%s, hive_partitioning = false, union_by_name = true)", paths)
}

func (d *DB) read(ctx context.Context, name, parquet string, paths []string) error {
	q, ok := d.queries[name]
	if !ok || q.Layer() != "raw" {
		return fmt.Errorf("read %s: no raw_ relation of that name", name)
	}
	source := q.SQL
	d.files[name] = nil
	if len(paths) > 0 {
		files := quoteList(paths)
		switch filepath.Ext(paths[0]) {
		case ".csv":
			columns, err := d.columns(ctx, q)
			if err != nil {
				return err
			}
			source = fmt.Sprintf("select * from read_csv(%s, header = true, auto_detect = false, delim = ',', quote = '\"', escape = '\"', null_padding = true, columns = {%s})", files, columns)
		default:
			source = "select * from " + strings.Replace(parquet, "%s", files, 1)
			d.files[name] = paths
		}
	}
	if _, err := d.conn.ExecContext(ctx, "create or replace view "+name+" as "+source); err != nil {
		return fmt.Errorf("read %s: %w", name, Explain(err))
	}
	d.built[name] = true
	return nil
}

// columns writes the declared columns of a raw_ relation for read_csv.
func (d *DB) columns(ctx context.Context, q queries.Query) (string, error) {
	var list []string
	err := d.Each(ctx, "select column_name, column_type from (describe "+q.SQL+")", func(rows *sql.Rows) error {
		var name, typ string
		err := rows.Scan(&name, &typ)
		list = append(list, quote(name)+": "+quote(typ))
		return err
	})
	if err != nil {
		return "", fmt.Errorf("describe %s: %w", q.Name, err)
	}
	return strings.Join(list, ", "), nil
}

// Values puts rows of numbers and text behind a raw_ relation.
func (d *DB) Values(ctx context.Context, name string, rows [][]any) error {
	q, ok := d.queries[name]
	if !ok || q.Layer() != "raw" {
		return fmt.Errorf("fill %s: no raw_ relation of that name", name)
	}
	delete(d.files, name)
	if _, err := d.conn.ExecContext(ctx, "create or replace table "+name+" as "+q.SQL); err != nil {
		return fmt.Errorf("fill %s: %w", name, err)
	}
	for _, row := range rows {
		marks := strings.TrimSuffix(strings.Repeat("?, ", len(row)), ", ")
		if _, err := d.conn.ExecContext(ctx, "insert into "+name+" values ("+marks+")", row...); err != nil {
			return fmt.Errorf("fill %s: %w", name, err)
		}
	}
	d.built[name] = true
	return nil
}

// ForgetAll makes the next Read and Build start anew, with other files or
// other variables, but for the relations that are named.
func (d *DB) ForgetAll(but ...string) {
	maps.DeleteFunc(d.built, func(name string, _ bool) bool { return !slices.Contains(but, name) })
}

// ForgetReaders makes the next Build compute anew what reads one of the variables,
// and all that reads that. The rest stays.
func (d *DB) ForgetReaders(variables ...string) {
	maps.DeleteFunc(d.built, func(name string, _ bool) bool {
		read, err := queries.Order(d.queries, name)
		return err != nil || slices.ContainsFunc(read, func(q queries.Query) bool {
			return slices.ContainsFunc(q.Params, func(p string) bool { return slices.Contains(variables, p) })
		})
	})
}

// Hand puts what one reading statement of ours finds now behind a raw_
// relation, which then no longer depends on what was read.
func (d *DB) Hand(ctx context.Context, name, text string, args ...any) error {
	if q, ok := d.queries[name]; !ok || q.Layer() != "raw" {
		return fmt.Errorf("hand over %s: no raw_ relation of that name", name)
	}
	delete(d.files, name)
	kept := "kept_" + name
	if _, err := d.conn.ExecContext(ctx, "create or replace table "+kept+" as "+text, args...); err != nil {
		return fmt.Errorf("hand over %s: %w", name, Explain(err))
	}
	if _, err := d.conn.ExecContext(ctx, "create or replace view "+name+" as select * from "+kept); err != nil {
		return fmt.Errorf("hand over %s: %w", name, Explain(err))
	}
	d.built[name] = true
	return nil
}

// Query runs one reading statement of ours.
func (d *DB) Query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	rows, err := d.conn.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, Explain(err)
	}
	return rows, nil
}

// Each runs one reading statement of ours, and calls scan at each of its rows.
func (d *DB) Each(ctx context.Context, text string, scan func(*sql.Rows) error, args ...any) error {
	rows, err := d.Query(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // read to the end below
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return Explain(err)
	}
	return nil
}

// quote writes a SQL text literal.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// quoteList writes a SQL list of text literals.
func quoteList(list []string) string {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = quote(s)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// ErrGone is returned where a file that a relation was to be read from is no
// longer there: compaction has replaced it, or retention deleted it. Read the
// relation from a new listing then.
var ErrGone = errors.New("a file of the lake is gone since it was listed")

// ErrMemory is returned where the engine ran out of memory, and of space to
// spill into.
var ErrMemory = errors.New("not enough memory")

// ErrSpace is returned where a disk is full.
var ErrSpace = errors.New("no space on the disk")

// ErrDamaged is returned where a file of the lake cannot be read. The engine does not
// always name it; what to do about it is said by analyze.Options.Advise.
var ErrDamaged = errors.New("a file of the lake is damaged")

// DamageError is an ErrDamaged with what the engine says of the file, in one line.
type DamageError struct{ Reason string }

func (e *DamageError) Error() string { return ErrDamaged.Error() + ": " + e.Reason }

func (e *DamageError) Unwrap() error { return ErrDamaged }

// Explain tells faults that a person can mend, and what to do about those of the
// engine itself.
func Explain(err error) error {
	text := err.Error()
	switch {
	case strings.Contains(text, "No files found that match") || strings.Contains(text, "No such file or directory"):
		return fmt.Errorf("%w: %w", ErrGone, err)
	case strings.Contains(text, "Out of Memory"):
		return fmt.Errorf("%w: %w\nraise engine.memory_limit, or give engine.temp_directory more space", ErrMemory, err)
	case strings.Contains(strings.ToLower(text), "no space left on device"):
		return fmt.Errorf("%w: %w\nmake room in the lake and in engine.temp_directory", ErrSpace, err)
	}
	if reason := damage(text); reason != "" {
		return &DamageError{reason}
	}
	return err
}

// What the engine says where the parts of a Parquet file make no sense. Those of
// Thrift, in which footers and page headers are written, would tell nobody anything.
var (
	damageWords = []string{"No magic bytes", "Footer length", "Parquet", "Decompression failure", "orrupted", "Could not read enough bytes", "header inconsistency"}
	thriftWords = []string{"don't know what type", "TProtocolException", "invalid TType", "Varint-decoding", "Variable-length int", "Out of buffer"}
)

// damage is what an error of the engine says of a file that it could not read; "" for
// other errors.
func damage(text string) string {
	said := func(word string) bool { return strings.Contains(text, word) }
	if slices.ContainsFunc(thriftWords, said) {
		return "its footer or a page header makes no sense"
	}
	if !slices.ContainsFunc(damageWords, said) {
		return ""
	}
	line, _, _ := strings.Cut(text, "\n") // behind it stands our own statement
	for _, kind := range []string{"Invalid Error: ", "Invalid Input Error: ", "IO Error: "} {
		line = strings.TrimPrefix(line, kind)
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return '?'
		}
		return r
	}, line)
}

// reveal finds the fault that an interrupt hides: when one thread meets it, the
// engine interrupts the others, and one of those may speak first. Every file is
// read again, alone.
func (d *DB) reveal(ctx context.Context, err error) error {
	if ctx.Err() != nil || !strings.Contains(err.Error(), "INTERRUPT") {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(d.files)) {
		for _, path := range d.files[name] {
			if fault := d.ReadThrough(ctx, path); fault != nil {
				return fault
			}
		}
	}
	return err
}

// Sample is the first rows of a relation as text, one a line; "" if it has none.
func (d *DB) Sample(ctx context.Context, relation string, rows int) (string, error) {
	var lines []string
	err := d.Each(ctx, fmt.Sprintf("select to_json(r)::varchar from %s as r limit %d", relation, rows), func(rows *sql.Rows) error {
		var line string
		err := rows.Scan(&line)
		lines = append(lines, line)
		return err
	})
	return strings.Join(lines, "\n"), err
}

// FileRows are the numbers of rows of Parquet files, by their footers.
func (d *DB) FileRows(ctx context.Context, paths []string) (map[string]int64, error) {
	rows := make(map[string]int64, len(paths))
	if len(paths) == 0 {
		return rows, nil
	}
	err := d.Each(ctx, "select file_name, num_rows from parquet_file_metadata("+quoteList(paths)+")", func(file *sql.Rows) error {
		var path string
		var n int64
		err := file.Scan(&path, &n)
		rows[path] = n
		return err
	})
	return rows, err
}

// ReadThrough reads a Parquet file from its first byte to its last, to find out
// whether it can be read.
func (d *DB) ReadThrough(ctx context.Context, path string) error {
	var sum any
	err := d.conn.QueryRowContext(ctx, "select bit_xor(hash(f)) from (select * from read_parquet("+quote(path)+", hive_partitioning = false)) as f").Scan(&sum)
	if err != nil {
		return Explain(err)
	}
	return nil
}
