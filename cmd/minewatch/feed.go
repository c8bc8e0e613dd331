package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"minewatch/analyze/feed"
	"minewatch/analyze/intake"
	"minewatch/analyze/iprange"
	"minewatch/analyze/ledger"
)

func newFeedCommand(env *environment) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "feed",
		Short: "import and compare lists of mining-pool endpoints",
		Long: `A feed is a list of mining-pool endpoints from one source. Every import is kept
as a version; what all versions of each feed say together, all feeds together, is
what the nights match flows with.`,
	}
	cmd.AddCommand(newFeedImportCommand(env), newFeedUpdateCommand(env), newFeedListCommand(env), newFeedShowCommand(env), newFeedDiffCommand(env), newFeedQualityCommand(env), newFeedResolveCommand(env), newFeedRemoveCommand(env))
	return cmd
}

type feedImportFlags struct {
	intakeFlags
	name, format, source, licence   string
	evidence, retrievedAt, negative string
	confidence                      int
	force, replace                  bool
}

func newFeedImportCommand(env *environment) *cobra.Command {
	var f feedImportFlags
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: "import a feed as a new version",
		Long: `Import a feed as a new version: a CSV with a header (ip, port, coin, pool, …), a
plain list (address, address:port, name:port, host,port,coin), a hosts file, a MISP
event, a STIX 2.1 bundle, Suricata rules with addresses, or passive DNS (CSV, or JSON
in the common output format); plain, gzip or zstd.
docs/feeds.md tells what is read of each, the words and the defaults. "-" reads
standard input; of a folder every file is a feed of its own name.

Rows that cannot be pools are refused with their line and a reason, the others are
imported. Endpoints that are known by name only are kept apart: they match nothing
until 'minewatch feed resolve' asks for their addresses, or passive DNS says which they
had: of that, records of names that no feed has are counted and left out. The same bytes as the feed's newest version, read in the
same way, are not stored again; with another --retrieved-at they are, because then
the list was confirmed on another day. A list that shrank or grew by more than
feed.max_change since its last version is held back.

With --negative the list says what is no pool, and each night marks the entries of
all feeds by it: cdn, vpn and hosting are addresses that others share, which carry no
more than a clue; sinkhole, resolver, p2p and false_positive explain a contact.

Exit codes: 0 all rows are in, 3 some were refused, 1 nothing was imported.`,
		Example: `  minewatch feed import certfeed.csv
  minewatch feed import --name coinblocker --evidence list --retrieved-at 2018-06-03 MiningServerIPList.txt
  zcat bundle.json.gz | minewatch feed import --name sharing -
  minewatch feed import --negative cdn cloudflare.json`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runFeedImport(env, &f, args[0], cmd.Flags().Changed("confidence"))
		},
	}
	f.intakeFlags.register(cmd)
	f.register(cmd, "format")
	flags := cmd.Flags()
	flags.BoolVar(&f.force, "force", false, "import a list that would be held back")
	flags.BoolVar(&f.replace, "replace", false, "forget what earlier versions of the feed said: they were wrong")
	return cmd
}

// register gives cmd the flags that say how a list is read; format is the name
// of the one that says how it is written.
func (f *feedImportFlags) register(cmd *cobra.Command, format string) {
	flags := cmd.Flags()
	flags.StringVar(&f.name, "name", "", "of the feed (default the file's name without its extension)")
	flags.StringVar(&f.format, format, "auto", "of the file: "+joinText(feed.Formats())+" or auto")
	flags.StringVar(&f.source, "source", "", "of rows that name none (default the feed's name)")
	flags.StringVar(&f.licence, "licence", "", "of rows that name none")
	flags.StringVar(&f.evidence, "evidence", "", "of rows that give none (default list)")
	flags.IntVar(&f.confidence, "confidence", 0, "of rows that give none, 1 to 100 (default by evidence)")
	flags.StringVar(&f.retrievedAt, "retrieved-at", "", "`DATE` on which the list said so, UTC (default now)")
	flags.StringVar(&f.negative, "negative", "", "the list says what is no pool, of this `KIND`: "+joinText(feed.Kinds()))
}

func runFeedImport(env *environment, f *feedImportFlags, path string, hasConfidence bool) error {
	o, err := f.options(env, hasConfidence)
	if err != nil {
		return err
	}
	o.Force, o.Replace = f.force, f.replace
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return f.importFolder(env, path, o)
	}
	return f.importFile(env, path, o)
}

func (f *feedImportFlags) importFile(env *environment, path string, o feed.Options) error {
	data, err := env.readInput(path)
	if err != nil {
		return err
	}
	result, err := feed.Import(env.lake, feed.Input{File: path, Data: data}, o)
	if err == nil {
		err = env.tellEnded(path, &result)
	}
	return f.finish(env, path, &imported{result.Tally, result.Version.Version, result.Existing}, err)
}

// tellEnded says so where a list matches nothing any more, so that nobody waits
// for what it finds.
func (e *environment) tellEnded(file string, r *feed.Result) error {
	zone, err := time.LoadLocation(e.config.Site.Zone)
	if err != nil {
		return err
	}
	last, err := r.Ended(e.config.Feed.TTLDays, e.now())
	if err != nil || last.IsZero() {
		return err
	}
	day := last.In(zone).AddDate(0, 0, 1).Format(time.DateOnly)
	n := len(r.List.Entries) + len(r.List.Names)
	if n == 1 {
		e.say(fmt.Sprintf("%s: its only entry ended before %s: it matches nothing from that day on", file, day))
	} else {
		e.say(fmt.Sprintf("%s: all %d entries ended before %s: they match nothing from that day on", file, n, day))
	}
	return nil
}

