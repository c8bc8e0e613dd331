package feedback

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"minewatch/analyze/sheet"
	"minewatch/analyze/versions"
)

// Notice is one address that one unit was told about in the report of one
// week.
type Notice struct {
	No                  string // of the unit's notice of that week; the same on all its addresses
	Week                string // "2026-W46"
	Unit, City, County  string
	Host                string
	Grade               string // A or B, when it was sent
	Sources             string // of the feed entries that it rests on, comma separated
	FirstSeen, LastSeen time.Time
	NotifiedAt          time.Time
	LocateBy, ReportBy  time.Time // until when device and person are to be found, and the form is to be back
	Content             string    // hash of all that the notice says of the address; kept apart, see revise

	// What else the form tells; kept apart, see told.go.
	Endpoints, LocalPorts string
	ToldBefore            string // number of the last notice before; "" = none
}

// NoticeColumns are the columns of notices.csv, in order.
var NoticeColumns = []sheet.Column[Notice]{
	sheet.Text("notice_no", func(n *Notice) *string { return &n.No }),
	sheet.Text("week", func(n *Notice) *string { return &n.Week }),
	sheet.Text("unit", func(n *Notice) *string { return &n.Unit }),
	sheet.Text("city", func(n *Notice) *string { return &n.City }),
	sheet.Text("county", func(n *Notice) *string { return &n.County }),
	sheet.Text("host", func(n *Notice) *string { return &n.Host }),
	sheet.Text("grade", func(n *Notice) *string { return &n.Grade }),
	sheet.Text("feed_sources", func(n *Notice) *string { return &n.Sources }),
	sheet.Moment("first_seen", func(n *Notice) *time.Time { return &n.FirstSeen }),
	sheet.Moment("last_seen", func(n *Notice) *time.Time { return &n.LastSeen }),
	sheet.Moment("notified_at", func(n *Notice) *time.Time { return &n.NotifiedAt }),
	sheet.Moment("locate_by", func(n *Notice) *time.Time { return &n.LocateBy }),
	sheet.Moment("report_by", func(n *Notice) *time.Time { return &n.ReportBy }),
}

// NoticeNo is the number of a unit's notice of a week: the week, and 32 bits of
// a hash of the unit's name, so that it is the same whenever it is written.
func NoticeNo(week, unit string) string {
	sum := sha256.Sum256([]byte(unit))
	return week + "-" + hex.EncodeToString(sum[:4])
}

// key tells notices apart.
func (n *Notice) key() string { return n.No + "|" + n.Host }

// The tables of a version of the record: what its report sent, what its forms told, and
// all that was ever sent.
const (
	noticesFile = "notices.csv"
	toldFile    = "told.csv"
	sentFile    = "sent.csv"
)

func noticeStore(lake string) *versions.Store { return versions.Open(filepath.Join(lake, "notices")) }

// Recorded tells what became of the notices of a report.
type Recorded struct {
	IsNew     bool           // addresses were added to the record
	Revisions map[string]int // by number; 1 = it is as it was first written
	Revised   []string       // the numbers of which this report wrote another revision than the one before
}

// Record keeps the notices of a report of a region; "" is of all. What was recorded
// before stands: a notice that is written again keeps the time from which its deadlines
// run, and is another revision where it says something else.
func Record(lake, name, region string, list []Notice, now time.Time) (r Recorded, err error) {
	if len(list) == 0 {
		return r, nil
	}
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b Notice) int { return cmp.Or(strings.Compare(a.Unit, b.Unit), strings.Compare(a.Host, b.Host)) })
	newest, err := newestVersion(noticeStore(lake), "record of notices")
	if err != nil {
		return r, err
	}
	var tables recordTables
	if err := tables.add(newest, list, region, now); err != nil {
		return r, err
	}
	if len(tables.added) == 0 {
		return tables.result, nil
	}
	var table, told, original bytes.Buffer
	if err := errors.Join(sheet.Write(&table, NoticeColumns, list), sheet.Write(&told, toldColumns, list)); err != nil {
		return r, err
	}
	// With what was told, for the bytes to be others where only that is.
	if err := errors.Join(sheet.Write(&original, NoticeColumns, list), sheet.Write(&original, tellingColumns, tables.added)); err != nil {
		return r, err
	}
	_, _, err = noticeStore(lake).Add(versions.Draft{
		Kind: "notices", Name: name, File: name + ".csv", Original: original.Bytes(),
		Tables:     map[string][]byte{noticesFile: table.Bytes(), toldFile: told.Bytes()},
		Counts:     map[string]int{"notices": len(list)},
		ImportedAt: now, RetrievedAt: now,
		Replaces: func(*versions.Version) bool { return true },
		Follow: func(before *versions.Version, out map[string][]byte) error {
			// Another report may have been recorded since.
			if err := tables.add(before, list, region, now); err != nil {
				return err
			}
			var sent, told bytes.Buffer
			err := errors.Join(sheet.Write(&sent, NoticeColumns, tables.sent), sheet.Write(&told, tellingColumns, tables.told))
			out[sentFile], out[revisionsFile] = sent.Bytes(), told.Bytes()
			return err
		},
	})
	if err != nil {
		return r, fmt.Errorf("record of notices: %w", err)
	}
	return tables.result, nil
}

