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
	in := feed.Input{File: path, Data: data}
	was, content, summary, err := f.preview(env, path, in, &o, o.Before(list, path))
	if summary != "" {
		env.say(summary)
	}
	if held := (*feed.HeldBackError)(nil); errors.As(err, &held) {
		env.say(fmt.Sprintf("%s: would be %v", path, err))
	} else if err != nil {
		return err
	}
	return writeChanges(env, format, &was, &content)
}

// preview reads a list as an import would, and what it would be the successor
// of. It tells what would be refused, and its error may be that the list would
// be held back.
func (f *feedImportFlags) preview(env *environment, label string, in feed.Input, o *feed.Options, before *feed.Version) (was, content feed.Content, summary string, err error) {
	content, tally, err := feed.Parse(in, *o)
	if err := f.tell(env, label, &tally); err != nil {
		return was, content, "", err
	}
	if err != nil {
		return was, content, "", err
	}
	if before == nil {
		return was, content, tally.String(), nil
	}
	if was, err = before.Content(); err != nil {
		return was, content, "", err
	}
	return was, content, tally.String(), o.HeldBack(before, &content)
}

func writeChanges(env *environment, format outputFormat, from, to *feed.Content) error {
	changes := feed.Diff(from, to)
	env.say(countChanges(changes))
	return feedChanges().write(env, format, changes)
}

func countChanges(changes []feed.Change) string {
	count := map[string]int{}
	for _, c := range changes {
		count[c.Kind]++
	}
	return fmt.Sprintf("%d added, %d removed, %d changed", count[feed.Added], count[feed.Removed], count[feed.Changed])
}
