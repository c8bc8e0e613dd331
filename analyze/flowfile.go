package analyze

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"minewatch/analyze/engine"
	"minewatch/analyze/flowscan"
)

// Flow files are too large to be hashed every night. Their footers are not: a
// footer holds the sizes and places of all pages, the least and greatest value
// of every column in every row group, and the number of rows. Its hash and the
// file's length show every file that was cut, exchanged or written anew;
// not bytes that were changed within a page. Options.HashFlows adds the hash of
// the whole file, which shows these too.

// readFooter describes a Parquet file by its length and the hash of its footer.
func readFooter(lake, path string) (out File, err error) {
	if out.Path, err = filepath.Rel(lake, path); err != nil {
		return out, err
	}
	f, err := os.Open(path)
	if err != nil {
		return out, err
	}
	defer f.Close() //nolint:errcheck // only read
	info, err := f.Stat()
	if err != nil {
		return out, err
	}
	out.Bytes = info.Size()
	const magic, tail = "PAR1", 8
	end := make([]byte, tail)
	if out.Bytes < tail+4 {
		return out, fmt.Errorf("%w: it has only %d bytes", errDamaged, out.Bytes)
	}
	if _, err := f.ReadAt(end, out.Bytes-tail); err != nil {
		return out, err
	}
	length := int64(binary.LittleEndian.Uint32(end))
	if string(end[4:]) != magic || length > out.Bytes-tail-4 {
		return out, fmt.Errorf("%w: it does not end as a Parquet file does, so it was cut or overwritten", errDamaged)
	}
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(f, out.Bytes-tail-length, length)); err != nil {
		return out, err
	}
	out.Footer = hex.EncodeToString(h.Sum(nil))
	return out, nil
}

// errDamaged is the reason of a file that cannot be read.
var errDamaged = errors.New("it is damaged")

// describeFlows notes the flow files as they are before the run reads them.
func (n *night) describeFlows(ctx context.Context) error {
	n.flows = nil
	var paths []string
	var faults []error
	for _, f := range n.inputs.flows {
		file, err := readFooter(n.Lake, f.path)
		if err == nil && n.HashFlows {
			var whole File
			whole, err = hashFile(n.Lake, f.path)
			file.SHA256 = whole.SHA256
		}
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("%w: %w", engine.ErrGone, err)
		case err != nil:
			faults = append(faults, damaged(file.Path, n.Zone, err))
		}
		n.flows = append(n.flows, file)
		paths = append(paths, f.path)
	}
	if len(faults) > 0 {
		return errors.Join(faults...)
	}
	rows, err := n.db.FileRows(ctx, paths)
	if err != nil {
		return err
	}
	for i := range n.flows {
		n.flows[i].Rows = rows[paths[i]]
	}
	n.tellChanged()
	return nil
}

// tellChanged warns of flow files that are not what the run before read by the same
// names: nobody writes a flow file twice. The new run takes them as they are, and
// verify finds it well; the list of the run before stays in the chain.
func (n *night) tellChanged() {
	before, err := ReadManifest(n.Lake, n.day)
	if err != nil {
		return // the first run; or one that verify tells of
	}
	list, err := before.ReadFlows(n.Lake)
	if err != nil {
		return
	}
	was := make(map[string]File, len(list))
	for _, f := range list {
		was[f.Path] = f
	}
	var changed []string
	for _, f := range n.flows {
		if old, ok := was[f.Path]; ok && (old.Bytes != f.Bytes || old.Footer != "" && old.Footer != f.Footer) {
			changed = append(changed, f.Path)
		}
	}
	if len(changed) > 0 {
		n.logger().Warn("flow files were changed since the run before this one read them: find out by whom, and restore them from a backup",
			slog.String("day", string(n.day)), slog.Int("run", before.Seq), slog.Int("files", len(changed)), slog.String("first", changed[0]))
	}
}

