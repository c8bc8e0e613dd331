// Command minewatch finds virtual-currency mining in flow logs: it stores
// NetFlow, IPFIX and sFlow as Parquet, matches every day with a feed of
// mining-pool endpoints, and ranks and reports the internal addresses that
// met them.
//
// One file holds one command. environment.go holds what all commands share,
// config.go the configuration file, and exit.go the exit codes.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // reports are cut in the site's zone, also where the system has no zone files
)

func main() {
	ctx, cancel := context.WithCancel(context.Background())

	// The first signal asks the command to finish its batch and to report;
	// the second one does not wait for that.
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		cancel()
		<-signals
		os.Exit(exitInterrupted)
	}()

	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	cancel()
	os.Exit(code)
}

// run is the whole program but for the process around it: it returns the
// exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	env := newEnvironment(stdin, stdout, stderr)
	root := newRootCommand(env)
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	return env.exit(ctx, cmd, err)
}
