package upkeep

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"minewatch/ingest/lake"
)

// compactJob is the merge of one hour under way, in a folder of its own below
// upkeep/:
//
//	folder/     what is to become the hour's folder; after the exchange, what it was
//	runs/       sorted rows
//	note.json   the manifest, from before the exchange on
type compactJob struct {
	lake   string
	hour   hour
	dir    string
	prefix string // of the new files' names
	inputs []string
	before []stored
}

const (
	compactJobs = "compact-" // names of the jobs' folders
	noteName    = "note.json"
)

func newCompactJob(dir string, h hour, inputs []stored) (*compactJob, error) {
	// The name tells what is in the file: a path never gets other content.
	content := sha256.New()
	_, _ = io.WriteString(content, h.String()) // a hash never fails
	for _, f := range inputs {
		_, _ = fmt.Fprintf(content, "\n%s %d", f.name, f.info.Size())
	}
	sum := content.Sum(nil)
	j := &compactJob{
		lake: dir, hour: h, before: inputs,
		dir:    filepath.Join(dir, lake.UpkeepFolder, compactJobs+h.String()),
		prefix: compactedPrefix + hex.EncodeToString(sum[:6]),
	}
	for _, f := range inputs {
		j.inputs = append(j.inputs, filepath.Join(h.path, f.name))
	}
	return j, errors.Join(os.MkdirAll(j.folder(), 0o755), os.MkdirAll(j.runs(), 0o755))
}

func (j *compactJob) folder() string { return filepath.Join(j.dir, "folder") }
func (j *compactJob) runs() string   { return filepath.Join(j.dir, "runs") }

// newest is when the last of the inputs was stored.
func (j *compactJob) newest() time.Time {
	var newest time.Time
	for _, f := range j.before {
		if f.info.ModTime().After(newest) {
			newest = f.info.ModTime()
		}
	}
	return newest
}

// note writes the manifest into the job, for the run that may have to finish
// it.
func (j *compactJob) note(c *Compaction) error {
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	return lake.WriteFile(filepath.Join(j.dir, noteName), append(text, '\n'))
}

// publishNote makes the job's manifest one of the lake.
func (j *compactJob) publishNote(c *Compaction) error {
	text, err := os.ReadFile(filepath.Join(j.dir, noteName))
	if err != nil {
		return err
	}
	hash := strings.TrimPrefix(path.Base(c.Outputs[0].Path), compactedPrefix)
	hash, _, _ = strings.Cut(hash, "-")
	name := fmt.Sprintf("%s-%s.json", c.Hour.Format("15"), hash)
	return lake.WriteFile(filepath.Join(j.lake, "manifests", "compact", c.Hour.Format(time.DateOnly), name), text)
}

// exchange puts the new folder in the place of the hour's, in one step. Files
// that were published since the inputs were listed are linked into the new
// folder before; the gate keeps further ones away for that moment.
func (j *compactJob) exchange() (err error) {
	open, err := lake.CloseGate(j.lake)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, open()) }()

	if err := j.adoptLate(); err != nil {
		return err
	}
	if err := lake.SyncPath(j.folder()); err != nil {
		return err
	}
	if err := unix.Renameat2(unix.AT_FDCWD, j.folder(), unix.AT_FDCWD, j.hour.path, unix.RENAME_EXCHANGE); err != nil {
		return fmt.Errorf("exchange %s with %s: %w: the lake needs a file system that can do that, such as ext4, xfs or btrfs", j.folder(), j.hour.path, err)
	}
	return errors.Join(lake.SyncPath(filepath.Dir(j.hour.path)), lake.SyncPath(j.dir))
}

// adoptLate links the files of the hour that are not among the inputs into the
// new folder, and makes sure that the inputs are all still there.
func (j *compactJob) adoptLate() error {
	now, err := j.hour.files()
	if err != nil {
		return err
	}
	missing := len(j.before)
	for _, f := range now {
		i := slices.IndexFunc(j.before, func(b stored) bool { return b.name == f.name })
		if i >= 0 {
			if !f.same(j.before[i]) {
				return fmt.Errorf("%w: %s", errChanged, f.name)
			}
			missing--
			continue
		}
		if err := os.Link(filepath.Join(j.hour.path, f.name), filepath.Join(j.folder(), f.name)); err != nil {
			return err
		}
	}
	if missing > 0 {
		return fmt.Errorf("%w: %d are gone", errChanged, missing)
	}
	return nil
}

// remove removes the job's folder. What stays in it is removed by the next run.
func (j *compactJob) remove(log *slog.Logger) {
	if err := os.RemoveAll(j.dir); err != nil {
		log.Warn("a finished job stays in the upkeep folder until the next run", slog.Any("error", err))
	}
}

// settleCompact finishes a job that was killed, if its exchange took place:
// then its new files are in the hour's folder, and no more in its own.
func settleCompact(dir, job string) error {
	text, err := os.ReadFile(filepath.Join(job, noteName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var c Compaction
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil {
		return err
	}
	if len(c.Outputs) == 0 {
		return nil
	}
	_, err = os.Stat(filepath.Join(job, "folder", path.Base(c.Outputs[0].Path)))
	if !errors.Is(err, fs.ErrNotExist) {
		return err // nil: not exchanged
	}
	if _, err := os.Stat(filepath.Join(job, "folder")); err != nil {
		return nil //nolint:nilerr // being removed: the manifest was written
	}
	return (&compactJob{lake: dir, dir: job}).publishNote(&c)
}

// relative is the path of an hour's file below the lake, with slashes.
func relative(dir string, h hour, name string) string {
	path, err := filepath.Rel(dir, filepath.Join(h.path, name))
	if err != nil {
		path = filepath.Join(h.path, name)
	}
	return filepath.ToSlash(path)
}
