package main

import (
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"sync"
	"syscall"

	"github.com/spf13/cobra"

	"minewatch/ingest/policy"
)

// rules is what the collector's policy is made of: the flags, and of the
// configuration what no flag says.
func (f *collectFlags) rules(c *config) policy.Rules {
	return policy.Rules{
		Allow:           f.allow,
		ClockLimit:      f.clockLimit,
		SamplingDefault: f.sampling,
		Exporters:       exporterRules(c.Exporters),
	}
}

// reloader reads the configuration of a running collector again. Only the
// policy is exchanged: receiving, decoding and storing never stop for it.
type reloader struct {
	env     *environment
	cmd     *cobra.Command
	given   collectFlags // by flags alone
	running collectFlags // with what the configuration said at the start
	live    *policy.Live
}

// reloadOnHangup reloads at every SIGHUP until the returned function is called.
func reloadOnHangup(r *reloader) (end func()) {
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	var done sync.WaitGroup
	done.Go(func() {
		for range hangups {
			r.reload()
		}
	})
	return func() {
		signal.Stop(hangups)
		close(hangups)
		done.Wait()
	}
}

// reload takes up what the file says now. A file with faults changes nothing:
// the policy in effect is better than half of a new one.
func (r *reloader) reload() {
	path := r.env.flags.config
	if path == "" {
		r.env.log.Warn("nothing to reload: the collector was started without --config")
		return
	}
	changed, err := loadConfig(path)
	if err != nil {
		r.env.log.Error("configuration not reloaded, the one before stays in effect", slog.Any("error", err))
		return
	}
	f := r.given
	f.fillFrom(&changed.Collect, r.cmd)
	r.live.Set(f.rules(&changed))
	r.env.log.Info("configuration reloaded", slog.String("file", path),
		slog.Int("allowed_prefixes", len(f.allow)), slog.Int("exporters", len(changed.Exporters)))
	if !slices.Equal(f.listen, r.running.listen) || f.rotateEvery != r.running.rotateEvery || f.metrics != r.running.metrics {
		r.env.log.Warn("collect.listen, collect.rotate_every and collect.metrics take effect at the next start")
	}
}
