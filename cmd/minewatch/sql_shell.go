package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"minewatch/analyze"
)

const (
	promptFirst = "minewatch> "
	promptMore  = "      ...> "
)

const shellHelp = `Statements end with a semicolon and may have several lines.
  .tables              the views
  .schema NAME         the columns of a view
  .mode MODE           how results are written: table, line (a column a row), csv, json
  .help                this text
  .quit, .exit         leave (or Ctrl-D)
These are recognised within a statement, too, which goes on after them.
Addresses are numbers in the tables and text in the views: text does not sort as
addresses do. Ask by prefix, from flows where in_prefix(src_hi, src_lo, '10.1.0.0/16').
Ctrl-C drops the line, or stops the query that runs. Up and down recall lines.
`

// runShell puts the terminal into raw mode, in which Ctrl-C is a key like
// others: it stops a query and not the program.
func runShell(ctx context.Context, env *environment, session *sqlSession, options *analyze.Options) error {
	input, ok := env.stdin.(*os.File)
	if !ok {
		return errors.New("standard input is no terminal")
	}
	state, err := term.MakeRaw(int(input.Fd()))
	if err != nil {
		return fmt.Errorf("prepare the terminal: %w", err)
	}
	defer term.Restore(int(input.Fd()), state) //nolint:errcheck // the program ends after it

	s := newShell(ctx, session, input, env.stdout)
	s.resize = func() {
		if width, height, err := term.GetSize(int(input.Fd())); err == nil && width > 0 {
			_ = s.terminal.SetSize(width, height)
		}
	}
	// A pasted tab is a tab and completes nothing.
	s.terminal.SetBracketedPasteMode(true)
	defer s.terminal.SetBracketedPasteMode(false)
	s.greet(options)
	return s.loop(ctx)
}

// shell reads statements from a person and runs them.
type shell struct {
	session  *sqlSession
	keys     *keyboard
	terminal *term.Terminal
	resize   func()
}

func newShell(ctx context.Context, session *sqlSession, in io.Reader, out io.Writer) *shell {
	keys := newKeyboard(ctx, in)
	terminal := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{keys, out}, promptFirst)
	terminal.AutoCompleteCallback = completeView
	// The terminal turns line ends into what raw mode needs.
	session.stdout, session.stderr = terminal, terminal
	return &shell{session: session, keys: keys, terminal: terminal, resize: func() {}}
}

func (s *shell) say(format string, args ...any) {
	_, _ = fmt.Fprintf(s.terminal, format, args...)
}

// greet says what there is to ask.
func (s *shell) greet(o *analyze.Options) {
	flows, flowsErr := analyze.FlowDays(o.Lake, o.Zone)
	nights, nightsErr := analyze.NightDays(o.Lake)
	s.say("minewatch %s, lake %s\n", o.Version, o.Lake)
	s.say("%s; %s\n", dayRange("flows", flows, flowsErr), dayRange("nights", nights, nightsErr))
	s.say("Times are UTC, days are %s. The session only reads. '.help' tells more.\n", o.Zone)
	s.views()
}

func dayRange(what string, days []analyze.Day, err error) string {
	switch {
	case err != nil:
		return fmt.Sprintf("%s unknown (%v)", what, err)
	case len(days) == 0:
		return "no " + what
	case len(days) == 1:
		return fmt.Sprintf("%s of 1 day, %s", what, days[0])
	default:
		return fmt.Sprintf("%s of %s, %s to %s", what, amount(len(days), "day"), days[0], days[len(days)-1])
	}
}

func (s *shell) views() {
	for _, view := range analyze.AnalystViews {
		s.say("  %-10s %s\n", view.Name, view.About)
	}
}

// loop ends at the end of the input, on .quit and when the program is told
// to end.
func (s *shell) loop(ctx context.Context) error {
	pending := ""
	for {
		s.resize()
		prompt := promptFirst
		if pending != "" {
			prompt = promptMore
		}
		s.terminal.SetPrompt(prompt)
		line, err := s.terminal.ReadLine()
		switch {
		case errors.Is(err, io.EOF):
			s.say("\n")
			return ctx.Err()
		case err != nil && !errors.Is(err, term.ErrPasteIndicator):
			return fmt.Errorf("read the terminal: %w", err)
		case s.keys.dropped():
			pending = ""
			continue
		case isDotCommand(pending, line):
			if quit := s.dot(ctx, strings.Fields(line)); quit {
				return nil
			}
			continue
		}
		statements, rest := splitStatements(pending + line + "\n")
		if pending = rest; isBlank(rest) {
			pending = ""
		}
		s.runAll(ctx, statements)
	}
}

// isDotCommand tells a command from the statement before it, which may be
// unfinished: SQL has no line that begins with a dot and a letter. Within
// quotes and comments, text is text.
func isDotCommand(pending, line string) bool {
	line = strings.TrimSpace(line)
	if len(line) < 2 || line[0] != '.' {
		return false
	}
	return pending == "" || (isWordByte(line[1]) && !isOpen(pending))
}

// runAll runs what one line ended; the first that fails drops the others.
func (s *shell) runAll(ctx context.Context, statements []string) {
	for _, statement := range statements {
		if err := s.run(ctx, statement); err != nil {
			s.sayError(err)
			return
		}
	}
}

// run lets Ctrl-C stop the statement.
func (s *shell) run(ctx context.Context, statement string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := s.keys.watch(cancel)
	defer stop()
	return s.session.run(ctx, statement)
}

func (s *shell) sayError(err error) {
	if errors.Is(err, context.Canceled) {
		s.say("stopped\n")
		return
	}
	s.say("%s\n", strings.TrimSpace(err.Error()))
}

// dot runs a command of the shell itself.
func (s *shell) dot(ctx context.Context, words []string) (quit bool) {
	argument := ""
	if len(words) > 1 {
		argument = strings.TrimSuffix(words[1], ";")
	}
	switch strings.TrimSuffix(words[0], ";") {
	case ".quit", ".exit":
		return true
	case ".help":
		s.say("%s", shellHelp)
	case ".tables":
		s.views()
	case ".schema":
		s.schema(ctx, argument)
	case ".mode":
		s.mode(argument)
	default:
		s.say("%s is no command; '.help' lists them\n", printable(words[0]))
	}
	return false
}

func (s *shell) schema(ctx context.Context, name string) {
	if name == "" {
		s.say("which view? '.schema flows', say; '.tables' lists them\n")
		return
	}
	quoted := `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
	if err := s.run(ctx, "select column_name, column_type from (describe "+quoted+")"); err != nil {
		s.sayError(err)
	}
}

// mode sets how results are written. Lines are a table on its side, which
// only the shell has: programs read csv and json.
func (s *shell) mode(name string) {
	switch name {
	case "":
		if s.session.lines {
			s.say("line\n")
			return
		}
		s.say("%s\n", s.session.format)
	case "line":
		s.session.format, s.session.lines = formatTable, true
	default:
		if err := s.session.format.Set(name); err != nil {
			s.say("no mode %q: want table, line, csv or json\n", name)
			return
		}
		s.session.lines = false
	}
}

// completeView fills in the name of a view that the word before the cursor
// begins.
func completeView(line string, pos int, key rune) (string, int, bool) {
	if key != '\t' {
		return "", 0, false
	}
	start := strings.LastIndexAny(line[:pos], " \t,(.") + 1
	word := line[start:pos]
	if word == "" {
		return line, pos, true
	}
	for _, view := range analyze.AnalystViews {
		if strings.HasPrefix(view.Name, word) {
			return line[:start] + view.Name + line[pos:], start + len(view.Name), true
		}
	}
	return line, pos, true
}
