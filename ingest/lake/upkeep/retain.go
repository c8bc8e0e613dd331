package upkeep

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"minewatch/ingest/lake"
)

// RetainOptions say what is kept. Zero values keep everything.
type RetainOptions struct {
	Program string           // name and version, for the manifests
	Now     func() time.Time // required

	// MaxAge is how long flows are kept. An hour's age counts from its end, or
	// from when its newest file was stored if that is later: the import of an
	// old log is not deleted the same night.
	MaxAge time.Duration
	// MaxBytes is how large all hours together may be; the oldest go first.
	MaxBytes int64
	// ClosedFor is how long an hour has to be over before it can be deleted at
	// all. Default 10 minutes.
	ClosedFor time.Duration

	DryRun bool         // only say what would be deleted
	Logger *slog.Logger // nil: discard
}

// Why an hour is deleted.
const (
	ReasonAge   = "age"
	ReasonBytes = "bytes"
)

// Deleted is an hour that Retain deleted, or would delete.
type Deleted struct {
	Hour   time.Time `json:"hour"`
	Reason string    `json:"reason,omitempty"`
	Bytes  int64     `json:"bytes"`
	Files  []Removed `json:"files"`
}

// Retention is what a run of Retain did. It is also its manifest:
// manifests/retain/<time>.json, written where something was deleted.
type Retention struct {
	Program   string    `json:"program"`
	At        time.Time `json:"at"`
	MaxAge    string    `json:"max_age,omitempty"`
	MaxBytes  int64     `json:"max_bytes,omitempty"`
	Deleted   []Deleted `json:"deleted"`
	KeptHours int       `json:"kept_hours"`
	KeptBytes int64     `json:"kept_bytes"`
}

// DeletedBytes is the size of what was deleted.
func (r *Retention) DeletedBytes() int64 {
	var n int64
	for i := range r.Deleted {
		n += r.Deleted[i].Bytes
	}
	return n
}

const retainJobs = "retain-"

