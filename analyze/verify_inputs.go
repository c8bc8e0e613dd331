package analyze

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"minewatch/analyze/intake"
	"minewatch/analyze/versions"
)

// versionFault says what is wrong with a version of feed or ledger; each is
// read once.
func (c *checker) versionFault(folder string) string {
	err, ok := c.versions[folder]
	if !ok {
		var v versions.Version
		if v, err = versions.Read(folder); err == nil {
			err = v.Verify()
		}
		c.versions[folder] = err
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// checkHistory holds the contacts that the grades rest on against those that
// there are now. Other ones are lawful where their night was run again.
func (c *checker) checkHistory(m *Manifest) error {
	var other []string
	for _, f := range m.History {
		text, err := c.compare(f)
		if err != nil {
			return err
		}
		if text != "" {
			other = append(other, string(nightOf(f.Path)))
		}
	}
	now, err := dayFiles(c.Lake, "contacts", m.Day.Add(-6), m.Day.Add(-1))
	if err != nil {
		return err
	}
	for _, f := range now {
		path := c.relative(f.path)
		if !slices.ContainsFunc(m.History, func(h File) bool { return h.Path == path }) {
			other = append(other, string(nightOf(path)))
		}
	}
	if len(other) > 0 {
		text := "hosts were graded by other contacts than there are now of " + strings.Join(other, ", ") + " (each is checked as a night of its own)"
		c.find(Finding{StatusOutdated, "history", m.Day, m.Seq, "contacts", text, again + string(m.Day)})
	}
	return nil
}

// checkReceipts: collectors replace the receipt of an hour until it is over,
// and then never again.
func (c *checker) checkReceipts(m *Manifest) error {
	for _, f := range m.Receipts {
		text, err := c.compare(f)
		if err != nil {
			return err
		}
		if text == "" {
			continue
		}
		finding := Finding{StatusFailed, "receipts", m.Day, m.Seq, f.Path, text, "restore it from a backup; the coverage of the night rests on it"}
		if hour, ok := hourOfFolder(filepath.Dir(f.Path)); ok && m.RunAt.Before(hour.Add(time.Hour+receiptsSettle)) && text != "it is gone" {
			finding.Status, finding.Text, finding.Remedy = StatusOutdated, "the night was run before this hour was closed: "+text, again+string(m.Day)
		}
		c.find(finding)
	}
	return nil
}

// receiptsSettle is how long after its hour a receipt may still be replaced:
// a rotation, and room.
const receiptsSettle = 10 * time.Minute

// namedFlows is how many flow files of one night are named for one reason.
const namedFlows = 5

// checkFlows tells what became of the flow files that the night read.
func (c *checker) checkFlows(ctx context.Context, m *Manifest) (summary string, err error) {
	read, err := m.ReadFlows(c.Lake)
	if err != nil {
		path := ""
		if m.FlowList != nil {
			path = m.FlowList.Path
		}
		text := err.Error()
		if errors.Is(err, fs.ErrNotExist) {
			text = "the list of flow files is gone"
		}
		c.find(Finding{StatusFailed, "flows", m.Day, m.Seq, path, text, "restore it from a backup"})
		return "", nil
	}
	fates := map[fate]int{}
	named := map[Status]int{}
	for _, f := range read {
		became, note, err := c.lineage.follow(filepath.ToSlash(f.Path))
		if err != nil {
			return "", err
		}
		finding := Finding{StatusFailed, "flows", m.Day, m.Seq, f.Path, "", "restore it from a backup"}
		switch became {
		case fateThere:
			fault, err := c.flowFault(f)
			if err != nil {
				return "", err
			}
			if fault == "" {
				fates[became]++
				continue
			}
			became, finding.Text = fateChanged, fault
		case fateMissing:
			finding.Text = "it is gone, and neither compaction nor retention nor an import says why"
			if note != f.Path {
				finding.Text = fmt.Sprintf("it was merged into %s, which is gone, and nothing says why", note)
			}
		case fateChanged:
			finding.Text = "what it was merged into was changed: " + note
		case fateReplaced:
			finding.Status, finding.Text, finding.Remedy = StatusOutdated, "a later import has replaced it ("+note+")", again+string(m.Day)
		case fateQuarantined:
			finding.Status, finding.Text, finding.Remedy = StatusOutdated, "it was set aside as damaged: "+note, again+string(m.Day)+", or restore it from a backup"
		case fateCompacted, fateExpired:
			fates[became]++
			continue
		}
		fates[became]++
		if named[finding.Status]++; named[finding.Status] <= namedFlows {
			c.find(finding)
		}
	}
	for status, n := range named {
		if n > namedFlows {
			c.find(Finding{status, "flows", m.Day, m.Seq, "flows", fmt.Sprintf("and so it is with more files: %d", n-namedFlows), ""})
		}
	}
	if err := c.checkMerged(ctx, m, read); err != nil {
		return "", err
	}
	return flowSummary(len(read), fates), c.checkNewFlows(m, read, fates)
}

func flowSummary(all int, fates map[fate]int) string {
	var parts []string
	for _, f := range []fate{fateThere, fateCompacted, fateExpired, fateReplaced, fateQuarantined} {
		if n := fates[f]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, f))
		}
	}
	return fmt.Sprintf("flow files %d (%s)", all, strings.Join(parts, ", "))
}

