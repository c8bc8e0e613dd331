package metrics

import (
	"errors"
	"sync"
	"time"

	"minewatch/ingest/source"
)

// Status is how a collector does. Its zero value is one that does not yet
// listen; any number of goroutines may use it.
type Status struct {
	mu        sync.Mutex
	sockets   []source.SocketState
	published time.Time
	fault     error
}

var errNotListening = errors.New("not listening yet")

// Listening says that the sockets are open.
func (s *Status) Listening(sockets []source.SocketState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sockets = sockets
}

// Published says how a rotation ended: a fault is why something could not be
// written, nil that all of it was.
func (s *Status) Published(at time.Time, fault error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fault = fault; fault == nil {
		s.published = at
	}
}

// Health is nil while the collector listens and the lake takes what it
// writes.
func (s *Status) Health() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.sockets) == 0 {
		return errNotListening
	}
	return s.fault
}

func (s *Status) state() (sockets []source.SocketState, published time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sockets, s.published
}
