package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// The exit codes, the same for every command.
const (
	exitDone        = 0   // finding suspects is done, too
	exitFailed      = 1   // an error: nothing, or not everything, was done
	exitUsage       = 2   // wrong flags or arguments
	exitRejected    = 3   // done, but some input was rejected
	exitCheckFailed = 4   // a data check failed: nothing was published
	exitInterrupted = 130 // a signal ended it early
)

// exitError is an error that knows its exit code. A nil err exits silently:
// the command has already said everything in its summary.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// usageErrorf is for flags and arguments that are wrong in themselves; the
// hint at the command's help is added where it is printed.
func usageErrorf(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

// rejected ends a command that is done, but refused some of its input and
// has already told which.
func rejected() error { return &exitError{code: exitRejected} }

// checkFailed ends a command whose data did not pass a check.
func checkFailed(err error) error { return &exitError{exitCheckFailed, err} }

// exit prints what a command ended with and returns its exit code. It is the
// only place that maps errors to codes.
func (e *environment) exit(ctx context.Context, cmd *cobra.Command, err error) int {
	var known *exitError
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &known):
		if known.err != nil {
			e.printError(known.err)
		}
		if known.code == exitUsage {
			e.printUsageHint(cmd)
		}
		return known.code
	case !e.started:
		// Cobra checks flags and arguments before a command starts, and
		// its errors have no type.
		e.printError(plainUsage(cmd, err))
		e.printUsageHint(cmd)
		return exitUsage
	case ctx.Err() != nil && errors.Is(err, context.Canceled):
		e.printError(fmt.Errorf("interrupted: %w", err))
		return exitInterrupted
	default:
		e.printError(err)
		return exitFailed
	}
}

// printError writes to the last place that there is: where that fails, the
// exit code remains.
func (e *environment) printError(err error) {
	text := strings.ReplaceAll(err.Error(), "\n", "\n  ")
	_, _ = fmt.Fprintf(e.stderr, "minewatch: %s\n", text)
}

func (e *environment) printUsageHint(cmd *cobra.Command) {
	_, _ = fmt.Fprintf(e.stderr, "see '%s --help'\n", cmd.CommandPath())
}
