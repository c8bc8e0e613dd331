package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"minewatch/ingest/account"
	"minewatch/ingest/decode"
	"minewatch/ingest/lake"
)

const (
	// stateLifetime is how long a template or a rate counts that nobody repeats.
	// Routers do so at least hourly; a day also covers a night in which the
	// collector stood still.
	stateLifetime = 24 * time.Hour
	// stateEvery is how soon something new is saved, stateRefresh how often what
	// only was repeated.
	stateEvery   = 10 * time.Second
	stateRefresh = 5 * time.Minute

	stateFormat = 1
)

// stateFile is the content of a file of the state's folder.
type stateFile struct {
	Format  int       `json:"format"`
	Written time.Time `json:"written"`
	decode.State
	// Numberings are where those of its exporters stood. Only a file that was
	// written at a clean end has them, until the next start: whoever is killed
	// leaves none, because they would be older than what it has stored.
	Numberings []account.Numbering `json:"numberings,omitempty"`
}

// stateKeeper takes what exporters taught over a restart, in a file of its own.
// At the start the files of all collectors in its folder are read: exporters
// may have been moved from one to another. Where their numbers stood is each
// collector's own: what another one received would seem to be missing. Without
// a file it does nothing.
//
// That a file cannot be read or written is no reason not to receive. It is
// said in the log, and tried again.
type stateKeeper struct {
	path   string
	memory *decode.Memory
	book   *account.Book
	now    func() time.Time
	log    *slog.Logger

	saved   uint64 // what the Memory had learnt, at the last save
	savedAt time.Time
	failing bool
}

// openState restores the Memory and the numberings of the Book.
func openState(o *CollectOptions) *stateKeeper {
	k := &stateKeeper{path: o.State, memory: o.Decode.Memory, book: o.Book, now: o.Now, log: o.Logger}
	if k.path == "" {
		return k
	}
	k.path = filepath.Clean(k.path)
	since := k.now().Add(-stateLifetime)
	var (
		states  []decode.State
		own     stateFile
		foreign []*stateFile
	)
	for _, path := range k.files() {
		read, err := readState(path)
		switch {
		case errors.Is(err, os.ErrNotExist): // its collector has just removed it
		case err != nil:
			k.log.Warn("state of exporters not read; their data waits until they repeat their templates",
				slog.String("file", path), slog.Any("error", err))
		case read.Written.Before(since) && path != k.path:
			k.log.Info("removing the state of a collector that is no more", slog.String("file", path), slog.Any("error", os.Remove(path)))
		case path == k.path:
			states, own = append(states, read.State), *read
		default:
			states, foreign = append(states, read.State), append(foreign, read)
		}
	}
	if err := k.memory.Restore(since, k.log, states...); err != nil {
		k.log.Warn("state of exporters read in part", slog.Any("error", err))
	}
	restored := k.memory.State(since)
	k.log.Info("state of exporters restored", slog.Int("templates", len(restored.Templates)), slog.Int("sampling_domains", len(restored.Sampling)))
	k.resume(latestNumberings(&own, foreign, since))
	return k
}

// resume has the numberings go on, once the file does not have them any more: a
// kill from here on must not leave them to the start after it.
func (k *stateKeeper) resume(numberings []account.Numbering) {
	if k.save(); k.failing {
		return
	}
	if err := k.book.Resume(numberings); err != nil {
		k.log.Warn("numberings of exporters read in part", slog.Any("error", err))
	}
	k.log.Info("numberings of exporters go on", slog.Int("numberings", len(numberings)))
}

// latestNumberings are those of the own file that were heard of since that time,
// and by no other collector later: it has what is missing here.
func latestNumberings(own *stateFile, foreign []*stateFile, since time.Time) []account.Numbering {
	elsewhere := map[decode.Stream]time.Time{}
	heard := func(s decode.Stream, at time.Time) {
		if at.After(elsewhere[s]) {
			elsewhere[s] = at
		}
	}
	for _, f := range foreign {
		for i := range f.Templates {
			heard(f.Templates[i].Stream(), f.Templates[i].Seen)
		}
		for i := range f.Numberings {
			heard(f.Numberings[i].Stream(), time.UnixMicro(f.Numberings[i].At))
		}
	}
	return slices.DeleteFunc(own.Numberings, func(n account.Numbering) bool {
		at := time.UnixMicro(n.At)
		return at.Before(since) || at.Before(elsewhere[n.Stream()])
	})
}

// files are those of the folder. The own one is among them even where the
// folder's name has a pattern in it.
func (k *stateKeeper) files() []string {
	paths, err := filepath.Glob(filepath.Join(filepath.Dir(k.path), "*.json"))
	if err != nil || !slices.Contains(paths, k.path) {
		paths = append(paths, k.path)
	}
	return paths
}

func readState(path string) (*stateFile, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	read := new(stateFile)
	if err := json.Unmarshal(text, read); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if read.Format != stateFormat {
		return nil, fmt.Errorf("read %s: format %d is not %d: it is of another version of the program", path, read.Format, stateFormat)
	}
	return read, nil
}

// start saves what is new from time to time, until end is called; then once
// more.
func (k *stateKeeper) start() (end func()) {
	if k.path == "" {
		return func() {}
	}
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() {
		tick := time.NewTicker(stateEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				k.save()
				return
			case <-tick.C:
				if k.failing || k.memory.Learnt() != k.saved || k.now().Sub(k.savedAt) >= stateRefresh {
					k.save()
				}
			}
		}
	})
	return func() {
		cancel()
		running.Wait()
	}
}

// save writes the file, whole or not at all.
func (k *stateKeeper) save() {
	now, learnt := k.now().UTC(), k.memory.Learnt()
	since := now.Add(-stateLifetime)
	text, err := json.Marshal(&stateFile{
		Format: stateFormat, Written: now,
		State: k.memory.State(since), Numberings: k.book.Numberings(since),
	})
	if err == nil {
		err = lake.WriteFile(k.path, text)
	}
	if err != nil {
		if !k.failing {
			k.log.Error("state of exporters not saved; trying again", slog.String("file", k.path), slog.Any("error", err))
		}
		k.failing = true
		return
	}
	k.saved, k.savedAt, k.failing = learnt, now, false
}
