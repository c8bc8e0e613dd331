package metrics

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"minewatch/ingest/account"
	"minewatch/ingest/decode"
)

// Options say what is shown.
type Options struct {
	Book    *account.Book  // required
	Status  *Status        // required
	Memory  *decode.Memory // of the decoders; nil: what waits is not shown
	Version string
	Logger  *slog.Logger // nil: discard
}

// Handler serves
//
//	/metrics   the accounts for Prometheus
//	/healthz   200 while the collector listens and the lake takes what it writes, else 503 with the reason
func Handler(o Options) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		newFigures(o.Book, o.Status, o.Version),
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	if o.Memory != nil {
		registry.MustRegister(newWaiting(o.Memory))
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		answer := "ok"
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		if err := o.Status.Health(); err != nil {
			answer = err.Error()
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		_, _ = io.WriteString(w, answer+"\n") // whoever asked and left has no use for an error
	})
	return mux
}

// Server answers over HTTP until it is closed.
type Server struct {
	http     *http.Server
	listener net.Listener
	done     chan struct{}
}

// Listen opens the address, HOST:PORT, and answers from then on.
func Listen(address string, o Options) (*Server, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen for metrics on %s: %w", address, err)
	}
	s := &Server{
		http:     &http.Server{Handler: Handler(o), ReadHeaderTimeout: 5 * time.Second},
		listener: listener,
		done:     make(chan struct{}),
	}
	go func() {
		defer close(s.done)
		if err := s.http.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			o.Logger.Error("metrics are no longer served", slog.Any("error", err))
		}
	}()
	return s, nil
}

// Address is where the server answers.
func (s *Server) Address() string { return s.listener.Addr().String() }

// Close stops the server. Answers under way have a second to end.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	err := s.http.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, s.http.Close())
	}
	<-s.done
	return err
}
