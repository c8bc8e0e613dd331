package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

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
}

// stateKeeper takes what exporters taught over a restart, in a file of its own.
// At the start the files of all collectors in its folder are read: exporters
// may have been moved from one to another. Without a file it does nothing.
//
// That a file cannot be read or written is no reason not to receive. It is
// said in the log, and tried again.
type stateKeeper struct {
	path   string
	memory *decode.Memory
	now    func() time.Time
	log    *slog.Logger

	saved   uint64 // what the Memory had learnt, at the last save
	savedAt time.Time
	failing bool
}

// openState restores the Memory.
func openState(o *CollectOptions) *stateKeeper {
	k := &stateKeeper{path: o.State, memory: o.Decode.Memory, now: o.Now, log: o.Logger}
	if k.path == "" {
		return k
	}
	since := k.now().Add(-stateLifetime)
	var states []decode.State
	for _, path := range k.files() {
		read, err := readState(path)
		switch {
		case errors.Is(err, os.ErrNotExist): // its collector has just removed it
		case err != nil:
			k.log.Warn("state of exporters not read; their data waits until they repeat their templates",
				slog.String("file", path), slog.Any("error", err))
		case read.Written.Before(since) && path != k.path:
			k.log.Info("removing the state of a collector that is no more", slog.String("file", path), slog.Any("error", os.Remove(path)))
		default:
			states = append(states, read.State)
		}
	}
	if err := k.memory.Restore(since, k.log, states...); err != nil {
		k.log.Warn("state of exporters read in part", slog.Any("error", err))
	}
	restored := k.memory.State(since)
	k.log.Info("state of exporters restored", slog.Int("templates", len(restored.Templates)), slog.Int("sampling_domains", len(restored.Sampling)))
	k.saved, k.savedAt = k.memory.Learnt(), k.now()
	return k
}

// files are those of the folder.
func (k *stateKeeper) files() []string {
	paths, err := filepath.Glob(filepath.Join(filepath.Dir(k.path), "*.json"))
	if err != nil { // the folder's name has a pattern in it
		return []string{k.path}
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
				if k.memory.Learnt() != k.saved || k.now().Sub(k.savedAt) >= stateRefresh {
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
	text, err := json.Marshal(&stateFile{Format: stateFormat, Written: now, State: k.memory.State(now.Add(-stateLifetime))})
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
