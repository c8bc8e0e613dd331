// Command flowgen generates a labelled week of a made-up province's flow
// exports, replays a part of it over UDP, and grades a ranking against its
// truth.
//
//	internal/province   cities, units, addresses, the ledger
//	internal/pool       mining pools, the feed
//	internal/network    routers and their flow caches
//	internal/traffic    packet trains and the background
//	internal/scenario   the planted miners and decoys, the truth
//	internal/wire       NetFlow v5, v9, IPFIX and sFlow bytes
//	internal/week       puts it all together
//
// The same seed gives the same bytes.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	_ "time/tzdata" // weeks are cut in the province's zone, also where the system has no zone files

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Exit codes, the same as minewatch's.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitCheckFailed = 4 // grade: below --min-precision or --min-recall
	exitInterrupted = 130
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// usageError is a flag or argument that is wrong in itself.
type usageError struct{ error }

// errBelow says that a ranking is worse than asked for.
var errBelow = errors.New("the ranking is below the minimum")

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	started := false
	root := newRootCommand(&started)
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitDone
	}
	root.PrintErrf("flowgen: %s\n", err)
	var usage usageError
	switch {
	case errors.As(err, &usage) || !started:
		// Before a command starts cobra itself checks flags and arguments.
		root.PrintErrf("see '%s --help'\n", cmd.CommandPath())
		return exitUsage
	case errors.Is(err, errBelow):
		return exitCheckFailed
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	default:
		return exitFailed
	}
}

// newRootCommand sets started when a command's own code begins.
func newRootCommand(started *bool) *cobra.Command {
	root := &cobra.Command{
		Use:           "flowgen",
		Short:         "Generate a labelled week of flow exports, and grade a ranking with it",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return cmd.Help()
		},
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			// Cobra itself would look only after this.
			if err := cmd.ValidateRequiredFlags(); err != nil {
				return err
			}
			*started = true
			return nil
		},
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetHelpCommand(newHelpCommand())
	root.SetFlagErrorFunc(plainFlagError)
	root.AddCommand(newWeekCommand(), newSendCommand(), newGradeCommand(), newHuntedCommand())
	return root
}

// newHelpCommand is cobra's own, but for a topic that is none: that is a
// usage error in a line.
func newHelpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Tell about any command",
		RunE: func(cmd *cobra.Command, args []string) error {
			topic, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return usageError{fmt.Errorf("there is no command %q to tell about", strings.Join(args, " "))}
			}
			topic.InitDefaultHelpFlag()
			return topic.Help()
		},
	}
}

// plainFlagError says of a value that does not fit what would: the parser's
// own words name Go's functions.
func plainFlagError(_ *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	if !errors.As(err, &invalid) {
		return err
	}
	want := map[string]string{
		"int": "a whole number", "int64": "a whole number", "uint64": "a whole number from 0 on",
		"float64": "a number", "duration": "a duration such as 60s or 1h", "bool": "true or false",
	}[invalid.GetFlag().Value.Type()]
	if want == "" {
		return err
	}
	return usageError{fmt.Errorf("--%s %q: want %s", invalid.GetFlag().Name, invalid.GetValue(), want)}
}
