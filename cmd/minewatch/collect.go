package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"minewatch/ingest"
	"minewatch/ingest/account"
	"minewatch/ingest/decode"
	"minewatch/ingest/lake"
	"minewatch/ingest/metrics"
	"minewatch/ingest/policy"
	"minewatch/ingest/source"
)

// What --time says: whose time the flows are stored under.
const (
	timeArrival = "arrival"
	timeHeader  = "header"
)

type collectFlags struct {
	listen        []string
	allow         prefixList
	sampling      int32
	clockLimit    time.Duration
	rotateEvery   time.Duration
	state         string
	metrics       string
	sockets       int
	receiveBuffer int
	receivedTime  string
	duration      time.Duration
	stopAfterIdle time.Duration
	readyFile     string
}

func newCollectCommand(env *environment) *cobra.Command {
	var f collectFlags
	cmd := &cobra.Command{
		Use:   "collect",
		Short: "receive flow exports from routers and store them",
		Long: `collect receives flow exports by UDP and stores every flow record in the lake.
NetFlow v5, v9, IPFIX and sFlow v5 are told apart by their version word, so the
scheme of an address only names it and gives its default port. Flows become
visible to queries at every rotation.

Flow export is unauthenticated: datagrams from exporters that are not on the
allow-list are counted and dropped. Without --allow these are the private,
shared, link-local and loopback addresses (collect.allow). [[exporter]] sections
of the configuration treat single exporters: sampling, clock, boundary interfaces.
A SIGHUP has the file read again, and changes of both count from the next datagram
on.

Templates and sampling rates outlive a restart (--state). After a clean end the
next start counts as missed what exporters sent in between. Data that comes before
its template waits for it: 35 minutes, and in at most 64 MiB of memory.

A first Ctrl-C or SIGTERM stops the listening, stores what has arrived and prints
the summary; a second one ends it at once. However it ends, what had arrived half
a second before is safe in the lake's folder hot, and the next start of collect
publishes it.

Exit codes: 0 done, 1 error, or records that could not be written, 2 usage,
3 done but some datagrams, sets or records were rejected.`,
		Example: `  minewatch collect --listen netflow://:2055 --listen sflow://:6343 --allow 10.0.0.0/8
  minewatch collect --listen udp://127.0.0.1:0 --time header --stop-after-idle 5s    (a replay)`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			given := f
			f.fillFrom(&env.config.Collect, cmd)
			live := policy.NewLive(f.rules(&env.config))
			defer reloadOnHangup(&reloader{env: env, cmd: cmd, given: given, running: f, live: live})()
			return runCollect(cmd.Context(), env, &f, live)
		},
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&f.listen, "listen", nil, "`ADDRESS` such as netflow://:2055 or sflow://[::1]:6343; may be repeated (collect.listen)")
	flags.Var(&f.allow, "allow", "`PREFIX` of allowed exporters; may be repeated, 0.0.0.0/0 allows all of IPv4 (collect.allow)")
	flags.Int32Var(&f.sampling, "sampling", 0, "the `N` of 1 in N packets for exporters that never say it (collect.sampling_default)")
	flags.DurationVar(&f.clockLimit, "clock-limit", 0, "replace flow times further than this from their receipt; negative: never (collect.clock_limit)")
	flags.DurationVar(&f.rotateEvery, "rotate", 0, "make flows visible this often (collect.rotate_every)")
	flags.StringVar(&f.metrics, "metrics", "", "answer Prometheus and health checks on `HOST:PORT`, at /metrics and /healthz (collect.metrics)")
	flags.IntVar(&f.sockets, "sockets", 0, "sockets per address, each with a reader and a buffer of its own (collect.sockets)")
	flags.StringVar(&f.state, "state", "", "`FOLDER` that keeps templates, sampling rates and numberings over a restart (default state in the lake)")
	flags.StringVar(&f.receivedTime, "time", timeArrival, "store flows by the time of `arrival`, or by the export time in the datagram's header, for replays and labs (sFlow has none)")
	flags.DurationVar(&f.duration, "duration", 0, "stop after this long (0: not)")
	flags.DurationVar(&f.stopAfterIdle, "stop-after-idle", 0, "stop when, after the first datagram, none has come for this long (0: not)")
	flags.StringVar(&f.readyFile, "ready-file", "", "write the bound addresses to `FILE` when listening")
	return cmd
}

// fillFrom takes what no flag says from the configuration.
func (f *collectFlags) fillFrom(c *collectConfig, cmd *cobra.Command) {
	changed := cmd.Flags().Changed
	if !changed("listen") {
		f.listen = c.Listen
	}
	if !changed("allow") {
		f.allow = c.Allow
	}
	if !changed("sampling") {
		f.sampling = c.SamplingDefault
	}
	if !changed("clock-limit") {
		f.clockLimit = time.Duration(c.ClockLimit)
	}
	if !changed("rotate") {
		f.rotateEvery = time.Duration(c.RotateEvery)
	}
	if !changed("metrics") {
		f.metrics = c.Metrics
	}
	if !changed("sockets") {
		f.sockets = c.Sockets
	}
	f.receiveBuffer = c.ReceiveBuffer
}

