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

// maxRejectLines is how many refused rows are told one by one.
const maxRejectLines = 20

type importFlags struct {
	allow    prefixList
	exporter string
	sampling int32
	inPieces bool
}

func newImportCommand(env *environment) *cobra.Command {
	var f importFlags
	cmd := &cobra.Command{
		Use:   "import FILE…",
		Short: "store the flows of capture files and flow logs",
		Long: `import stores the flow records of files in the lake. What a file is, its content
says: a pcap or pcapng capture of flow exports (NetFlow v5, v9, IPFIX, sFlow v5), or
a CSV of flow records; docs/flow-csv.md lists its columns. Both may be gzip-compressed.

All of a file is stored, or nothing of it. A file that the lake already holds, by
its SHA-256, is not stored again. A file that fails does not stop the others.
Every file stands for itself, so the order does not matter; the files of a
rotating capture, where data may lie in another file than its template, are
imported together with --in-pieces.

Exit codes: 0 done, 1 some file could not be read or stored, 2 usage, 3 done but
some input was rejected.`,
		Example: `  minewatch import exports-*.pcap.gz
  minewatch import --exporter 10.255.0.1 --sampling 1000 flows.csv`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if !cmd.Flags().Changed("sampling") {
				f.sampling = env.config.Collect.SamplingDefault
			}
			return runImport(cmd.Context(), env, &f, args)
		},
	}
	flags := cmd.Flags()
	flags.Var(&f.allow, "allow", "`PREFIX` of exporters to take from captures; may be repeated (default all)")
	flags.StringVar(&f.exporter, "exporter", "", "`ADDRESS` of the exporter, for CSV rows that name none")
	flags.Int32Var(&f.sampling, "sampling", 0, "the `N` of 1 in N packets, for exporters and CSV rows that do not say it (collect.sampling_default)")
	flags.BoolVar(&f.inPieces, "in-pieces", false, "the files are one capture that was cut, in this order: templates carry over")
	return cmd
}

func runImport(ctx context.Context, env *environment, f *importFlags, paths []string) error {
	if _, err := netip.ParseAddr(f.exporter); f.exporter != "" && err != nil {
		return usageErrorf("--exporter %q is no IP address", f.exporter)
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
		Decode: decode.Options{
			Policy: policy.NewLive(policy.Rules{
				ClockLimit:      time.Duration(env.config.Collect.ClockLimit),
				SamplingDefault: f.sampling,
				Exporters:       exporterRules(env.config.Exporters),
			}),
			Logger: env.log,
		},
		Exporter:     f.exporter,
		SamplingRate: f.sampling,
		Now:          env.now,
		Logger:       env.log,
		OnProgress:   func(n int64) { _ = bar.Add64(n) }, // a bar that cannot be drawn is not missed
		OnFile: func(file *ingest.Imported) {
			_ = bar.Clear()                                   // likewise
			_, _ = io.WriteString(env.stdout, describe(file)) // the total tells whether it can be written
		},
		OnReject: rejects.tell,
	}, paths...)
	_ = bar.Clear() // likewise
	if ctx.Err() != nil {
		return fmt.Errorf("%d of %d files were done: %w", len(result.Files), len(paths), ctx.Err())
	}

	_, failed := fmt.Fprintf(env.stdout, "total of %d %s: %s%s\n", len(paths), plural(len(paths), "file"),
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
	text := fmt.Sprintf("%s: %s, %s; in %d %s\n", file.Path, file.Format, file.Counts.String(),
		len(file.Files), plural(len(file.Files), "lake file"))
	if n := file.Counts.RecordsDuplicate; file.Duplicate {
		text = fmt.Sprintf("%s: already in the lake (sha256 %.16s…), its %d %s not stored again\n",
			file.Path, file.SHA256, n, choose(n, "record is", "records are"))
	}
	if file.Refused > 0 {
		text += fmt.Sprintf("%s: when it was stored, %d of its rows, records, sets or datagrams %s rejected\n",
			file.Path, file.Refused, choose(file.Refused, "was", "were"))
	}
	if file.CutOff {
		text += fmt.Sprintf("%s: ends in the middle of a packet; everything before it is stored\n", file.Path)
	}
	return text
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

// rejectLog tells refused rows, the first ones of each file.
type rejectLog struct {
	log  *slog.Logger
	told map[string]int // by file
}

func (l *rejectLog) tell(row source.RowError) {
	l.told[row.File]++
	switch n := l.told[row.File]; {
	case n <= maxRejectLines:
		l.log.Warn("row refused", slog.String("row", row.Error()))
	case n == maxRejectLines+1:
		l.log.Warn("further refused rows of this file are counted, not told", slog.String("file", row.File))
	}
}

// newByteBar shows, to a person at a terminal only, how much of the files has
// been read.
func newByteBar(stderr io.Writer, paths []string) *progressbar.ProgressBar {
	var total int64
	for _, path := range paths {
		if info, err := os.Stat(path); err == nil {
			total += info.Size()
		}
	}
	if !isTerminal(stderr) || total == 0 {
		return progressbar.DefaultBytesSilent(max(total, 1))
	}
	return progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(stderr),
		progressbar.OptionSetDescription("import"),
		progressbar.OptionShowBytes(true),
		progressbar.OptionFullWidth(),
		progressbar.OptionClearOnFinish())
}