// name finds out which flow files a failed step could not read: of several it
// met one. It reads all of them, each alone and as a whole, which takes its
// time; the night has failed anyway.
func (n *night) name(ctx context.Context, err error) error {
	if ctx.Err() != nil || errors.Is(err, engine.ErrGone) || errors.Is(err, engine.ErrMemory) || errors.Is(err, engine.ErrSpace) || errors.Is(err, ErrCheck) ||
		errors.Is(err, ErrNotAsWritten) || len(Damaged(err)) > 0 {
		return err
	}
	met := &flowscan.FileError{}
	errors.As(err, &met)
	var faults []error
	for _, f := range n.inputs.flows {
		file, fault := readFooter(n.Lake, f.path)
		if fault == nil {
			fault = n.db.ReadThrough(ctx, f.path)
		}
		if fault == nil && f.path == met.Path {
			fault = met.Err // the engine reads over it
		}
		if errors.Is(fault, fs.ErrNotExist) || errors.Is(fault, engine.ErrGone) || errors.Is(fault, engine.ErrMemory) || ctx.Err() != nil {
			return err
		}
		if fault != nil {
			faults = append(faults, damaged(file.Path, n.Zone, fault))
		}
	}
	if len(faults) == 0 {
		return err
	}
	return errors.Join(faults...)
}

// nameFlows finds out which flow files a question could not read. Footers tell it, or
// else the question when it is asked of each file alone, which reads no more than it
// did of all. Of a file on which it fails, nothing is said that can be read.
func (o *Options) nameFlows(ctx context.Context, db *engine.DB, files []string, err error, ask func() error) error {
	if !errors.Is(err, engine.ErrDamaged) || len(Damaged(err)) > 0 {
		return err
	}
	var faults []error
	for _, path := range files {
		if file, fault := readFooter(o.Lake, path); errors.Is(fault, errDamaged) {
			faults = append(faults, damaged(file.Path, o.Zone, fault))
		}
	}
	if len(faults) > 0 {
		return errors.Join(faults...)
	}
	for _, path := range files {
		if ctx.Err() != nil {
			return err
		}
		fault := db.Read(ctx, "raw_flows", path)
		if fault == nil {
			fault = ask()
		}
		if !errors.Is(fault, engine.ErrDamaged) || db.ReadThrough(ctx, path) == nil {
			continue
		}
		relative, outside := filepath.Rel(o.Lake, path)
		if outside != nil {
			return err
		}
		faults = append(faults, damaged(relative, o.Zone, fault))
	}
	if len(faults) == 0 {
		return err
	}
	return errors.Join(faults...)
}

// writeFlowList stores the list of flow files beside the manifests: it is long,
// and those who read manifests rarely want it. Its name tells its content, so
// that runs over the same files share one.
func (n *night) writeFlowList() (*File, error) {
	text, err := json.MarshalIndent(n.flows, "", " ")
	if err != nil {
		return nil, err
	}
	hash := hashOf(text)
	list := &File{Path: filepath.Join("manifests", "flows", string(n.day)+"-"+hash[:12]+".json"), Bytes: int64(len(text)), SHA256: hash}
	path := filepath.Join(n.Lake, list.Path)
	if now, err := hashFile(n.Lake, path); err == nil && now == *list {
		return list, nil
	}
	return list, engine.WriteFile(path, text)
}

// ReadFlows are the flow files that the night read.
func (m *Manifest) ReadFlows(lake string) ([]File, error) {
	if m.FlowList == nil {
		return m.Flows, nil // of an older program
	}
	text, err := os.ReadFile(filepath.Join(lake, m.FlowList.Path))
	if err != nil {
		return nil, err
	}
	if hashOf(text) != m.FlowList.SHA256 {
		return nil, fmt.Errorf("%s is not what the night of %s wrote: it was changed since", m.FlowList.Path, m.Day)
	}
	var files []File
	return files, json.Unmarshal(text, &files)
}
