package analyze

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// walkChain reads every entry and holds it against the one after it. Who can
// write to the lake can write the whole chain anew from some entry on: only a
// hash that was written down elsewhere, Head, shows that.
func (c *checker) walkChain() error {
	entries, err := chainEntries(c.Lake)
	if err != nil {
		return err
	}
	c.chain, c.newest = map[int]string{}, map[Day]entry{}
	found := c.Head == ""
	before := 0
	fail := func(e *entry, text string) {
		const remedy = "restore manifests/chain from a backup; from this run on to the one before, what the chain says is not to be relied on"
		c.find(Finding{StatusFailed, "chain", e.day, e.seq, c.relative(e.path), text, remedy})
	}
	for i := range entries {
		e := &entries[i]
		text, err := os.ReadFile(e.path)
		if err != nil {
			return err
		}
		hash := hashOf(text)
		var record struct {
			Link
			Day Day `json:"day"`
		}
		switch err := json.Unmarshal(text, &record); {
		case err != nil:
			fail(e, fmt.Sprintf("it cannot be read: %v", err))
		case e.seq == before:
			fail(e, fmt.Sprintf("there are two runs %d", e.seq))
		case e.seq != before+1:
			fail(e, fmt.Sprintf("%s missing before it", runs(before+1, e.seq-1)))
		case record.Seq != e.seq || record.Kind != e.kind || record.Day != e.day:
			fail(e, fmt.Sprintf("by its content it is run %d, a %s of %s", record.Seq, record.Kind, record.Day))
		case record.Previous != c.chain[before]:
			fail(e, fmt.Sprintf("run %d was changed after it, or this one was: it says that run %d had the hash %s…, which has %s…",
				before, before, short(record.Previous), short(c.chain[before])))
		}
		before = e.seq
		c.chain[e.seq] = hash
		c.out.Head = hash
		if e.kind != KindSearch {
			c.newest[e.day] = *e
		}
		found = found || len(c.Head) >= minHead && strings.HasPrefix(hash, strings.ToLower(c.Head))
	}
	c.out.Runs = len(entries)
	if !found {
		c.find(Finding{
			StatusFailed, "chain", "", 0, "manifests/chain", fmt.Sprintf("no run has the hash %s: the chain was written anew, or its end was removed", c.Head),
			"compare with a backup of manifests/chain of the time at which the hash was written down",
		})
	}
	if len(entries) > 0 {
		status := StatusOK
		if c.out.Count(StatusFailed) == 0 {
			c.find(Finding{status, "chain", "", before, "manifests/chain", fmt.Sprintf("%s, each with the hash of the one before; the last has %s", runs(1, before), c.out.Head), ""})
		}
	}
	return nil
}

// minHead is how much of a hash tells a run from others.
const minHead = 12

func runs(from, to int) string {
	if from == to {
		return fmt.Sprintf("run %d", from)
	}
	return fmt.Sprintf("runs %d to %d", from, to)
}

func (c *checker) relative(path string) string {
	l := lineage{lake: c.Lake}
	return l.relative(path)
}

// checkManifest holds the manifest that readers use against the chain. It
// returns what the night is to be checked by: the chain's record, where it has
// one; half: it was killed while it published, and what it wrote may lie staged.
func (c *checker) checkManifest(day Day) (record *Manifest, half bool, err error) {
	path := manifestPath(c.Lake, day)
	fail := func(run int, text, remedy string) {
		c.find(Finding{StatusFailed, "manifest", day, run, c.relative(path), text, remedy})
	}
	m, hash, err := readManifest(c.Lake, day)
	gone := errors.Is(err, fs.ErrNotExist)
	e, chained := c.newest[day]
	switch {
	case chained && (gone || err == nil && hash != c.chain[e.seq]) && c.isStaged(File{Path: c.relative(path), SHA256: c.chain[e.seq]}):
		half = true
		fail(e.seq, "the night is not published as a whole: the run is just publishing it, or was killed while it did",
			"the next nightly run finishes it, such as minewatch nightly --day "+string(day))
	case gone && !chained:
		fail(0, "there are files of this night, and no manifest", again+string(day))
		return nil, false, nil
	case gone:
		fail(e.seq, fmt.Sprintf("it is gone; run %d recorded it", e.seq), again+string(day))
	case err != nil:
		fail(e.seq, err.Error(), again+string(day))
	case !chained && m.Seq == 0:
		c.find(Finding{StatusNote, "manifest", day, 0, c.relative(path), "not chained: the night was run by a program that kept no chain, so a change of the manifest itself does not show", ""})
		return m, false, nil
	case !chained:
		fail(m.Seq, fmt.Sprintf("it is of run %d, which is not in the chain: entries were removed", m.Seq), "restore manifests/chain from a backup")
		return m, false, nil
	case hash != c.chain[e.seq]:
		fail(e.seq, fmt.Sprintf("it is not what run %d recorded: it was changed", e.seq), again+string(day))
	}
	if !chained {
		return nil, false, nil
	}
	text, err := os.ReadFile(e.path)
	if err != nil {
		return nil, false, err
	}
	if err := json.Unmarshal(text, &record); err != nil {
		return nil, false, nil //nolint:nilerr // told by walkChain
	}
	return record, half, nil
}

// isStaged says whether a file that a run wrote waits for its name.
func (c *checker) isStaged(f File) bool {
	found, err := findWritten(c.Lake, f)
	return err == nil && found != ""
}
