package resolve

import (
	"context"
	"sync"
	"time"
)

// pace spaces messages evenly: no burst, however many wait.
type pace struct {
	gap time.Duration

	mu   sync.Mutex
	next time.Time
}

// newPace lets perSecond messages through in a second; 0 is without a limit.
func newPace(perSecond float64) *pace {
	p := &pace{}
	if perSecond > 0 {
		p.gap = time.Duration(float64(time.Second) / perSecond)
	}
	return p
}

// wait returns when the next message may be sent. It goes by the machine's
// clock, whatever time it is said to be.
func (p *pace) wait(ctx context.Context) error {
	if p.gap == 0 {
		return ctx.Err()
	}
	p.mu.Lock()
	now := time.Now() //nolint:forbidigo // the rate on the wire is one of real time
	at := p.next
	if at.Before(now) {
		at = now
	}
	p.next = at.Add(p.gap)
	p.mu.Unlock()
	timer := time.NewTimer(at.Sub(now))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
