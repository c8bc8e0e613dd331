package analyze

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"minewatch/analyze/feed"
	"minewatch/analyze/feedback"
	"minewatch/analyze/ledger"
	"minewatch/analyze/versions"
)

// ErrNoFlows is returned for a day without any flow in the lake.
var ErrNoFlows = errors.New("no flows")

// ErrNoFeed is returned where no pool feed was imported.
var ErrNoFeed = errors.New("no pool feed: import one with 'minewatch feed import FILE'")

// inputs are the files that one night reads.
type inputs struct {
	flows       []lakeFile
	receipts    []lakeFile // of the day's hours; none where no collector wrote any
	feeds       []feed.Version
	negatives   []feed.Version
	ranges      *ledger.Version
	exclusions  *ledger.Version
	answers     *versions.Version // of units, some of which exclude addresses
	setAside    []SetAside        // of the flows, as damaged
	unpublished int               // files in which collectors still hold flows of the day
	history     []lakeFile        // contacts of the six days before
	covered     []lakeFile        // coverage of the six days before
}

func findInputs(o *Options, day Day) (*inputs, error) {
	if _, err := os.Stat(o.Lake); err != nil {
		return nil, noLake(o.Lake, err)
	}
	in := &inputs{}
	if err := in.findFlows(o, day); err != nil {
		return nil, err
	}
	if err := in.findKnowledge(o); err != nil {
		return nil, err
	}
	var err error
	if in.history, err = dayFiles(o.Lake, "contacts", day.Add(-6), day.Add(-1)); err != nil {
		return nil, err
	}
	in.covered, err = dayFiles(o.Lake, "coverage", day.Add(-6), day.Add(-1))
	return in, err
}

// findFlows lists the flows of a day, and the receipts of its hours.
func (in *inputs) findFlows(o *Options, day Day) (err error) {
	if in.flows, err = hourFiles(o.Lake, "flows", day.Start(o.Zone).Add(-o.reach()), day.End(o.Zone).Add(o.reach())); err != nil {
		return err
	}
	ofDay, err := hourFiles(o.Lake, "flows", day.Start(o.Zone), day.End(o.Zone))
	if err != nil {
		return err
	}
	if len(ofDay) == 0 {
		return ErrNoFlows
	}
	held, err := HeldFlows(o.Lake, o.Zone)
	if err != nil {
		return err
	}
	in.unpublished = held[day]
	if in.setAside, err = quarantined(o.Lake, day.Start(o.Zone).Add(-o.reach()), day.End(o.Zone).Add(o.reach())); err != nil {
		return err
	}
	in.receipts, err = hourFiles(o.Lake, "receipts", day.Start(o.Zone), day.End(o.Zone))
	return err
}

// findKnowledge finds what is not of a day, feed and ledger, and verifies it.
func (in *inputs) findKnowledge(o *Options) error {
	if err := in.findFeed(o); err != nil {
		return err
	}
	return in.findLists(o)
}

func (in *inputs) findFeed(o *Options) error {
	versions, err := feed.Versions(o.Lake)
	if err != nil {
		return err
	}
	if in.feeds = feed.Effective(versions, o.FeedAsOf); len(in.feeds) == 0 {
		if len(versions) > 0 {
			return fmt.Errorf("no pool feed was imported at or before %s: the first one is of %s", o.FeedAsOf.Format(time.RFC3339), versions[0].ImportedAt.Format(time.RFC3339))
		}
		return ErrNoFeed
	}
	return nil
}

// findLists finds negative lists and the ledger, and verifies all there is.
func (in *inputs) findLists(o *Options) error {
	versions, err := feed.Negatives(o.Lake)
	if err != nil {
		return err
	}
	in.negatives = feed.Effective(versions, o.FeedAsOf)
	if in.ranges, in.exclusions, err = ledger.Current(o.Lake, time.Time{}); err != nil {
		return err
	}
	if in.answers, err = feedback.Current(o.Lake); err != nil {
		return err
	}
	return in.verify()
}

// verify compares feed and ledger with the hashes of their import: nobody is
// to be accused on a list that was changed afterwards.
func (in *inputs) verify() error {
	var faults []error
	for i := range in.feeds {
		faults = append(faults, in.feeds[i].Verify())
	}
	for i := range in.negatives {
		faults = append(faults, in.negatives[i].Verify())
	}
	for _, v := range []*ledger.Version{in.ranges, in.exclusions} {
		if v != nil {
			faults = append(faults, v.Verify())
		}
	}
	if in.answers != nil {
		faults = append(faults, in.answers.Verify())
	}
	return errors.Join(faults...)
}