// checkNewFlows finds flows that came after the night.
func (c *checker) checkNewFlows(m *Manifest, read []File, fates map[fate]int) error {
	if fates[fateMissing]+fates[fateChanged]+fates[fateReplaced] > 0 {
		return nil // what there is instead is no surprise
	}
	now, err := hourFiles(c.Lake, "flows", m.Day.Start(c.Zone).Add(-c.reach()), m.Day.End(c.Zone).Add(c.reach()))
	if err != nil {
		return err
	}
	fresh, err := c.lineage.newFiles(read, now)
	if err == nil && len(fresh) > 0 {
		c.find(Finding{StatusOutdated, "flows", m.Day, m.Seq, fresh[0], fmt.Sprintf("flows came after the night was run (files: %d)", len(fresh)), again + string(m.Day)})
	}
	return err
}

// flowFault says in which way a flow file that is there is not what was read.
func (c *checker) flowFault(want File) (string, error) {
	path := filepath.Join(c.Lake, want.Path)
	if fault, err := c.lineage.sameSize(want.Path, want.Bytes); err != nil || fault != "" {
		return strings.Replace(fault, "compaction wrote", "the night read", 1), err
	}
	if !c.Flows {
		return "", nil
	}
	if want.SHA256 != "" {
		return c.compare(want)
	}
	now, err := readFooter(c.Lake, path)
	switch {
	case errors.Is(err, errDamaged):
		return err.Error(), nil
	case err != nil:
		return "", err
	case want.Footer != "" && now.Footer != want.Footer:
		return "its footer was changed", nil
	}
	return "", nil
}

// checkMerged holds the files that compaction merged, and the rows that it wrote,
// against those that the night read.
func (c *checker) checkMerged(ctx context.Context, m *Manifest, read []File) error {
	files := map[string]File{}
	dates := map[string]bool{}
	for _, f := range read {
		files[filepath.ToSlash(f.Path)] = f
		dates[dateOf(f.Path)] = true
	}
	for _, date := range slices.Sorted(maps.Keys(dates)) {
		list, err := c.lineage.compactions(date)
		if err != nil {
			return err
		}
		for i := range list {
			if err := c.checkMerge(ctx, m, &list[i], files); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *checker) checkMerge(ctx context.Context, m *Manifest, merge *compaction, files map[string]File) error {
	fail := func(path, text string) {
		c.find(Finding{StatusFailed, "flows", m.Day, m.Seq, path, text, "restore the hour from a backup"})
	}
	var known, written int64
	mine, all := false, true
	for _, in := range merge.Inputs {
		f, ok := files[in.Path]
		known += f.Rows
		mine, all = mine || ok, all && ok && f.Rows > 0
		if ok && in.Bytes > 0 && f.Bytes != in.Bytes {
			fail(in.Path, fmt.Sprintf("it had %d bytes when it was merged, the night read %d", in.Bytes, f.Bytes))
		}
	}
	if !mine {
		return nil
	}
	var there []string
	for _, out := range merge.Outputs {
		written += out.Rows
		if became, _, err := c.lineage.follow(out.Path); err != nil {
			return err
		} else if became == fateThere {
			there = append(there, filepath.Join(c.Lake, filepath.FromSlash(out.Path)))
		}
	}
	if all && known != written || written < known {
		fail(merge.note, fmt.Sprintf("the files that were merged had %d rows, and %d were written", known, written))
	}
	if c.db == nil {
		return nil
	}
	now, err := c.db.FileRows(ctx, there)
	if err != nil {
		fail(merge.note, "what was written cannot be read: "+err.Error())
		return nil //nolint:nilerr // that is the finding
	}
	for _, out := range merge.Outputs {
		if n, ok := now[filepath.Join(c.Lake, filepath.FromSlash(out.Path))]; ok && n != out.Rows {
			fail(out.Path, fmt.Sprintf("it has %s, compaction wrote %d", intake.Amount(int(n), "row", "rows"), out.Rows))
		}
	}
	return nil
}

// checkRules tells whether the night would be judged by the same rules today.
func (c *checker) checkRules(m *Manifest) {
	now, err := queryHashes()
	if err != nil || len(m.Queries) == 0 {
		return
	}
	var other []string
	for name, hash := range now {
		if m.Queries[name] != hash {
			other = append(other, name)
		}
	}
	for name := range m.Queries {
		if _, ok := now[name]; !ok {
			other = append(other, name)
		}
	}
	slices.Sort(other)
	if len(other) > 0 {
		c.find(Finding{StatusNote, "rules", m.Day, m.Seq, "", fmt.Sprintf("version %s had other queries than this one: %s", m.Version, strings.Join(other, ", ")), ""})
	}
	if !maps.Equal(m.Thresholds, c.thresholds()) || !maps.Equal(m.TTLDays, c.TTLDays) {
		c.find(Finding{StatusNote, "rules", m.Day, m.Seq, "", "it was run with other thresholds or times to live than the configuration has now; its manifest has them", ""})
	}
}
