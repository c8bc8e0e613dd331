package main

import (
	"slices"

	"github.com/spf13/cobra"

	"minewatch/analyze/feed"
)

// keptFeed is a version as it is listed.
type keptFeed struct {
	feed.Version
	current bool
}

// addNegativesFlag gives cmd the flag that turns from feeds to negative lists.
func addNegativesFlag(cmd *cobra.Command) *bool {
	return cmd.Flags().Bool("negatives", false, "of the negative lists instead of the feeds")
}

// versions are those of the feeds, or of the negative lists.
func (e *environment) feedVersions(negatives bool) ([]feed.Version, error) {
	if negatives {
		return feed.Negatives(e.lake)
	}
	return feed.Versions(e.lake)
}

func newFeedListCommand(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "list the versions of all feeds",
		Args:  cobra.NoArgs,
	}
	format, negatives := addFormatFlag(cmd), addNegativesFlag(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		list, err := env.feedVersions(*negatives)
		if err != nil {
			return err
		}
		rows := make([]keptFeed, len(list))
		for i, v := range list {
			rows[i] = keptFeed{Version: v}
		}
		for _, v := range feed.Effective(list, env.now()) {
			i := slices.IndexFunc(list, func(o feed.Version) bool { return o.Seq == v.Seq })
			rows[i].current = true
		}
		return feedVersions().write(env, *format, rows)
	}
	return cmd
}

func newFeedShowCommand(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show [VERSION]",
		Short: "show the entries of a version, or all that stand",
		Long: `Show the entries of one version as its original states them, or without VERSION what
stands today: what all versions of each feed say together, also entries that the
newest no longer names. With --names, the endpoints that are known by name only; with
--negatives, the ranges of negative lists. A version is named by NAME (its newest),
NAME@HASH, or its number in 'minewatch feed list'.`,
		Example: `  minewatch feed show
  minewatch feed show certfeed --format csv
  minewatch feed show 3 --names`,
		Args: cobra.MaximumNArgs(1),
	}
	format, negatives := addFormatFlag(cmd), addNegativesFlag(cmd)
	names := cmd.Flags().Bool("names", false, "the endpoints that are known by name only")
	cmd.MarkFlagsMutuallyExclusive("names", "negatives")
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		list, err := env.feedVersions(*negatives)
		if err != nil {
			return err
		}
		chosen, read := feed.Effective(list, env.now()), (*feed.Version).Standing
		if len(args) == 1 {
			v, err := feed.Find(list, args[0])
			if err != nil {
				return err
			}
			chosen, read = []feed.Version{v}, (*feed.Version).Read
		}
		if *negatives {
			return showNegatives(env, *format, chosen)
		}
		var all feed.Content
		for i := range chosen {
			of, err := read(&chosen[i])
			if err != nil {
				return err
			}
			all.Entries, all.Names = append(all.Entries, of.Entries...), append(all.Names, of.Names...)
		}
		if *names {
			return feedNames().write(env, *format, all.Names)
		}
		return feedEntries().write(env, *format, all.Entries)
	}
	return cmd
}

func showNegatives(env *environment, format outputFormat, chosen []feed.Version) error {
	var all []feed.Negative
	for i := range chosen {
		of, err := chosen[i].ReadNegatives()
		if err != nil {
			return err
		}
		all = append(all, of...)
	}
	return feedNegatives().write(env, format, all)
}