// importFolder imports every file of a folder as a feed of its own name, so
// that each source keeps its own versions. One that cannot be imported does not
// keep the others out.
func (f *feedImportFlags) importFolder(env *environment, path string, o feed.Options) error {
	if f.name != "" {
		return usageErrorf("--name is for one file: of a folder, every file is a feed of its own name")
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return err
	}
	var files []string
	for _, e := range entries {
		if e.Type().IsRegular() && !strings.HasPrefix(e.Name(), ".") {
			files = append(files, filepath.Join(path, e.Name()))
		}
	}
	if len(files) == 0 {
		return fmt.Errorf("folder %s has no file to import", path)
	}
	return importEach(files, func(file string) error { return f.importFile(env, file, o) })
}

// check looks for what cannot be; key is how a flag is named to whoever set it.
func (f *feedImportFlags) check(faults *faults, key func(flag string) string, hasConfidence bool) {
	if f.format != "" && f.format != "auto" && !slices.Contains(feed.Formats(), feed.Format(f.format)) {
		faults.add(key("format"), "%q, want %s or auto", f.format, joinText(feed.Formats()))
	}
	if f.negative != "" && !slices.Contains(feed.Kinds(), feed.Kind(f.negative)) {
		faults.add(key("negative"), "%q, want one of %s", f.negative, joinText(feed.Kinds()))
	}
	if f.evidence != "" && feed.ParseEvidence(f.evidence) == feed.Other && f.evidence != string(feed.Other) {
		faults.add(key("evidence"), "%q, want one of %s", f.evidence, joinText(feed.Evidences()))
	}
	if hasConfidence && (f.confidence < 1 || f.confidence > 100) {
		faults.add(key("confidence"), "%d, want 1 to 100", f.confidence)
	}
	if f.maxBad < 0 || f.maxBad > 100 {
		faults.add(key("max-bad"), "%g, want 0 to 100 percent", f.maxBad)
	}
}

// flagKey names a flag as it is typed, but for that of the format: it is another
// one where --format is the output's.
func flagKey(flag string) string {
	if flag == "format" {
		return flag
	}
	return "--" + flag
}

func (f *feedImportFlags) options(env *environment, hasConfidence bool) (feed.Options, error) {
	o := feed.Options{
		Name: f.name, Source: f.source, Licence: f.licence, Negative: feed.Kind(f.negative), Confidence: f.confidence,
		MaxChange: env.config.Feed.MaxChange, Now: env.now, Logger: env.log,
	}
	var wrong faults
	f.check(&wrong, flagKey, hasConfidence)
	if err := errors.Join(wrong...); err != nil {
		return o, usageErrorf("%w", err)
	}
	if f.format != "auto" {
		o.Format = feed.Format(f.format)
	}
	if f.evidence != "" {
		o.Evidence = feed.ParseEvidence(f.evidence)
	}
	var err error
	if o.Limits, err = f.limits(); err != nil {
		return o, err
	}
	if o.RetrievedAt, _, err = intake.ParseTime(f.retrievedAt); err != nil {
		return o, usageErrorf("--retrieved-at: %w", err)
	}
	if o.RetrievedAt.After(env.now()) {
		return o, usageErrorf("--retrieved-at %s lies in the future: its entries would outlive all later lists", f.retrievedAt)
	}
	if err := env.knownNames(&o); err != nil {
		return o, err
	}
	o.Own, err = env.ownRanges()
	return o, err
}

// knownNames gives o the names of the feeds of today, which passive DNS answers
// for.
func (e *environment) knownNames(o *feed.Options) error {
	list, err := feed.Versions(e.lake)
	if err != nil {
		return err
	}
	o.Names, err = feed.StandingNames(feed.Effective(list, e.now()), e.config.Feed.TTLDays)
	o.Floor = dnsFloor(e.config.Feed.TTLDays)
	return err
}

// ownRanges is the watched network, by the configuration and by the ledger of
// today.
func (e *environment) ownRanges() ([]feed.Owned, error) {
	var own []feed.Owned
	for _, p := range e.config.Site.Internal {
		own = append(own, feed.Owned{Range: iprange.OfPrefix(p), What: "internal by the configuration"})
	}
	for _, r := range e.config.Feed.Resolve.addresses() {
		own = append(own, feed.Owned{Range: iprange.Of(r.Addr()), What: "a resolver of feed.resolve in the configuration"})
	}
	ranges, _, err := ledger.Current(e.lake, time.Time{})
	if err != nil || ranges == nil {
		return own, err
	}
	rows, err := ranges.ReadRows()
	if err != nil {
		return nil, err
	}
	now := e.now()
	for i := range rows {
		r := &rows[i]
		if !r.ValidFrom.After(now) && (r.ValidTo.IsZero() || !r.ValidTo.Before(now)) {
			own = append(own, feed.Owned{Range: r.Range, What: "which the ledger gives to " + r.Unit})
		}
	}
	return own, nil
}

func joinText[S ~string](list []S) string {
	parts := make([]string, len(list))
	for i, s := range list {
		parts[i] = string(s)
	}
	return strings.Join(parts, ", ")
}
