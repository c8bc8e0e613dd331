package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"minewatch/analyze"
)

// defaultMaxRows is the length of a table that one still scrolls through.
const defaultMaxRows = 1000

type sqlFlags struct {
	command, file string
	maxRows       int
}

func newSQLCommand(env *environment) *cobra.Command {
	var f sqlFlags
	var views strings.Builder
	for _, view := range analyze.AnalystViews {
		fmt.Fprintf(&views, "\n  %-10s %s", view.Name, view.About)
	}
	cmd := &cobra.Command{
		Use:   "sql",
		Short: "ask the lake in SQL: one query, a script, or a shell",
		Long: `sql runs queries over the lake with DuckDB. The session only reads: it cannot
write files, change settings, load extensions or read outside the lake.

The views:` + views.String() + `

Without -c and -f, the statements are read from standard input, or, on a
terminal, typed into a shell ('.help' there tells more). Statements end with a
semicolon; the first that fails ends the run. Formats csv and json are for
programs: times are RFC 3339, NULL is an empty cell in csv and null in json,
and cells are the plain values, also those that a spreadsheet would run.`,
		Example: `  minewatch sql -c "select grade, count(*) from suspects group by all order by all"
  minewatch sql -c "from contacts where host = '10.1.2.3'" --format csv > contacts.csv
  minewatch sql -f question.sql
  minewatch sql`,
		Args: cobra.NoArgs,
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.command, "command", "c", "", "run this `SQL`")
	flags.StringVarP(&f.file, "file", "f", "", "run the statements of this `FILE`")
	flags.IntVar(&f.maxRows, "max-rows", defaultMaxRows, "cut a table after `N` rows; 0 = never (csv and json have all)")
	cmd.MarkFlagsMutuallyExclusive("command", "file")
	format := addFormatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if f.maxRows < 0 {
			return usageErrorf("--max-rows %d is negative; 0 shows all", f.maxRows)
		}
		if cmd.Flags().Changed("command") && isBlank(f.command) {
			return usageErrorf("-c has no statement")
		}
		return runSQL(cmd.Context(), env, &f, *format)
	}
	return cmd
}

func runSQL(ctx context.Context, env *environment, f *sqlFlags, format outputFormat) (err error) {
	script, interactive, err := f.script(env)
	if err != nil {
		return err
	}
	options, err := env.analysis()
	if err != nil {
		return err
	}
	db, err := analyze.OpenAnalyst(ctx, options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()

	session := &sqlSession{db: db, options: &options, format: format, maxRows: f.maxRows, stdout: env.stdout, stderr: env.stderr}
	if interactive {
		return runShell(ctx, env, session, &options)
	}
	statements, rest := splitStatements(script)
	if !isBlank(rest) {
		statements = append(statements, strings.TrimSpace(rest))
	}
	for _, statement := range statements {
		if err := session.run(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

// script reads what to run. On a terminal without -c and -f there is none:
// that is the shell.
func (f *sqlFlags) script(env *environment) (script string, interactive bool, err error) {
	switch {
	case f.command != "":
		return f.command, false, nil
	case f.file != "":
		text, err := os.ReadFile(f.file)
		if err != nil {
			return "", false, fmt.Errorf("read the statements: %w", err)
		}
		return string(text), false, nil
	case isTerminal(env.stdin) && isTerminal(env.stdout):
		return "", true, nil
	}
	text, err := io.ReadAll(env.stdin)
	if err != nil {
		return "", false, fmt.Errorf("read the statements from standard input: %w", err)
	}
	return string(text), false, nil
}

// sqlSession runs statements and writes their results.
type sqlSession struct {
	db             *analyze.Analyst
	options        *analyze.Options
	format         outputFormat
	lines          bool // a table has a line for each cell
	maxRows        int
	stdout, stderr io.Writer
}

// run writes the result of one statement to stdout, and what there is to say
// about it to stderr.
func (s *sqlSession) run(ctx context.Context, statement string) (err error) {
	defer func() { err = interrupted(ctx, s.options.Advise(err, "")) }()
	return s.db.Ask(ctx, statement, func(rows *sql.Rows) error {
		result, err := newResultRows(rows)
		if err != nil {
			return err
		}
		if len(result.columns) == 0 {
			return rows.Err()
		}
		write := func() (string, error) { return result.write(s.stdout, s.format, s.maxRows) }
		if s.lines {
			write = func() (string, error) { return result.writeLines(s.stdout, s.maxRows) }
		}
		remark, err := write()
		if err == nil && remark != "" {
			_, err = fmt.Fprintln(s.stderr, remark)
		}
		return err
	})
}

// interrupted tells a cancelled query from a faulty one, whatever words the
// engine found for it.
func interrupted(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}
