package feedback

import (
	"slices"
	"strings"
	"time"

	"minewatch/analyze/sheet"
	"minewatch/analyze/versions"
)

// A notice keeps its number, its time and its deadlines when it is written again, and
// may say something else by then: nights were run again, an address was cleared or
// came to it. The record keeps of each address what it was last told with, so that
// who has two papers under one number can tell which is the later one.

// telling is what a notice said of an address, from one of its revisions on.
type telling struct {
	No, Host     string
	City, County string // of the address then
	Revision     int    // of the notice, from 1
	Content      string // hash of what it said; "" = the address is no longer in it
	At           time.Time
}

var tellingColumns = []sheet.Column[telling]{
	sheet.Text("notice_no", func(t *telling) *string { return &t.No }),
	sheet.Text("host", func(t *telling) *string { return &t.Host }),
	sheet.Text("city", func(t *telling) *string { return &t.City }),
	sheet.Text("county", func(t *telling) *string { return &t.County }),
	sheet.Number("revision", func(t *telling) *int { return &t.Revision }),
	sheet.Text("content", func(t *telling) *string { return &t.Content }),
	sheet.Moment("recorded_at", func(t *telling) *time.Time { return &t.At }),
}

// revisionsFile is the table of all that was ever told, in the order in which it was.
const revisionsFile = "revisions.csv"

// readTellings reads what was told up to a version; a record of before it was kept has
// none, and what is written next counts as the first.
func readTellings(v *versions.Version) ([]telling, error) {
	if v == nil || v.Tables[revisionsFile] == "" {
		return nil, nil
	}
	return sheet.ReadVersion(v, revisionsFile, tellingColumns)
}

// inRegion says whether an address is one that a report of the region tells of.
func (t *telling) inRegion(region string) bool { return inRegion(region, t.City, t.County) }

func inRegion(region, city, county string) bool {
	return region == "" || region == city || region == city+"/"+county
}

// revise compares the notices of a report of a region with what was told before under
// their numbers. It returns what is to be added to that, and the revision of each
// number: a notice whose addresses of the region are told otherwise than before, or are
// others, has the next one. Addresses of other regions are other reports' matter.
func revise(before []telling, list []Notice, region string, now time.Time) (added []telling, revisions map[string]int) {
	last := map[string]*telling{}
	revisions = map[string]int{}
	told := map[string]bool{} // numbers under which addresses of the region were told
	for i := range before {
		t := &before[i]
		last[t.No+"|"+t.Host] = t
		revisions[t.No] = max(revisions[t.No], t.Revision)
		told[t.No] = told[t.No] || t.inRegion(region)
	}
	changed := map[string][]telling{}
	now = now.UTC().Truncate(time.Second)
	current := map[string]bool{}
	for i := range list {
		n := &list[i]
		current[n.No], current[n.key()] = true, true
		if was := last[n.key()]; was == nil || was.Content != n.Content {
			changed[n.No] = append(changed[n.No], telling{No: n.No, Host: n.Host, City: n.City, County: n.County, Content: n.Content, At: now})
		}
	}
	for key, was := range last {
		if current[was.No] && !current[key] && was.Content != "" && was.inRegion(region) {
			changed[was.No] = append(changed[was.No], telling{No: was.No, Host: was.Host, City: was.City, County: was.County, At: now})
		}
	}
	for no, list := range changed {
		if told[no] || revisions[no] == 0 {
			revisions[no]++
		}
		for _, t := range list {
			t.Revision = revisions[no]
			added = append(added, t)
		}
	}
	slices.SortFunc(added, func(a, b telling) int { return strings.Compare(a.No+"|"+a.Host, b.No+"|"+b.Host) })
	return added, revisions
}
