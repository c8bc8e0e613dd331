package ingest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"minewatch/ingest/lake"
	"minewatch/ingest/lake/upkeep"
)

// earlier is what of a file's flows the lake may hold from imports before.
// Publishing replaces it.
type earlier struct {
	own      bool     // the file itself was imported, or an import of it was begun
	sequence int      // of the last lake file that had its name
	others   []string // SHA-256 of inputs that are its beginning
	replaced int      // lake files, when it is done
}

func (e *earlier) isNone() bool { return !e.own && len(e.others) == 0 }

// sayTime is a moment in a message.
func sayTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// lookUp decides what becomes of a file that may have been imported before: it
// is a duplicate, which fills in what is known of it; or it is stored, and what
// it replaces comes back; or it is refused, because a flow would be there twice.
func (o *ImportOptions) lookUp(in *inputFile, file *Imported) (earlier, error) {
	var e earlier
	m, err := o.readMark(in.sha256)
	if err != nil {
		return e, err
	}
	if m != nil {
		if err := o.resume(in, m, &e); err != nil {
			return e, err
		}
	} else if err := o.lookUpOwn(in, file, &e); err != nil || file.Duplicate {
		return e, err
	}
	return e, o.lookUpBeginnings(in, &e)
}

// resume takes an interrupted import up again: what it left is replaced, of the
// inputs that it was to replace those that still wait for it.
func (o *ImportOptions) resume(in *inputFile, m *mark, e *earlier) error {
	if m.ReplacedBy != "" {
		whole, err := o.readMark(m.ReplacedBy)
		if err != nil {
			return err
		}
		if whole != nil {
			return fmt.Errorf("is the beginning of %s, whose import was interrupted: import that first, it has the flows of both", m.Path)
		}
	}
	e.own = true
	if known, err := lake.ReadManifest(o.Lake, manifestPath(in.sha256)); err != nil {
		return err
	} else if known != nil {
		e.sequence = lastSequence(known.Files)
	}
	left, err := o.filesOf("flows", in.sha256)
	if err != nil {
		return err
	}
	for _, path := range left {
		e.sequence = max(e.sequence, lastSequence([]lake.File{{Path: path}}))
	}
	for _, sha256 := range m.Replaces {
		waits, err := o.readMark(sha256)
		if err != nil {
			return err
		}
		if waits != nil {
			e.others = append(e.others, sha256)
		}
	}
	return nil
}

// lookUpOwn looks for an import of the same bytes.
func (o *ImportOptions) lookUpOwn(in *inputFile, file *Imported, e *earlier) error {
	known, err := lake.ReadManifest(o.Lake, manifestPath(in.sha256))
	if known == nil || err != nil {
		return err
	}
	e.own, e.sequence = true, lastSequence(known.Files)
	held, whole := known, (*lake.Manifest)(nil)
	if known.ReplacedBy != "" {
		if whole, err = lake.ReadManifest(o.Lake, manifestPath(known.ReplacedBy)); err != nil {
			return err
		}
		if whole == nil || whole.Input == nil {
			return nil
		}
		held = whole // what it had is there, if that is
	}
	at, err := upkeep.Locate(o.Lake, held.Files)
	switch {
	case err != nil:
		return err
	case len(at.There)+len(at.Merged) == 0: // nothing was stored, or nothing of it is left
		return nil
	case !o.Again:
		file.duplicate(known, &at)
		if whole != nil {
			file.PartOf = whole.Input.Path
		}
		return nil
	case whole != nil:
		return fmt.Errorf("is the beginning of %s, which was imported %s and has the flows of both: import that one with --again", whole.Input.Path, sayTime(whole.Written))
	}
	return replaceable(known, &at)
}

// lookUpBeginnings looks for imports of what is the beginning of the file: a
// log or capture that has grown since.
func (o *ImportOptions) lookUpBeginnings(in *inputFile, e *earlier) error {
	for _, sha256 := range in.beginnings {
		if slices.Contains(e.others, sha256) {
			continue
		}
		known, err := lake.ReadManifest(o.Lake, manifestPath(sha256))
		if err != nil {
			return err
		}
		if known == nil || known.ReplacedBy != "" {
			continue
		}
		at, err := upkeep.Locate(o.Lake, known.Files)
		switch {
		case err != nil:
			return err
		case len(at.There)+len(at.Merged) == 0:
			continue
		case !o.Again:
			return fmt.Errorf("continues %s, which was imported %s when it was shorter: what was stored of that would be there twice (records: %d). "+
				"Import the file with --again, which replaces them", known.Input.Path, sayTime(known.Written), known.Counts.RecordsStored)
		}
		if err := replaceable(known, &at); err != nil {
			return err
		}
		e.others = append(e.others, sha256)
	}
	return nil
}

// replacedBefore are the files that imports of the same bytes had stored, but for
// those of now: whoever read them finds out what became of them.
func (o *ImportOptions) replacedBefore(sha256 string, now []lake.File) ([]lake.File, error) {
	known, err := lake.ReadManifest(o.Lake, manifestPath(sha256))
	if known == nil || err != nil {
		return nil, err
	}
	replaced := known.Replaced
	for _, f := range known.Files {
		same := func(other lake.File) bool { return other.Path == f.Path }
		if !slices.ContainsFunc(now, same) && !slices.ContainsFunc(replaced, same) {
			replaced = append(replaced, f)
		}
	}
	return replaced, nil
}

