package main

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"minewatch/cmd/flowgen/internal/replay"
	"minewatch/cmd/flowgen/internal/wire"
)

type sendFlags struct {
	options replay.Options
	target  string
}

func newSendCommand() *cobra.Command {
	var f sendFlags
	cmd := &cobra.Command{
		Use:   "send --udp 127.0.0.1:PORT FILE.pcap...",
		Short: "Replay captures of 'flowgen week' to a collector over UDP",
		Long: `Sends the datagrams of captures that 'flowgen week' wrote, merged by their times
but as fast as --rate says. Each exporter sends from a loopback address of its
own: the live ones (127.0.0.11 and up) from that, 10.255.0.7 from 127.255.0.7.
The headers keep the export times of the generated week, so the collector must
take its time from them (minewatch collect --time header).

The default rate leaves a default receive buffer (208 KiB) time to breathe.`,
		Example: "  flowgen send --udp 127.0.0.1:2055 demo/live/*.pcap",
		Args:    cobra.MinimumNArgs(1),
		RunE:    f.run,
	}
	flags := cmd.Flags()
	flags.StringVar(&f.target, "udp", "", "address and port of the collector")
	flags.IntVar(&f.options.Rate, "rate", 2000, "datagrams a second")
	flags.BoolVar(&f.options.AllowRemote, "allow-remote", false, "send to another machine too: made-up evidence, be sure")
	_ = cmd.MarkFlagRequired("udp")
	return cmd
}

func (f *sendFlags) run(cmd *cobra.Command, paths []string) (err error) {
	if f.options.Target, err = netip.ParseAddrPort(f.target); err != nil {
		return usageError{fmt.Errorf("--udp %q: %w; want an address and a port, such as 127.0.0.1:2055", f.target, err)}
	}
	if err := f.options.Check(); errors.Is(err, replay.ErrRemote) {
		return usageError{fmt.Errorf("--udp %w; --allow-remote if you mean it", err)}
	} else if err != nil {
		return usageError{err}
	}
	var captures []io.Reader
	for _, path := range paths {
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close() //nolint:errcheck // only read from
		captures = append(captures, file)
	}
	sent, err := replay.Send(cmd.Context(), f.options, captures)
	var total wire.Tally
	var b strings.Builder
	for _, s := range sent {
		fmt.Fprintf(&b, "exporter %s from %s: %d datagrams, %d records\n", s.Exporter, s.Source, s.Datagrams, s.Records)
		total.Add(s.Tally)
	}
	fmt.Fprintf(&b, "sent %d datagrams, %d records, %d bytes to %s\n", total.Datagrams, total.Records, total.Bytes, f.options.Target)
	_, printed := io.WriteString(cmd.OutOrStdout(), b.String())
	return errors.Join(err, printed)
}
