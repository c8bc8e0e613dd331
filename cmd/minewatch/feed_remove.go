package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"minewatch/analyze/feed"
)

func newFeedRemoveCommand(env *environment) *cobra.Command {
	var negative bool
	cmd := &cobra.Command{
		Use:   "remove [--negatives] NAME",
		Short: "take back all that a feed said: it should not have been imported",
		Long: `Take back all that a feed, or with --negatives a negative list, ever said. It is
done by a version without entries: what was imported stays, so that nights of before
can be reproduced, and counts for none that runs from now on. 'rank' tells which
nights rest on it; run them again.

To correct a feed instead, import what it should say with 'feed import --replace'.`,
		Example: `  minewatch feed remove maltrail_cdn_ranges
  minewatch feed remove --negatives vpn-ipv4`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			result, err := feed.Remove(env.lake, args[0], negative, feed.Options{Now: env.now, Logger: env.log})
			if err != nil {
				return err
			}
			_, err = fmt.Fprintf(env.stdout, "%s says nothing any more, from %s on; 'minewatch rank' tells which nights rest on what it said\n",
				args[0], result.Version.Base())
			return err
		},
	}
	cmd.Flags().BoolVar(&negative, "negatives", false, "NAME is a negative list")
	return cmd
}
