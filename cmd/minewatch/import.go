package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"minewatch/ingest"
	"minewatch/ingest/decode"
	"minewatch/ingest/flow"
	"minewatch/ingest/policy"
	"minewatch/ingest/source"
)

// maxRejectLines is how many refused lines are told one by one.
const maxRejectLines = 20

type importFlags struct {
	allow    prefixList
	exporter string
	sampling int32
	inPieces bool
	again    bool

	samplingDefault int32 // of routers that do not say it
}

func newImportCommand(env *environment) *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import FILE…",
		Short: "store the flows of capture files and flow logs",
		Long: `import stores the flow records of files in the lake. What a file is, its content
says, never its name:

  pcap, pcapng    of flow exports: NetFlow v5, v9, IPFIX, sFlow v5
  nfdump          -o csv and -o json or ndjson, printed under TZ=UTC
  goflow2         JSON, version 2
  Zeek            conn.log, as its table or as JSON
  AWS             VPC flow logs, with a header or in the default format
  Suricata        eve.json: flow events, or netflow events
  CSV             any other table of flow records with a header

Each may be compressed with gzip or zstd. docs/imports.md says how each is recognised
and which field becomes which column, docs/flow-csv.md what a CSV looks like. A line
that tells both directions of a connection is stored as two flow records.

All of a file is stored, or nothing of it. A file that the lake already holds, by
its SHA-256, is not stored again; one that begins with what was imported before, a
log or capture that has grown since, is refused. With --again both are stored, in the
place of what was stored of them before. A file that fails does not stop the others.
Every file stands for itself, so the order does not matter; the files of a
rotating capture, where data may lie in another file than its template, are
imported together with --in-pieces.

Exit codes: 0 done, 1 some file could not be read or stored, 2 usage, 3 done but
some input was rejected.`,
		Example: `  minewatch import exports-*.pcap.gz
  minewatch import --exporter 10.255.0.1 --sampling 1000 flows.csv
  TZ=UTC nfdump -R /var/cache/nfdump/2026/11/16 -o json | zstd > day.json.zst; minewatch import day.json.zst
  minewatch import --exporter 10.0.0.5 /var/log/zeek/2026-11-16/conn.*.log.gz`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			f.samplingDefault = f.sampling
			if !cmd.Flags().Changed("sampling") {
				f.samplingDefault = env.config.Collect.SamplingDefault
			}
			return runImport(cmd.Context(), env, &f, args)
		},
	}
	flags := cmd.Flags()
	flags.Var(&f.allow, "allow", "`PREFIX` of exporters to take from captures; may be repeated (default all)")
	flags.StringVar(&f.exporter, "exporter", "", "`ADDRESS` of the exporter or sensor, for lines of logs that name none")
	flags.Int32Var(&f.sampling, "sampling", 0, "the `N` of 1 in N packets, for exporters and lines that do not say it (of routers collect.sampling_default, else 1)")
	flags.BoolVar(&f.again, "again", false, "store also what was imported before, in its place: with other flags, or grown since")
	flags.BoolVar(&f.inPieces, "in-pieces", false, "the files are one capture that was cut, in this order: templates carry over")
	return cmd
}

func runImport(ctx context.Context, env *environment, f *importFlags, paths []string) error {
	if f.exporter != "" {
		addr, err := netip.ParseAddr(f.exporter)
		if err != nil {
			return usageErrorf("--exporter %q is no IP address", f.exporter)
		}
		f.exporter = addr.Unmap().String()
	}
	if f.sampling < 0 {
		return usageErrorf("--sampling %d: want the N of 1 in N, or 0 for unknown", f.sampling)
	}
	bar := newByteBar(env.stderr, paths)
	rejects := rejectLog{log: env.log, told: map[string]int{}}
	result, err := ingest.Import(ctx, ingest.ImportOptions{
		Lake:     env.lake,
		Program:  "minewatch " + versionText(),
		Allow:    f.allow,
		InPieces: f.inPieces,
		Again:    f.again,
		Decode: decode.Options{
			Policy: policy.NewLive(policy.Rules{
				ClockLimit:      time.Duration(env.config.Collect.ClockLimit),
				SamplingDefault: f.samplingDefault,
				Exporters:       exporterRules(env.config.Exporters),
			}),
			Logger: env.log,
		},
		Exporter:        f.exporter,
		SamplingRate:    f.sampling,
		SamplingDefault: f.samplingDefault,
		Now:             env.now,
		Logger:          env.log,
		OnProgress:      bar.add,
		OnFile: func(file *ingest.Imported) {
			bar.next()
			_, _ = io.WriteString(env.stdout, describe(file)) // the total tells whether it can be written
		},
		OnReject: rejects.tell,
	}, paths...)
	bar.clear()
	if ctx.Err() != nil {
		return fmt.Errorf("%d of %s done: %w", len(result.Files), amount(len(paths), "file"), ctx.Err())
	}

	_, failed := fmt.Fprintf(env.stdout, "total of %s: %s%s\n", amount(len(paths), "file"),
		result.Counts.String(), remarks(&result.Counts))
	if err = errors.Join(err, failed); err != nil {
		return err
	}
	if result.Rejected() > 0 || result.CutOff() > 0 {
		return rejected()
	}
	return nil
}