// manifests are those that the imports of feed and ledger left, with hashes. They
// hold the hashes of all tables.
func (in *inputs) manifests(lake string) ([]File, error) {
	var paths []string
	for _, list := range [][]feed.Version{in.feeds, in.negatives} {
		for i := range list {
			paths = append(paths, list[i].ManifestPath())
		}
	}
	for _, v := range []*ledger.Version{in.ranges, in.exclusions} {
		if v != nil {
			paths = append(paths, v.ManifestPath())
		}
	}
	if in.answers != nil {
		paths = append(paths, in.answers.ManifestPath())
	}
	var files []File
	for _, path := range paths {
		f, err := hashFile(lake, path)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	return files, nil
}

// hourFiles are the published files of a table for the hours that overlap
// [from, to), sorted: the layout is flows/date=YYYY-MM-DD/hour=HH/, UTC, by
// time of receipt, and the same for receipts.
func hourFiles(lake, table string, from, to time.Time) ([]lakeFile, error) {
	var files []lakeFile
	for hour := from.UTC().Truncate(time.Hour); hour.Before(to); hour = hour.Add(time.Hour) {
		list, err := parquetFiles(filepath.Join(lake, hourFolder(table, hour)))
		if err != nil {
			return nil, err
		}
		files = append(files, list...)
	}
	return files, nil
}

// dayFiles are the published nightly files of a table, from and to included.
func dayFiles(lake, table string, from, to Day) ([]lakeFile, error) {
	var files []lakeFile
	for day := from; day <= to; day = day.Add(1) {
		list, err := parquetFiles(filepath.Join(lake, table, "day="+string(day)))
		if err != nil {
			return nil, err
		}
		files = append(files, list...)
	}
	return files, nil
}

// lakeFile is a published file, as it was when it was listed. It is immutable,
// but compaction may replace it by another, and retention delete it.
type lakeFile struct {
	path  string
	bytes int64
}

func paths(files []lakeFile) []string {
	list := make([]string, len(files))
	for i, f := range files {
		list[i] = f.path
	}
	return list
}

// largestFirst are their paths in another order. The engine takes all files for
// as long as the first, and from that which side of a join is kept in memory:
// behind a file of a few rows it would be the flows of the whole day.
func largestFirst(files []lakeFile) []string {
	return paths(slices.SortedStableFunc(slices.Values(files), func(a, b lakeFile) int { return cmp.Compare(b.bytes, a.bytes) }))
}

// parquetFiles are the published files in a folder, sorted; none where the
// folder is not there.
func parquetFiles(folder string) ([]lakeFile, error) {
	for {
		files, whole, err := listFolder(folder)
		if errors.Is(err, os.ErrNotExist) {
			return nil, nil
		}
		if err != nil || whole {
			return files, err
		}
	}
}

// listFolder lists a folder once. The list is not whole where compaction has
// exchanged the folder meanwhile and may have begun to remove the old one.
func listFolder(folder string) (files []lakeFile, whole bool, err error) {
	dir, err := os.Open(folder)
	if err != nil {
		return nil, false, err
	}
	defer dir.Close() //nolint:errcheck // only read
	entries, err := dir.ReadDir(-1)
	if err != nil {
		return nil, false, err
	}
	for _, e := range entries {
		if e.IsDir() || !strings.HasSuffix(e.Name(), ".parquet") {
			continue
		}
		info, err := e.Info()
		if errors.Is(err, os.ErrNotExist) {
			return nil, false, nil
		}
		if err != nil {
			return nil, false, err
		}
		files = append(files, lakeFile{filepath.Join(folder, e.Name()), info.Size()})
	}
	slices.SortFunc(files, func(a, b lakeFile) int { return strings.Compare(a.path, b.path) })
	read, err := dir.Stat()
	if err != nil {
		return nil, false, err
	}
	now, err := os.Stat(folder)
	return files, err == nil && os.SameFile(read, now), err
}

// FlowDays are the days of the zone that have flows in the lake, in order.
func FlowDays(lake string, zone *time.Location) ([]Day, error) {
	hours, err := filepath.Glob(filepath.Join(lake, "flows", "date=*", "hour=*"))
	if err != nil {
		return nil, err
	}
	var days []Day
	for _, folder := range hours {
		t, ok := hourOfFolder(folder)
		if !ok {
			continue
		}
		if files, err := parquetFiles(folder); err != nil || len(files) == 0 {
			if err != nil {
				return nil, err
			}
			continue
		}
		days = append(days, daysOfHour(t, zone)...)
	}
	slices.Sort(days)
	return slices.Compact(days), nil
}

// daysOfHour are the days that have a part of an hour: two in a zone that is off by half
// an hour, for one hour of the day.
func daysOfHour(hour time.Time, zone *time.Location) []Day {
	return slices.Compact([]Day{DayOf(hour, zone), DayOf(hour.Add(time.Hour-1), zone)})
}

// hourFolder is the folder of an hour, relative to the lake.
func hourFolder(table string, hour time.Time) string {
	return filepath.Join(table, "date="+hour.Format(time.DateOnly), "hour="+hour.Format("15"))
}

// hourOfFolder is the hour that a folder flows/date=YYYY-MM-DD/hour=HH holds.
func hourOfFolder(folder string) (start time.Time, ok bool) {
	date := strings.TrimPrefix(filepath.Base(filepath.Dir(folder)), "date=")
	start, err := time.Parse("2006-01-02 15", date+" "+strings.TrimPrefix(filepath.Base(folder), "hour="))
	return start, err == nil
}

// NightDays are the days whose contacts are published, in order.
func NightDays(lake string) ([]Day, error) {
	folders, err := filepath.Glob(filepath.Join(lake, "contacts", "day=*"))
	if err != nil {
		return nil, err
	}
	var days []Day
	for _, folder := range folders {
		day, err := ParseDay(strings.TrimPrefix(filepath.Base(folder), "day="))
		if err != nil {
			continue
		}
		if files, err := parquetFiles(folder); err != nil || len(files) == 0 {
			if err != nil {
				return nil, err
			}
			continue
		}
		days = append(days, day)
	}
	slices.Sort(days)
	return days, nil
}

// OtherFeedDays are the days of the six before a night whose own nights were
// matched with another feed than this one: it grades by their contacts, too.
func OtherFeedDays(lake string, m *Manifest) ([]Day, error) {
	var days []Day
	for day := m.Day.Add(-6); day < m.Day; day = day.Add(1) {
		before, err := ReadManifest(lake, day)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if !slices.Equal(before.Feeds, m.Feeds) {
			days = append(days, day)
		}
	}
	return days, nil
}
