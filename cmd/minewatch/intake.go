package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"minewatch/analyze/intake"
	"minewatch/analyze/versions"
)

// intakeFlags are what the imports of feeds, ledgers and exclusions have in
// common.
type intakeFlags struct {
	maxBad  float64
	strict  bool
	rejects *rejectsFile
}

func (f *intakeFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.Float64Var(&f.maxBad, "max-bad", 100*intake.DefaultMaxBad, "`PERCENT` of refused rows above which nothing is imported")
	flags.BoolVar(&f.strict, "strict", false, "import nothing if one row is refused")
	f.rejects = &rejectsFile{}
	flags.StringVar(&f.rejects.path, "rejects", "", "write every refused row of all inputs to this `FILE` as CSV")
}

func (f *intakeFlags) limits() (intake.Limits, error) {
	if f.maxBad < 0 || f.maxBad > 100 {
		return intake.Limits{}, usageErrorf("--max-bad %g: want 0 to 100 percent", f.maxBad)
	}
	return intake.Limits{MaxBad: f.maxBad / 100, Strict: f.strict || f.maxBad == 0}, nil
}

// maxRejectsTold is how many refused rows are told one by one.
const maxRejectsTold = 10

// tell says on stderr what an import refused and ignored.
func (f *intakeFlags) tell(env *environment, file string, t *intake.Tally) error {
	if len(t.Ignored) > 0 {
		env.say(fmt.Sprintf("%s: ignored %s: %s", file, plural(len(t.Ignored), "column"), strings.Join(t.Ignored, ", ")))
	}
	if len(t.Others) > 0 {
		env.say(fmt.Sprintf("%s: not read, as it names no endpoint: %s", file, strings.Join(t.Others, ", ")))
	}
	for _, remark := range t.Remarks {
		env.say(file + ": " + remark)
	}
	for i, r := range t.Rejects {
		if i == maxRejectsTold {
			more := fmt.Sprintf("%s: and %d more refused %s", file, len(t.Rejects)-i, plural(len(t.Rejects)-i, "row"))
			if !f.rejects.wanted() {
				more += "; --rejects FILE writes all"
			}
			env.say(more)
			break
		}
		env.say(fmt.Sprintf("%s:%d: %s", file, r.Line, r.Reason))
	}
	return f.rejects.write(file, t)
}

// rejectsFile is the table of --rejects, of everything that one command imports. The
// first input begins it anew.
type rejectsFile struct {
	path  string // "" = none is written
	begun bool
}

// wanted says whether there is to be one. A command without the flag has none.
func (f *rejectsFile) wanted() bool { return f != nil && f.path != "" }

// write adds the refused rows of one input.
func (f *rejectsFile) write(file string, t *intake.Tally) (err error) {
	if !f.wanted() {
		return nil
	}
	mode := os.O_APPEND
	if !f.begun {
		mode = os.O_TRUNC
	}
	out, err := os.OpenFile(f.path, os.O_CREATE|os.O_WRONLY|mode, 0o666)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	if !f.begun {
		if _, err := fmt.Fprintln(out, strings.Join(intake.RejectsHeader, ",")); err != nil {
			return err
		}
	}
	f.begun = true
	return intake.WriteRejects(out, file, t.Rejects)
}

// imported is what became of an import of any kind.
type imported struct {
	intake.Tally
	version  versions.Version
	existing bool
}

// finish tells what became of an import that ended with err, and returns what
// the command ends with.
func (f *intakeFlags) finish(env *environment, file string, r *imported, err error) error {
	if err == nil && r.existing {
		// Who asks for the refused rows of an import that was, gets them.
		_, err := fmt.Fprintf(env.stdout, "already imported as %s\n", r.version.Base())
		return errors.Join(err, f.rejects.write(file, &r.Tally))
	}
	if err := errors.Join(f.tell(env, file, &r.Tally), err); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(env.stdout, "imported as %s; %s\n", r.version.Base(), r.String()); err != nil {
		return err
	}
	if len(r.Rejects) > 0 {
		return rejected()
	}
	return nil
}

// importEach imports files one after the other. One that cannot be imported does
// not keep the others out.
func importEach(files []string, one func(file string) error) error {
	var failed []error
	refused := false
	for _, file := range files {
		err := one(file)
		var known *exitError
		if errors.As(err, &known) && known.code == exitRejected {
			refused = true
		} else if err != nil {
			failed = append(failed, err)
		}
	}
	switch {
	case len(failed) > 0 && len(files) == 1:
		return failed[0]
	case len(failed) > 0:
		return fmt.Errorf("%d of %s could not be imported:\n%w", len(failed), amount(len(files), "file"), errors.Join(failed...))
	case refused:
		return rejected()
	}
	return nil
}

// readInput reads the file at path, or standard input where it is "-".
func (e *environment) readInput(path string) (data []byte, err error) {
	in := e.stdin
	var text bytes.Buffer
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		in = file
		if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
			text.Grow(int(min(info.Size(), intake.MaxBytes)) + bytes.MinRead) // not doubled as it grows
		}
	}
	// One byte more than is taken tells that there is more.
	_, err = text.ReadFrom(io.LimitReader(in, intake.MaxBytes+1))
	return text.Bytes(), err
}

// say writes a line for people. That nobody can read it is no reason to stop.
func (e *environment) say(line string) { _, _ = fmt.Fprintln(e.stderr, printable(line)) }
