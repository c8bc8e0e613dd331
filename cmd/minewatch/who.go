package main

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"minewatch/analyze"
	"minewatch/analyze/intake"
	"minewatch/analyze/sheet"
)

func newWhoCommand(env *environment) *cobra.Command {
	var since string
	var limit rowLimit
	cmd := &cobra.Command{
		Use:   "who ADDRESS",
		Short: "list who exchanged flows with an address",
		Long: `who lists every address that exchanged flows with ADDRESS, the largest traffic
first: over all flows that the lake holds, or those since a day or an hour. First
and last seen are the times of receipt; in csv and json they are UTC.

Hours that were compacted are asked by their filters first, and only what holds
the address is read; see 'minewatch compact'. The port is the lower of the two in
most of the flows, usually the service's. Flows count as recorded: one that
passed two exporters counts twice.`,
		Example: `  minewatch who 198.18.0.1
  minewatch who 2001:db8::7 --since 2026-11-01 --format csv`,
		Args: cobra.ExactArgs(1),
	}
	addLimitFlag(cmd, &limit)
	cmd.Flags().StringVar(&since, "since", "", "look no further back than this `TIME`: a day, or a time such as 2026-11-15T06:00:00+08:00 (to the hour)")
	format := addFormatFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return runWho(cmd.Context(), env, args[0], since, &limit, *format)
	}
	return cmd
}

func runWho(ctx context.Context, env *environment, text, since string, limit *rowLimit, format outputFormat) error {
	address, err := netip.ParseAddr(text)
	if err != nil {
		return usageErrorf("%q is no IP address", text)
	}
	options, err := env.analysis()
	if err != nil {
		return err
	}
	from, err := parseSince(since, options.Zone)
	if err != nil {
		return usageErrorf("--since: %w", err)
	}
	peers, err := analyze.WhoTalkedTo(ctx, options, address, from)
	if err != nil {
		return interrupted(ctx, err)
	}
	if len(peers) == 0 {
		env.say(fmt.Sprintf("no flows of %s", address))
	}
	return peerListing().write(env, format, firstOf(env, limit, format, "peer", peers))
}

// parseSince reads a time, or a day as its beginning.
func parseSince(text string, zone *time.Location) (time.Time, error) {
	if day, err := analyze.ParseDay(text); err == nil {
		return day.Start(zone), nil
	}
	return parseAsOf(text, zone)
}

func peerListing() *listing[analyze.Peer] {
	type row = analyze.Peer
	number := func(name string, value func(*row) int64) sheet.Column[row] {
		return sheet.Value(name, sheet.IsNumber, func(p *row) string { return strconv.FormatInt(value(p), 10) })
	}
	return &listing[row]{
		columns: []sheet.Column[row]{
			sheet.Value("peer", sheet.IsText, func(p *row) string { return p.Peer }),
			number("flows", func(p *row) int64 { return p.Flows }),
			number("flows_out", func(p *row) int64 { return p.FlowsOut }),
			number("flows_in", func(p *row) int64 { return p.FlowsIn }),
			number("estimated_bytes", func(p *row) int64 { return p.EstimatedBytes }),
			sheet.Value("first_seen", sheet.IsTime, func(p *row) string { return intake.FormatTime(p.FirstSeen) }),
			sheet.Value("last_seen", sheet.IsTime, func(p *row) string { return intake.FormatTime(p.LastSeen) }),
			number("port", func(p *row) int64 { return int64(p.Port) }),
		},
		brief: []string{"peer", "flows", "flows_out", "flows_in", "estimated_bytes", "first_seen", "last_seen", "port"},
	}
}