// Retain deletes the hours of flows that are too old, and then the oldest ones
// until the rest is small enough. It never deletes the open hour, and nothing
// but hours of flows: what nights found, feeds, ledgers and manifests stay.
//
// An hour vanishes for readers in one step. What was deleted is written down
// before the space is given back, so that a run that is killed is completed,
// and told, by the next one.
func Retain(ctx context.Context, dir string, o RetainOptions) (*Retention, error) {
	if o.ClosedFor == 0 {
		o.ClosedFor = 10 * time.Minute
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.DryRun {
		if err := wantLake(dir); err != nil {
			return nil, fmt.Errorf("retain: %w", err)
		}
	} else {
		end, err := begin(dir, o.Logger)
		if err != nil {
			return nil, fmt.Errorf("retain: %w", err)
		}
		defer end() //nolint:errcheck // nothing was written; closing unlocks
	}
	plan, err := o.plan(dir)
	if err == nil && !o.DryRun && len(plan.Deleted) > 0 {
		err = o.delete(ctx, dir, plan)
	}
	if err != nil {
		return nil, fmt.Errorf("retain: %w", err)
	}
	return plan, nil
}

// plan finds what is to be deleted.
func (o *RetainOptions) plan(dir string) (*Retention, error) {
	now := o.Now().UTC()
	r := &Retention{Program: o.Program, At: now, MaxBytes: o.MaxBytes}
	if o.MaxAge > 0 {
		r.MaxAge = o.MaxAge.String()
	}
	list, err := hours(dir)
	if err != nil {
		return nil, err
	}
	var candidates []Deleted
	for _, h := range list {
		d, stored, err := describe(dir, h)
		if errors.Is(err, fs.ErrNotExist) {
			continue // a dry run sees others at work
		}
		if err != nil {
			return nil, err
		}
		r.KeptHours++
		r.KeptBytes += d.Bytes
		if h.end().After(now.Add(-o.ClosedFor)) {
			continue // open: counted, but never deleted
		}
		if o.MaxAge > 0 && stored.Before(now.Add(-o.MaxAge)) {
			d.Reason = ReasonAge
		}
		candidates = append(candidates, d)
	}
	// Age first: what is too old anyway makes room for the rest.
	for _, reason := range []string{ReasonAge, ReasonBytes} {
		for _, d := range candidates {
			if reason == ReasonBytes && d.Reason == "" && o.MaxBytes > 0 && r.KeptBytes > o.MaxBytes {
				d.Reason = ReasonBytes
			}
			if d.Reason == reason {
				r.Deleted = append(r.Deleted, d)
				r.KeptHours--
				r.KeptBytes -= d.Bytes
			}
		}
	}
	return r, nil
}

// describe is what an hour holds, and since when.
func describe(dir string, h hour) (Deleted, time.Time, error) {
	d, since := Deleted{Hour: h.start}, h.end()
	files, err := h.files()
	if err != nil {
		return d, since, err
	}
	for _, f := range files {
		d.Files = append(d.Files, Removed{Path: relative(dir, h, f.name), Bytes: f.info.Size()})
		d.Bytes += f.info.Size()
		if f.info.ModTime().After(since) {
			since = f.info.ModTime()
		}
	}
	return d, since, nil
}

// delete moves the planned hours out of the readers' sight, writes down which
// they were, and removes them.
func (o *RetainOptions) delete(ctx context.Context, dir string, plan *Retention) error {
	job := filepath.Join(dir, lake.UpkeepFolder, retainJobs+plan.At.Format("20060102T150405.000Z"))
	if err := os.MkdirAll(job, 0o755); err != nil {
		return err
	}
	if err := writeNote(job, plan); err != nil {
		return err
	}
	if err := takeAway(ctx, dir, job, plan); err != nil {
		return errors.Join(err, settleRetain(dir, job))
	}
	if err := settleRetain(dir, job); err != nil {
		return err
	}
	for i := range plan.Deleted {
		o.Logger.Info("hour deleted", slog.Time("hour", plan.Deleted[i].Hour),
			slog.String("reason", plan.Deleted[i].Reason), slog.Int64("bytes", plan.Deleted[i].Bytes))
	}
	return os.RemoveAll(job)
}

func writeNote(job string, plan *Retention) error {
	text, err := json.MarshalIndent(plan, "", "  ")
	if err != nil {
		return err
	}
	return lake.WriteFile(filepath.Join(job, noteName), append(text, '\n'))
}

// takeAway moves the folders of the planned hours into the job, while nobody
// publishes into them.
func takeAway(ctx context.Context, dir, job string, plan *Retention) (err error) {
	open, err := lake.CloseGate(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, open()) }()
	dates := map[string]bool{}
	for i := range plan.Deleted {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		hour := plan.Deleted[i].Hour
		date := filepath.Join(dir, "flows", "date="+hour.Format(time.DateOnly))
		if err := os.Rename(filepath.Join(date, "hour="+hour.Format("15")), filepath.Join(job, hour.Format(hourFolder))); err != nil {
			return err
		}
		dates[date] = true
	}
	for date := range dates {
		if err := lake.SyncPath(date); err != nil {
			return err
		}
		// Where hours are left the folder stays.
		if err := os.Remove(date); err == nil {
			err = lake.SyncPath(filepath.Dir(date))
			if err != nil {
				return err
			}
		}
	}
	return lake.SyncPath(job)
}

const hourFolder = "2006-01-02T15"

// settleRetain writes the manifest of a job from the hours that are in it:
// the note says what was planned, the folders what was done.
func settleRetain(dir, job string) error {
	text, err := os.ReadFile(filepath.Join(job, noteName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil // killed before it began
	}
	var r Retention
	if err == nil {
		err = json.Unmarshal(text, &r)
	}
	if err != nil {
		return err
	}
	planned := r.Deleted
	r.Deleted = nil
	for _, d := range planned {
		h := hour{start: d.Hour, path: filepath.Join(job, d.Hour.Format(hourFolder))}
		now, _, err := describe(dir, h)
		if errors.Is(err, fs.ErrNotExist) {
			r.KeptHours++
			r.KeptBytes += d.Bytes
			continue
		}
		if err != nil {
			return err
		}
		d.Bytes, d.Files = now.Bytes, now.Files
		for i := range d.Files {
			name := filepath.Base(d.Files[i].Path)
			d.Files[i].Path = strings.Join([]string{"flows", "date=" + d.Hour.Format(time.DateOnly), "hour=" + d.Hour.Format("15"), name}, "/")
		}
		r.Deleted = append(r.Deleted, d)
	}
	if len(r.Deleted) == 0 {
		return nil
	}
	text, err = json.MarshalIndent(&r, "", "  ")
	if err != nil {
		return err
	}
	// One name a job: completing it twice says it once. A job whose folders
	// were being removed has its manifest already, and keeps that.
	path := filepath.Join(dir, "manifests", "retain", strings.TrimPrefix(filepath.Base(job), retainJobs)+".json")
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	return lake.WriteFile(path, append(text, '\n'))
}
