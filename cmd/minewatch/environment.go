package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"
)

// environment is what all commands share. Its config, lake and log are ready
// when a command's RunE is called.
type environment struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	now            func() time.Time

	config config
	lake   string // the lake's folder
	log    *slog.Logger

	flags   globalFlags
	started bool // a RunE was called: the command line was right
}

// globalFlags are the flags of every command. Each can also be set by the
// environment variable MINEWATCH_ and its name, for services and scripts.
type globalFlags struct {
	config, lake, logLevel, logFormat string
}

func newEnvironment(stdin io.Reader, stdout, stderr io.Writer) *environment {
	return &environment{
		stdin: stdin, stdout: stdout, stderr: stderr,
		now: time.Now,
		log: slog.New(slog.DiscardHandler),
	}
}

func (f *globalFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.config, "config", "", "configuration `FILE` in TOML (MINEWATCH_CONFIG)")
	flags.StringVar(&f.lake, "lake", "", "`FOLDER` of the lake (MINEWATCH_LAKE, default ./lake)")
	flags.StringVar(&f.logLevel, "log-level", "info", "debug, info, warn or error (MINEWATCH_LOG_LEVEL)")
	flags.StringVar(&f.logFormat, "log-format", "text", "text or json (MINEWATCH_LOG_FORMAT)")
}

// prepare makes the environment ready for cmd. What a flag does not say is
// taken from its environment variable, then from the file, then from the
// defaults.
func (e *environment) prepare(cmd *cobra.Command) error {
	for _, name := range []string{"config", "lake", "log-level", "log-format"} {
		variable := "MINEWATCH_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
		value, ok := os.LookupEnv(variable)
		if ok && value != "" && !cmd.Flags().Changed(name) {
			if err := cmd.Flags().Set(name, value); err != nil {
				return usageErrorf("%s: %w", variable, err)
			}
		}
	}

	var err error
	if e.log, err = newLogger(e.stderr, e.flags.logLevel, e.flags.logFormat); err != nil {
		return err
	}
	if e.config, err = loadConfig(e.flags.config); err != nil {
		return err
	}
	if e.flags.lake != "" {
		e.config.Lake.Dir = e.flags.lake
	}
	e.lake = e.config.Lake.Dir
	return nil
}

// findLake says in plain words what is wrong with the lake's folder, before
// a command of this group meets it. Analysis needs one that is there; flows
// and knowledge make it.
func (e *environment) findLake(group string) error {
	if group == groupHouse {
		return nil
	}
	info, err := os.Stat(e.lake)
	switch {
	case errors.Is(err, fs.ErrNotExist) && group != groupAnalysis:
		return nil
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no lake %s: name it with --lake, or fill it with 'minewatch collect' or 'minewatch import'", e.lake)
	case err != nil:
		return fmt.Errorf("open the lake: %w", err)
	case !info.IsDir():
		return fmt.Errorf("lake %s is no folder: name the folder of the lake with --lake", e.lake)
	}
	return nil
}

func newLogger(w io.Writer, level, format string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, usageErrorf("--log-level %q: want debug, info, warn or error", level)
	}
	options := &slog.HandlerOptions{Level: l}
	switch format {
	case "text":
		return slog.New(slog.NewTextHandler(w, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(w, options)), nil
	default:
		return nil, usageErrorf("--log-format %q: want text or json", format)
	}
}

// isTerminal says whether a person reads stream: only then are there
// progress bars and aligned tables as a matter of course.
func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// outputFormat is the value of the flag --format.
type outputFormat string

const (
	formatTable outputFormat = "table"
	formatCSV   outputFormat = "csv"
	formatJSON  outputFormat = "json"
)

var _ pflag.Value = (*outputFormat)(nil)

// addFormatFlag gives cmd the flag --format. The value is ready when the
// command runs.
func addFormatFlag(cmd *cobra.Command) *outputFormat {
	format := formatTable
	cmd.Flags().Var(&format, "format", "of the output: table, csv or json")
	return &format
}

func (f *outputFormat) String() string { return string(*f) }

func (f *outputFormat) Type() string { return "FORMAT" }

func (f *outputFormat) Set(s string) error {
	switch outputFormat(s) {
	case formatTable, formatCSV, formatJSON:
		*f = outputFormat(s)
		return nil
	}
	return fmt.Errorf("want table, csv or json")
}
