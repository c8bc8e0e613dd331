package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"minewatch/analyze/feed"
)

func newFeedDiffCommand(env *environment) *cobra.Command {
	var f feedImportFlags
	cmd := &cobra.Command{
		Use:   "diff FILE | OLD NEW",
		Short: "what an import would change, or two versions entry by entry",
		Long: `With one argument, read FILE as 'feed import' would, with the same flags, and compare
it with the feed's newest version: what would be refused, what the list has that the
version has not, the reverse, which columns of the others changed, and whether the
import would be held back. Nothing is imported.

With two, compare two versions as their originals state them. A version is named by
NAME (its newest), NAME@HASH, or its number in 'minewatch feed list'.`,
		Example: `  minewatch feed diff certfeed.csv
  minewatch feed diff 3 certfeed`,
		Args: cobra.RangeArgs(1, 2),
	}
	format := addFormatFlag(cmd)
	f.intakeFlags.register(cmd)
	f.register(cmd, "input-format")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		list, err := env.feedVersions(f.negative != "")
		if err != nil {
			return err
		}
		if len(args) == 1 {
			return f.diffFile(env, *format, list, args[0], cmd.Flags().Changed("confidence"))
		}
		var sides [2]feed.Content
		for i, reference := range args {
			v, err := feed.Find(list, reference)
			if err != nil {
				return err
			}
			if sides[i], err = v.Content(); err != nil {
				return err
			}
		}
		return writeChanges(env, *format, &sides[0], &sides[1])
	}
	return cmd
}

// diffFile tells what an import would change.
func (f *feedImportFlags) diffFile(env *environment, format outputFormat, list []feed.Version, path string, hasConfidence bool) error {
	o, err := f.options(env, hasConfidence)
	if err != nil {
		return err
	}
	data, err := env.readInput(path)
	if errors.Is(err, fs.ErrNotExist) {
		return usageErrorf("%w: name a file that would be imported, or two versions", err)
	}
	if err != nil {
		return err
	}
	content, tally, err := feed.Parse(feed.Input{File: path, Data: data}, o)
	if err := f.tell(env, path, &tally); err != nil {
		return err
	}
	if err != nil {
		return err
	}
	env.say(tally.String())
	var was feed.Content
	if before := o.Before(list, path); before != nil {
		if was, err = before.Content(); err != nil {
			return err
		}
		if err := o.HeldBack(before, &content); err != nil {
			env.say(fmt.Sprintf("%s: would be %v", path, err))
		}
	}
	return writeChanges(env, format, &was, &content)
}

func writeChanges(env *environment, format outputFormat, from, to *feed.Content) error {
	changes := feed.Diff(from, to)
	count := map[string]int{}
	for _, c := range changes {
		count[c.Kind]++
	}
	env.say(fmt.Sprintf("%d added, %d removed, %d changed", count[feed.Added], count[feed.Removed], count[feed.Changed]))
	return feedChanges().write(env, format, changes)
}
