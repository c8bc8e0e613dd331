package ingest

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"time"

	"minewatch/ingest/decode"
	"minewatch/ingest/flow"
	"minewatch/ingest/lake"
	"minewatch/ingest/policy"
	"minewatch/ingest/source"
)

// ImportOptions say what the files do not, and who wants to know.
type ImportOptions struct {
	Lake    string // folder of the lake
	Program string // name and version, for the manifests

	// Allow is the exporters whose datagrams are taken from captures; empty
	// takes all, because whoever imports a file has chosen it.
	Allow  []netip.Prefix
	Decode decode.Options // for captures

	// Of text logs' lines that say neither; see source.LogOptions.
	Exporter        string
	SamplingRate    int32
	SamplingDefault int32

	Now        func() time.Time      // required
	Logger     *slog.Logger          // nil: discard
	OnProgress func(bytes int64)     // called with the length of each piece that was read; nil: not
	OnFile     func(*Imported)       // called when a file is done or has failed; nil: not
	OnReject   func(source.RowError) // called for each refused line of a text log; nil: not

	// InPieces says that the files are one capture that was cut, in this
	// order: templates and sampling rates carry over from file to file.
	// Otherwise every file stands for itself, so that neither the order nor
	// the company in which it is imported changes what is stored of it.
	InPieces bool

	// Again replaces what was stored of the files before. Otherwise a file that
	// the lake holds is not stored again.
	Again bool

	decoder *decode.Decoder // of all pieces; nil: each file has its own
	known   *knownInputs
}

func (o *ImportOptions) setDefaults() {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.OnProgress == nil {
		o.OnProgress = func(int64) {}
	}
	if o.OnFile == nil {
		o.OnFile = func(*Imported) {}
	}
	o.known = &knownInputs{lake: o.Lake}
	if o.InPieces {
		o.decoder = decode.New(o.Decode)
	}
}

// Imported is what became of one file.
type Imported struct {
	Path      string
	Format    string // source.FormatCapture, or the log's
	SHA256    string
	Bytes     int64
	Duplicate bool        // the lake held it already; nothing was stored
	CutOff    bool        // it ends in the middle of a packet
	Replaced  int         // how many lake files of imports before were replaced
	Files     []lake.File // in the lake
	Counts    flow.Counts

	// Of a duplicate.
	Since   time.Time // when it was imported
	PartOf  string    // the file that continues it, which has its flows
	Merged  int       // how many of Files compaction has merged with others
	Deleted int       // how many of Files are not there any more
	Refused int64     // how much of it was rejected when it was stored

	Err error // why nothing of it was stored
}

// ImportResult is what became of all files, in the order given.
type ImportResult struct {
	Files  []Imported
	Counts flow.Counts // of all of them
}

func (r *ImportResult) add(f *Imported) {
	r.Files = append(r.Files, *f)
	r.Counts.Add(&f.Counts)
}

// CutOff is how many files end in the middle of a packet.
func (r *ImportResult) CutOff() int {
	n := 0
	for i := range r.Files {
		if r.Files[i].CutOff {
			n++
		}
	}
	return n
}

// Rejected is how many things of all files were rejected, also when those
// that the lake held already were stored: above 0, what the lake holds of
// these files is not all of them.
func (r *ImportResult) Rejected() int64 {
	n := r.Counts.Rejected()
	for i := range r.Files {
		n += r.Files[i].Refused
	}
	return n
}

func (r *ImportResult) err() error {
	var faults []error
	for i := range r.Files {
		faults = append(faults, r.Files[i].Err)
	}
	return errors.Join(faults...)
}

// records opens the file by its format.
func (o *ImportOptions) records(in *inputFile) (recordReader, error) {
	if in.format == source.FormatCapture {
		capture, err := source.OpenCapture(in)
		if err != nil {
			return nil, err
		}
		decoder := o.decoder
		if decoder == nil {
			decoder = decode.New(o.Decode)
		}
		return &captureReader{capture: capture, before: decoder.Counts(), piece: o.InPieces, intake: intake{
			allow:   newAllowList(policy.NewLive(policy.Rules{Allow: o.Allow}), o.Logger),
			now:     o.Now,
			decoder: decoder,
			bill:    bill{since: decoder.Counts()},
		}}, nil
	}
	log, err := source.OpenLog(in, source.LogOptions{
		Name:            in.path,
		Exporter:        o.Exporter,
		SamplingRate:    o.SamplingRate,
		SamplingDefault: o.SamplingDefault,
		OnReject:        o.OnReject,
	})
	if err != nil {
		return nil, err
	}
	return &logReader{log: log, ledger: ledger{hour: o.Now()}, logger: o.Logger.With(slog.String("file", in.path))}, nil
}

// publish makes the records of a file visible as one, in the place of what was
// stored of it before, and writes down that it did. Marks say where that was
// interrupted.
func (o *ImportOptions) publish(ctx context.Context, in *inputFile, s *store, begun time.Time, before *earlier) (files []lake.File, err error) {
	inputs := append([]string{in.sha256}, before.others...)
	if !before.isNone() {
		unlock, err := o.lockUpkeep(ctx)
		if err != nil {
			return nil, err
		}
		defer unlock() //nolint:errcheck // nothing was written; closing unlocks
		if err := o.stillReplaceable(inputs); err != nil {
			return nil, err
		}
	}
	if err := o.writeMarks(in, before.others); err != nil {
		return nil, err
	}
	if before.isNone() {
		files, err = s.publish()
	} else {
		files, before.replaced, err = o.replace(s, inputs)
	}
	if err != nil {
		return nil, err
	}
	s.book.Close()
	if err := s.book.WriteReceipts(o.Lake, writerName(in.sha256)); err != nil {
		return nil, err
	}
	replaced, err := o.replacedBefore(in.sha256, files)
	if err != nil {
		return nil, err
	}
	err = lake.WriteManifest(o.Lake, manifestPath(in.sha256), &lake.Manifest{
		Program: o.Program,
		Writer:  writerName(in.sha256),
		Input: &lake.Input{
			Path: in.path, SHA256: in.sha256, Bytes: in.bytes, ContentBytes: in.contentBytes,
			Format: in.format, CutOff: in.cutOff,
		},
		Begun:   begun,
		Written: o.Now().UTC(),
		Counts:  s.counts,
		Files:   files,

		Replaced: replaced,
	})
	if err == nil {
		err = o.giveUp(in, before.others)
	}
	if err != nil {
		return nil, err
	}
	o.known.add(in)
	return files, o.removeMarks(in, before.others)
}