// replaceable is an error where flows of an import cannot be told from others
// any more.
func replaceable(m *lake.Manifest, at *upkeep.Located) error {
	if len(at.Merged) == 0 {
		return nil
	}
	return fmt.Errorf("what was imported of it %s cannot be replaced: compaction has merged lake files with others of their hours, %d of %d (%s). "+
		"Import it into a lake of its own with --lake, or move these hours out of the lake and import all that was in them again (the manifests say what)",
		sayTime(m.Written), len(at.Merged), len(m.Files), hoursOf(at.Merged))
}

// hoursOf names the first few folders of files.
func hoursOf(files []lake.File) string {
	const most = 3
	var hours []string
	for _, f := range files {
		hour := f.Path[:max(strings.LastIndexByte(f.Path, '/'), 0)]
		if slices.Contains(hours, hour) {
			continue
		}
		if len(hours) == most {
			hours = append(hours, "…")
			break
		}
		hours = append(hours, hour)
	}
	return strings.Join(hours, ", ")
}

// lastSequence is the highest number in the names of files.
func lastSequence(files []lake.File) (last int) {
	for _, f := range files {
		name := strings.TrimSuffix(f.Path, ".parquet")
		n, err := strconv.Atoi(name[strings.LastIndexByte(name, '-')+1:])
		if err == nil {
			last = max(last, n)
		}
	}
	return last
}

// duplicate fills in what is known of a file that the lake holds already.
func (f *Imported) duplicate(known *lake.Manifest, at *upkeep.Located) {
	f.Duplicate = true
	f.Files = known.Files
	f.Since, f.Merged, f.Deleted = known.Written, len(at.Merged), len(at.Deleted)
	f.CutOff = known.Input != nil && known.Input.CutOff
	f.Refused = known.Counts.Rejected()
	f.Counts.Records = known.Counts.RecordsStored
	f.Counts.RecordsDuplicate = known.Counts.RecordsStored
}

// stillReplaceable makes sure, with compaction shut out, that none of what is
// to be replaced was merged meanwhile. It keeps away from what has a mark.
func (o *ImportOptions) stillReplaceable(inputs []string) error {
	for _, sha256 := range inputs {
		marked, err := o.readMark(sha256)
		if err != nil {
			return err
		}
		known, err := lake.ReadManifest(o.Lake, manifestPath(sha256))
		if err != nil {
			return err
		}
		if marked != nil || known == nil {
			continue
		}
		at, err := upkeep.Locate(o.Lake, known.Files)
		if err != nil {
			return err
		}
		if err := replaceable(known, &at); err != nil {
			return err
		}
	}
	return nil
}

// lockUpkeep waits until neither compaction nor retention is at work.
func (o *ImportOptions) lockUpkeep(ctx context.Context) (unlock func() error, err error) {
	for said := false; ; said = true {
		unlock, err = lake.LockUpkeep(o.Lake)
		if !errors.Is(err, lake.ErrUpkeep) {
			return unlock, err
		}
		if !said {
			o.Logger.Info("waiting until compaction or retention is done, to replace what was imported before")
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(time.Second):
		}
	}
}

// filesOf lists what there is of an input in a folder of the lake, flows or
// receipts, by paths relative to the lake.
func (o *ImportOptions) filesOf(folder, sha256 string) ([]string, error) {
	found, err := filepath.Glob(filepath.Join(o.Lake, folder, "*", "*", writerName(sha256)+"-*.parquet"))
	for i := range found {
		if err == nil {
			found[i], err = filepath.Rel(o.Lake, found[i])
		}
	}
	return found, err
}

// replace publishes in the place of what is there of the inputs, which it
// counts.
func (o *ImportOptions) replace(s *store, inputs []string) (files []lake.File, replaced int, err error) {
	var old, receipts []string
	for _, sha256 := range inputs {
		flows, err := o.filesOf("flows", sha256)
		if err != nil {
			return nil, 0, err
		}
		old = append(old, flows...)
		of, err := o.filesOf("receipts", sha256)
		if err != nil {
			return nil, 0, err
		}
		receipts = append(receipts, of...)
	}
	if files, err = s.replace(old); err != nil {
		return nil, 0, err
	}
	for _, path := range receipts {
		if err := os.Remove(filepath.Join(o.Lake, path)); err != nil {
			return nil, 0, err
		}
	}
	return files, len(old), nil
}

// giveUp has the manifests of replaced inputs say by what.
func (o *ImportOptions) giveUp(in *inputFile, inputs []string) error {
	for _, sha256 := range inputs {
		m, err := lake.ReadManifest(o.Lake, manifestPath(sha256))
		if err != nil {
			return err
		}
		if m == nil {
			continue
		}
		m.ReplacedBy = in.sha256
		if err := lake.WriteManifest(o.Lake, manifestPath(sha256), m); err != nil {
			return err
		}
	}
	return nil
}
