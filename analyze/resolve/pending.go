package resolve

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"minewatch/analyze/feed"
	"minewatch/analyze/lockfile"
)

// Pending are answers that are no version yet, in lake/resolve: a version a
// day is enough for what only repeats others, and yet no question is asked
// again before its time.
type Pending struct {
	Answers []feed.Answer
	path    string
	unlock  func()
}

// OpenPending reads what is pending, and keeps other runs out until Close.
func OpenPending(lake string) (*Pending, error) {
	folder := filepath.Join(lake, "resolve")
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return nil, err
	}
	unlock, err := lockfile.Wait(filepath.Join(folder, ".lock"))
	if err != nil {
		return nil, err
	}
	p := &Pending{path: PendingPath(lake), unlock: unlock}
	if p.Answers, err = readPending(lake); err != nil {
		unlock()
		return nil, err
	}
	return p, nil
}

// PendingPath is the file of answers that are no version yet.
func PendingPath(lake string) string { return filepath.Join(lake, "resolve", "pending.csv") }

// PeekPending reads what is pending without keeping anybody out. It cannot be
// saved.
func PeekPending(lake string) (*Pending, error) {
	answers, err := readPending(lake)
	return &Pending{Answers: answers, unlock: func() {}}, err
}

func readPending(lake string) ([]feed.Answer, error) {
	path := PendingPath(lake)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var answers []feed.Answer
	if err == nil {
		answers, err = feed.DecodeAnswers(text)
	}
	if err != nil {
		return nil, fmt.Errorf("answers that wait in %s: %w: delete the file, its questions are asked again", path, err)
	}
	return answers, nil
}

// Close lets other runs in.
func (p *Pending) Close() { p.unlock() }

// Save replaces what is pending, whole or not at all.
func (p *Pending) Save(answers []feed.Answer) (err error) {
	p.Answers = answers
	if len(answers) == 0 {
		if err := os.Remove(p.path); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	text, err := feed.EncodeAnswers(answers)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(p.path), ".pending-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	_, err = f.Write(text)
	if err = errors.Join(err, f.Chmod(0o640), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), p.path)
}
