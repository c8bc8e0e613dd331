package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"minewatch/analyze/feed"
	"minewatch/analyze/intake"
)

func newFeedCommand(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "feed",
		Short: "import and compare lists of mining-pool endpoints",
		Long: `A feed is a list of mining-pool endpoints from one source. Every import is kept
as a version; the newest version of each feed, all feeds together, is what the
nights match flows with.`,
	}
	cmd.AddCommand(newFeedImportCommand(env), newFeedListCommand(env), newFeedShowCommand(env), newFeedDiffCommand(env))
	return cmd
}

type feedImportFlags struct {
	intakeFlags
	name, format, source, licence string
	evidence, retrievedAt         string
	confidence                    int
}

func newFeedImportCommand(env *environment) *cobra.Command {
	var f feedImportFlags
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "import a feed as a new version",
		Long: `Import a feed as a new version: a CSV with a header (ip, port, coin, pool, …) or a
plain list (address, address:port, prefix). docs/feeds.md tells the columns, the
words and the defaults. "-" reads standard input.

Rows that cannot be pools are refused with their line and a reason, the others are
imported. Names are refused, too: flows have addresses only. The same bytes as the
feed's newest version, read in the same way, are not stored again; with another
--retrieved-at they are, because then the list was confirmed on another day.

Exit codes: 0 all rows are in, 3 some were refused, 1 nothing was imported.`,
		Example: `  minewatch feed import certfeed.csv
  minewatch feed import --name coinblocker --evidence list --retrieved-at 2018-06-03 MiningServerIPList.txt`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runFeedImport(env, &f, args[0], cmd.Flags().Changed("confidence"))
		},
	}
	f.register(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.name, "name", "", "of the feed (default the file's name without its extension)")
	flags.StringVar(&f.format, "format", "auto", "of the file: csv, list or auto")
	flags.StringVar(&f.source, "source", "", "of rows that name none (default the feed's name)")
	flags.StringVar(&f.licence, "licence", "", "of rows that name none")
	flags.StringVar(&f.evidence, "evidence", "", "of rows that give none (default list)")
	flags.IntVar(&f.confidence, "confidence", 0, "of rows that give none, 1 to 100 (default by evidence)")
	flags.StringVar(&f.retrievedAt, "retrieved-at", "", "`DATE` on which the list said so, UTC (default now)")
	return cmd
}

func runFeedImport(env *environment, f *feedImportFlags, path string, hasConfidence bool) error {
	o, err := f.options(env, hasConfidence)
	if err != nil {
		return err
	}
	data, err := env.readInput(path)
	if err != nil {
		return err
	}
	result, err := feed.Import(env.lake, feed.Input{File: path, Data: data}, o)
	return f.finish(env, path, &imported{result.Tally, result.Version.Version, result.Existing}, err)
}

func (f *feedImportFlags) options(env *environment, hasConfidence bool) (feed.Options, error) {
	o := feed.Options{Name: f.name, Source: f.source, Licence: f.licence, Now: env.now, Logger: env.log}
	var err error
	if o.Limits, err = f.limits(); err != nil {
		return o, err
	}
	switch f.format {
	case "auto":
	case "csv", "list":
		o.Format = feed.Format(f.format)
	default:
		return o, usageErrorf("--format %q: want csv, list or auto", f.format)
	}
	if f.evidence != "" {
		o.Evidence = feed.ParseEvidence(f.evidence)
		if o.Evidence == feed.Other && f.evidence != string(feed.Other) {
			return o, usageErrorf("--evidence %q: want one of %s", f.evidence, joinText(feed.Evidences()))
		}
	}
	if o.Confidence = f.confidence; hasConfidence && (o.Confidence < 1 || o.Confidence > 100) {
		return o, usageErrorf("--confidence %d: want 1 to 100", o.Confidence)
	}
	if o.RetrievedAt, _, err = intake.ParseTime(f.retrievedAt); err != nil {
		return o, usageErrorf("--retrieved-at: %w", err)
	}
	return o, nil
}

func joinText[S ~string](list []S) string {
	parts := make([]string, len(list))
	for i, s := range list {
		parts[i] = string(s)
	}
	return strings.Join(parts, ", ")
}

// keptFeed is a version as it is listed.
type keptFeed struct {
	feed.Version
	current bool
}

func newFeedListCommand(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "list the versions of all feeds",
		Args:  cobra.NoArgs,
	}
	format := addFormatFlag(cmd)
	cmd.RunE = func(*cobra.Command, []string) error {
		list, err := feed.Versions(env.lake)
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
		Short: "show the entries of a version, or of all current ones",
		Long: `Show the entries of one version, or of the current versions of all feeds. A version
is named by NAME (its newest), NAME@HASH, or its number in 'minewatch feed list'.`,
		Example: `  minewatch feed show
  minewatch feed show certfeed --format csv
  minewatch feed show 3`,
		Args: cobra.MaximumNArgs(1),
	}
	format := addFormatFlag(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		list, err := feed.Versions(env.lake)
		if err != nil {
			return err
		}
		chosen := feed.Effective(list, env.now())
		if len(args) == 1 {
			v, err := feed.Find(list, args[0])
			if err != nil {
				return err
			}
			chosen = []feed.Version{v}
		}
		var entries []feed.Entry
		for _, v := range chosen {
			of, err := v.Read()
			if err != nil {
				return err
			}
			entries = append(entries, of...)
		}
		return feedEntries().write(env, *format, entries)
	}
	return cmd
}

func newFeedDiffCommand(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "compare two versions entry by entry",
		Long: `Compare two versions entry by entry: what NEW has that OLD has not, the reverse,
and which columns of the others changed. A version is named by NAME (its newest),
NAME@HASH, or its number in 'minewatch feed list'.`,
		Example: `  minewatch feed diff 3 certfeed`,
		Args:    cobra.ExactArgs(2),
	}
	format := addFormatFlag(cmd)
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		list, err := feed.Versions(env.lake)
		if err != nil {
			return err
		}
		var sides [2][]feed.Entry
		for i, reference := range args {
			v, err := feed.Find(list, reference)
			if err != nil {
				return err
			}
			if sides[i], err = v.Read(); err != nil {
				return err
			}
		}
		changes := feed.Diff(sides[0], sides[1])
		count := map[string]int{}
		for _, c := range changes {
			count[c.Kind]++
		}
		env.say(fmt.Sprintf("%d added, %d removed, %d changed", count[feed.Added], count[feed.Removed], count[feed.Changed]))
		return feedChanges().write(env, *format, changes)
	}
	return cmd
}
