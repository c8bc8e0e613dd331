// Command fill writes a made-up day of flows into a lake, by the million a
// second, with the feed that some of them meet: what the benchmarks of the
// night read. The flows go through the lake's own writer, so that the files are
// those that operators have.
//
//	fill --lake DIR --feed FILE --flows 10000000
//
// flowgen makes weeks that mean something, packet by packet. This makes columns
// that have the widths and repetitions of a province's, and nothing else.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "fill:", err)
		os.Exit(1) //nolint:forbidigo // a program of its own
	}
}

func run(ctx context.Context, args []string) error {
	var p plan
	var day, lake, feed, capture string
	flags := flag.NewFlagSet("fill", flag.ContinueOnError)
	flags.StringVar(&lake, "lake", "", "lake to write a day of flows into")
	flags.StringVar(&capture, "pcap", "", "capture to write the flows into, too or instead: NetFlow v5, so IPv4 only; with --ipv6 0")
	flags.StringVar(&feed, "feed", "", "file to write the pool feed into")
	flags.StringVar(&day, "day", "2026-03-02", "day of the flows, UTC")
	flags.Int64Var(&p.flows, "flows", 10_000_000, "flow records")
	flags.IntVar(&p.clients, "clients", 30_000_000, "internal addresses, in 10.0.0.0/7 and 2001:db8::/32; at most 33,554,432")
	flags.IntVar(&p.servers, "servers", 2_000_000, "foreign addresses that they talk to")
	flags.IntVar(&p.endpoints, "endpoints", 5_000, "pool addresses in the feed")
	flags.IntVar(&p.prefixes, "prefixes", 0, "pool prefixes in the feed")
	flags.IntVar(&p.miners, "miners", 0, "internal addresses that mine; 0 = one for 200,000 flows")
	flags.IntVar(&p.reports, "reports", reportsSampled, "records that each of them leaves: 24 sampled 1 in 1000, 576 unsampled")
	flags.Float64Var(&p.ipv6, "ipv6", 0.2, "part of the background that is IPv6")
	if err := flags.Parse(args); err != nil {
		return err
	}
	var err error
	if p.day, err = time.Parse(time.DateOnly, day); err != nil {
		return fmt.Errorf("--day %s: want YYYY-MM-DD", day)
	}
	if err := p.complete(); err != nil {
		return err
	}
	if feed != "" {
		if err := p.writeFeed(feed); err != nil {
			return err
		}
	}
	if lake != "" {
		if err := p.writeLake(ctx, lake); err != nil {
			return err
		}
	}
	if capture != "" {
		return p.writeCapture(ctx, capture)
	}
	return nil
}