func runCollect(ctx context.Context, env *environment, f *collectFlags, live *policy.Live) error {
	listen, err := f.check()
	if err != nil {
		return err
	}
	book, status, memory := account.NewBook(env.log), &metrics.Status{}, decode.NewMemory()
	stopMetrics, err := serveMetrics(env, f.metrics, metrics.Options{Book: book, Status: status, Memory: memory})
	if err != nil {
		return err
	}
	defer stopMetrics()
	var unready error
	counts, err := ingest.Collect(ctx, ingest.CollectOptions{
		Lake:          env.lake,
		Name:          collectorName(env.now()),
		Program:       "minewatch " + versionText(),
		Listen:        listen,
		UDP:           source.UDPOptions{Sockets: f.sockets, ReceiveBuffer: f.receiveBuffer},
		Policy:        live,
		Decode:        decode.Options{Memory: memory, Logger: env.log},
		State:         stateFile(f.state, env.lake, f.listen),
		HeaderTime:    f.receivedTime == timeHeader,
		RotateEvery:   f.rotateEvery,
		Duration:      f.duration,
		StopAfterIdle: f.stopAfterIdle,
		Now:           env.now,
		Logger:        env.log,
		Book:          book,
		OnPublished:   func(fault error) { status.Published(env.now(), fault) },
		OnListening: func(sockets []source.SocketState) {
			status.Listening(sockets)
			unready = announce(env.log, sockets, f.readyFile)
		},
	})
	if err = errors.Join(err, unready); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(env.stdout, counts.String()+remarks(&counts)); err != nil {
		return err
	}
	switch {
	case counts.RecordsDisk > 0:
		return fmt.Errorf("%s could not be written to %s and %s lost: look for 'records lost' in the log", amount(counts.RecordsDisk, "record"), env.lake,
			choose(counts.RecordsDisk, "is", "are"))
	case counts.RecordsPending > 0:
		return fmt.Errorf("%s could not be published and %s in %s: the next start of collect publishes %s", amount(counts.RecordsPending, "record"),
			choose(counts.RecordsPending, "waits", "wait"), filepath.Join(env.lake, "hot"), choose(counts.RecordsPending, "it", "them"))
	case counts.Rejected() > 0:
		return rejected()
	}
	return nil
}

// check finds what is wrong with the flags themselves.
func (f *collectFlags) check() ([]source.Listen, error) {
	if f.receivedTime != timeArrival && f.receivedTime != timeHeader {
		return nil, usageErrorf("--time %q: want %s or %s", f.receivedTime, timeArrival, timeHeader)
	}
	if f.sampling < 0 {
		return nil, usageErrorf("--sampling %d: want the N of 1 in N, or 0 for unknown", f.sampling)
	}
	if f.sockets < 1 || f.sockets > maxSockets {
		return nil, usageErrorf("--sockets %d: want 1 to %d", f.sockets, maxSockets)
	}
	if f.rotateEvery <= 0 || f.duration < 0 || f.stopAfterIdle < 0 {
		return nil, usageErrorf("--rotate has to be above 0, --duration and --stop-after-idle not below it")
	}
	listen := make([]source.Listen, len(f.listen))
	for i, text := range f.listen {
		var err error
		if listen[i], err = source.ParseListen(text); err != nil {
			return nil, usageErrorf("--listen: %w", err)
		}
	}
	return listen, nil
}

// announce says where the collector listens: in the log, and to whoever waits
// for it, the service manager or the reader of the file.
func announce(log *slog.Logger, sockets []source.SocketState, readyFile string) error {
	addresses := make([]string, len(sockets))
	for i, s := range sockets {
		addresses[i] = s.Listen.Scheme + "://" + s.Address.String()
		log.Info("listening", slog.String("address", addresses[i]), slog.Int("receive_buffer_bytes", s.BufferGot))
	}
	if err := notifyReady("listening on " + strings.Join(addresses, " ")); err != nil {
		log.Error("the service manager may take this start for failed", slog.Any("error", err))
	}
	if readyFile == "" {
		return nil
	}
	if err := lake.WriteFile(readyFile, []byte(strings.Join(addresses, "\n")+"\n")); err != nil {
		return fmt.Errorf("write the ready file: %w", err)
	}
	return nil
}

// serveMetrics answers for the collector until stop is called; an empty address
// is none.
func serveMetrics(env *environment, address string, o metrics.Options) (stop func(), err error) {
	if address == "" {
		return func() {}, nil
	}
	o.Version, o.Logger = versionText(), env.log
	server, err := metrics.Listen(address, o)
	if err != nil {
		return nil, err
	}
	env.log.Info("answering prometheus", slog.String("address", "http://"+server.Address()+"/metrics"))
	return func() {
		if err := server.Close(); err != nil {
			env.log.Warn("the metrics server did not end in order", slog.Any("error", err))
		}
	}, nil
}

// collectorName is unique among all collectors that write into a lake.
func collectorName(now time.Time) string {
	return fmt.Sprintf("collect-%s-%s-%04x", hostname(), now.UTC().Format("20060102T150405Z"), rand.IntN(1<<16))
}

// hostname is the machine's name as a part of file names.
func hostname() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '_'
	}, host)
}
