package ingest

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path"
	"slices"

	"minewatch/ingest/source"
)

// inputFile is a file to import. Its hash decides whether the lake holds it
// already, so it is read twice; the second reading is hashed again, because a
// capture that is still being written would otherwise be stored under a hash
// that is not its own.
type inputFile struct {
	path   string
	format string // source.FormatCapture, or the log's
	sha256 string // of the content, uncompressed: a file that was compressed in between is the same
	raw    string // SHA-256 of the file as it is
	bytes  int64  // of the file as it is
	cutOff bool

	contentBytes int64    // uncompressed
	beginnings   []string // SHA-256 of inputs of imports before, that are the beginning of the content

	file     *os.File
	again    hash.Hash
	read     int64 // bytes, for the second time
	progress func(int64)
}

// openInput tells a file's format and hash.
func openInput(path string, progress func(int64), known *knownInputs) (*inputFile, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	in := &inputFile{path: path, file: file, again: sha256.New(), progress: progress}
	if err := in.recognise(known); err != nil {
		return nil, errors.Join(in.wrap(err), file.Close())
	}
	return in, nil
}

func (in *inputFile) recognise(known *knownInputs) error {
	info, err := in.file.Stat()
	if err != nil {
		return err
	}
	if info.IsDir() {
		return errors.New("is a folder: name the files in it")
	}
	if !info.Mode().IsRegular() {
		return errors.New("is not a regular file: it is read twice, so save it as one first")
	}
	if in.format, err = source.Detect(in.file); err != nil {
		return err
	}
	if _, err := in.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if err := in.hash(known); err != nil {
		return err
	}
	_, err = in.file.Seek(0, io.SeekStart)
	return err
}

// hash reads the file for the first time. A stream that cannot be expanded is
// known by the file as it is; the second reading will say what is wrong.
func (in *inputFile) hash(known *knownInputs) error {
	earlier, err := known.of(in.format)
	if err != nil {
		return err
	}
	raw, content := sha256.New(), &prefixHash{hash: sha256.New(), known: earlier}
	file := bufio.NewReader(io.TeeReader(in.file, raw))
	expanded, err := source.Expand(file)
	if err == nil {
		_, err = io.Copy(content, expanded)
	}
	if _, err := io.Copy(io.Discard, file); err != nil {
		return err
	}
	info, statErr := in.file.Stat()
	if statErr != nil {
		return statErr
	}
	in.bytes = info.Size()
	in.raw = hex.EncodeToString(raw.Sum(nil))
	in.sha256, in.contentBytes = in.raw, in.bytes
	if err == nil {
		if content.bytes == 0 {
			return errors.New("is empty")
		}
		in.sha256, in.contentBytes = content.sum(), content.bytes
		in.beginnings = slices.DeleteFunc(content.found, func(known string) bool { return known == in.sha256 })
	}
	return nil
}

// Read reads the file for the second time, and no further than the first: a
// file that is being written might have no end.
func (in *inputFile) Read(p []byte) (int, error) {
	if in.read == in.bytes {
		return 0, io.EOF
	}
	n, err := in.file.Read(p[:min(int64(len(p)), in.bytes-in.read)])
	in.again.Write(p[:n]) // a hash never fails
	in.read += int64(n)
	in.progress(int64(n))
	return n, err
}

// complete says whether the file can be stored, given what ended its reading:
// a capture that is cut off in a packet can, with all packets before.
func (in *inputFile) complete(ended error) error {
	if ended != nil {
		if !errors.Is(ended, source.ErrCutOff) {
			return ended
		}
		in.cutOff = true
	}
	if _, err := io.Copy(io.Discard, in); err != nil { // what follows the end of a compressed stream
		return err
	}
	info, err := in.file.Stat()
	if err != nil {
		return err
	}
	if info.Size() != in.bytes || hex.EncodeToString(in.again.Sum(nil)) != in.raw {
		return errors.New("the file changed while it was read: import it when it is complete")
	}
	return nil
}

// wrap says which file an error is about.
func (in *inputFile) wrap(err error) error { return fmt.Errorf("import %s: %w", in.path, err) }

func (in *inputFile) close() error { return in.file.Close() }

// writerName is the prefix of an input's names in the lake. 64 bits of its
// hash keep the names short; the manifest has all.
func writerName(sha256 string) string { return "import-" + sha256[:16] }

func manifestPath(sha256 string) string { return path.Join("import", sha256+".json") }