// describe says in a line or two what became of a file.
func describe(file *ingest.Imported) string {
	if file.Err != nil {
		return fmt.Sprintf("%s: failed, nothing of it is stored\n", file.Path)
	}
	text := fmt.Sprintf("%s: %s, %s; in %s\n", file.Path, file.Format, file.Counts.String(),
		amount(len(file.Files), "lake file"))
	if file.Replaced > 0 {
		text += fmt.Sprintf("%s: replaces %s of imports before\n", file.Path, amount(file.Replaced, "lake file"))
	}
	if file.Duplicate {
		text = describeDuplicate(file)
	}
	if file.Refused > 0 {
		text += fmt.Sprintf("%s: when it was stored, %d of its lines, records, sets or datagrams %s rejected\n",
			file.Path, file.Refused, choose(file.Refused, "was", "were"))
	}
	if file.CutOff {
		text += fmt.Sprintf("%s: ends in the middle of a packet; everything before it is stored\n", file.Path)
	}
	return text
}

// describeDuplicate says of a file that the lake holds since when, and what can
// be done about it.
func describeDuplicate(file *ingest.Imported) string {
	n, since := file.Counts.RecordsDuplicate, file.Since.UTC().Format("2006-01-02 15:04 UTC")
	text := fmt.Sprintf("%s: already in the lake since %s (sha256 %.16s…), its %d %s not stored again",
		file.Path, since, file.SHA256, n, choose(n, "record is", "records are"))
	switch {
	case file.PartOf != "":
		text += "; " + file.PartOf + ", which continues it, has replaced it"
	case file.Merged > 0:
		text += "; compaction has merged " + choose(n, "it with others, so it", "them with others, so they") + " cannot be replaced"
	case file.Deleted > 0:
		text = fmt.Sprintf("%s: in the lake since %s (sha256 %.16s…), but %d of its %s %s deleted: --again stores all of it anew",
			file.Path, since, file.SHA256, file.Deleted, amount(len(file.Files), "lake file"), choose(file.Deleted, "is", "are"))
	default:
		text += "; --again replaces " + choose(n, "it", "them")
	}
	return text + "\n"
}

// remarks is a second line for the summary: what is noteworthy about the
// records beyond their number. It is empty where nothing is.
func remarks(c *flow.Counts) string {
	var notes []string
	for _, r := range []struct {
		n         int64
		one, many string
	}{
		{c.SamplingUnknown, "record with unknown sampling rate (--sampling says it)", "records with unknown sampling rate (--sampling says it)"},
		{
			c.ClockReplaced, "record with the time of receipt, because its exporter's clock was off",
			"records with the time of receipt, because their exporter's clock was off",
		},
		{c.BiflowsReversed, "record is the reverse half of a biflow", "records are reverse halves of biflows"},
		{c.PacketsNotExport, "packet without UDP datagram", "packets without UDP datagram"},
		{c.LinesNoFlow, "line without a flow", "lines without a flow"},
		{c.CounterSamples, "counter sample", "counter samples"},
		{
			c.DatagramsKernel, "datagram dropped by the kernel: its receive buffer was full",
			"datagrams dropped by the kernel: its receive buffer was full",
		},
	} {
		if r.n > 0 {
			notes = append(notes, fmt.Sprintf("%d %s", r.n, choose(r.n, r.one, r.many)))
		}
	}
	if len(notes) == 0 {
		return ""
	}
	return "\nof note: " + strings.Join(notes, "; ")
}

// rejectLog tells refused lines, the first ones of each file.
type rejectLog struct {
	log  *slog.Logger
	told map[string]int // by file
}

func (l *rejectLog) tell(row source.RowError) {
	l.told[row.File]++
	switch n := l.told[row.File]; {
	case n <= maxRejectLines:
		l.log.Warn("line refused", slog.String("line", row.Error()))
	case n == maxRejectLines+1:
		l.log.Warn("further refused lines of this file are counted, not told", slog.String("file", row.File))
	}
}

// byteBar shows, to a person at a terminal only, how much of the files has been
// read. A file that fails, or that the lake holds, counts as read when it is
// done with.
type byteBar struct {
	bar   *progressbar.ProgressBar
	sizes []int64 // of the files that are not done with
	done  int64   // bytes of those that are
}

func newByteBar(stderr io.Writer, paths []string) *byteBar {
	b := &byteBar{}
	var total int64
	for _, path := range paths {
		size := int64(0)
		if info, err := os.Stat(path); err == nil {
			size = info.Size()
		}
		b.sizes = append(b.sizes, size)
		total += size
	}
	b.bar = newBar(stderr, total, "import", progressbar.OptionShowBytes(true))
	return b
}

func (b *byteBar) add(n int64) { _ = b.bar.Add64(n) }
func (b *byteBar) clear()      { _ = b.bar.Clear() }

// next is called when a file is done with.
func (b *byteBar) next() {
	b.done += b.sizes[0]
	b.sizes = b.sizes[1:]
	_ = b.bar.Set64(b.done)
	b.clear() // for the line that follows
}