// recordTables are the tables of the record with the notices of one more report.
type recordTables struct {
	sent   []Notice
	told   []telling
	added  []telling // of told, what is of this report
	result Recorded
}

// add makes them from those of the version before.
func (t *recordTables) add(before *versions.Version, list []Notice, region string, now time.Time) error {
	var sent []Notice
	if before != nil {
		var err error
		if sent, err = readNotices(before); err != nil {
			return err
		}
	}
	told, err := readTellings(before)
	if err != nil {
		return err
	}
	was := map[string]int{}
	for i := range told {
		was[told[i].No] = max(was[told[i].No], told[i].Revision)
	}
	t.sent = merge(sent, list)
	t.added, t.result.Revisions = revise(told, list, region, now)
	t.told = append(slices.Clip(told), t.added...)
	t.result.IsNew, t.result.Revised = len(t.sent) > len(sent), nil
	for i := range t.added {
		if no := t.added[i].No; was[no] > 0 && t.added[i].Revision > was[no] && !slices.Contains(t.result.Revised, no) {
			t.result.Revised = append(t.result.Revised, no)
		}
	}
	return nil
}

// merge adds what a list has that was not sent before.
func merge(sent, list []Notice) []Notice {
	known := make(map[string]bool, len(sent))
	for i := range sent {
		known[sent[i].key()] = true
	}
	all := slices.Clip(sent)
	for i := range list {
		if !known[list[i].key()] {
			all = append(all, list[i])
		}
	}
	return all
}

// Sent are all notices that were ever recorded, in the order in which they were.
func Sent(lake string) ([]Notice, error) {
	newest, err := newestVersion(noticeStore(lake), "record of notices")
	if err != nil || newest == nil {
		return nil, err
	}
	return readNotices(newest)
}

// Withdrawn are the notices of a week that were sent and are not among those of its
// report of a region any more: an address of each. "" is all regions.
func Withdrawn(sent, list []Notice, week, region string) []Notice {
	known := map[string]bool{}
	for i := range list {
		known[list[i].No] = true
	}
	var gone []Notice
	for _, n := range sent {
		if n.Week == week && !known[n.No] && inRegion(region, n.City, n.County) {
			known[n.No] = true
			gone = append(gone, n)
		}
	}
	return gone
}

// NoticesPath is the path of the table of all notices; "" where none was sent.
func NoticesPath(lake string) (string, error) {
	newest, err := newestVersion(noticeStore(lake), "record of notices")
	if err != nil || newest == nil {
		return "", err
	}
	return newest.Path(sentFile), newest.Verify()
}

func readNotices(v *versions.Version) ([]Notice, error) {
	return sheet.ReadVersion(v, sentFile, NoticeColumns)
}

// Stores are those of what units were told, and of what they answered.
func Stores(lake string) []*versions.Store { return []*versions.Store{noticeStore(lake), store(lake)} }

// newestVersion is the last version of a store, or nil.
func newestVersion(store *versions.Store, what string) (*versions.Version, error) {
	list, err := store.List()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	if len(list) == 0 {
		return nil, nil
	}
	return &list[len(list)-1], nil
}
