package source

import "sync"

const (
	batchBytes     = 256 << 10 // payload in a batch
	batchDatagrams = 512       // bounds a batch of small ones
	batchMemory    = batchBytes + batchDatagrams*128
)

// Batch is a run of datagrams, in the order in which each sender's arrived.
type Batch struct {
	// Datagrams and their payloads are valid until Release.
	Datagrams []Datagram

	payload []byte // where the datagrams' payloads are
	queue   *queue
}

// Release gives the batch's memory back to the listener; without it the
// listener soon has none left to receive into. The batch must not be used
// afterwards.
func (b *Batch) Release() { b.queue.release(b) }

// add copies d into b if there is room.
func (b *Batch) add(d *Datagram) bool {
	start := len(b.payload)
	if len(b.Datagrams) == cap(b.Datagrams) || start+len(d.Payload) > cap(b.payload) {
		return false
	}
	b.payload = append(b.payload, d.Payload...)
	b.Datagrams = append(b.Datagrams, *d)
	b.Datagrams[len(b.Datagrams)-1].Payload = b.payload[start:len(b.payload):len(b.payload)]
	return true
}

// queue carries datagrams from the sockets' readers to one consumer, in
// batches whose number is fixed: that bounds its memory. The newest batch is
// filled until the consumer wants it, so batches are large when the consumer
// is behind, and a datagram does not wait when it is not.
type queue struct {
	mu      sync.Mutex
	waiting []*Batch // oldest first; only the last has room
	free    []*Batch
	unmade  int // batches that may still be made

	filled chan struct{} // capacity 1: something waits
	freed  chan struct{} // capacity 1: a batch came back
}

func newQueue(bytes int) *queue {
	return &queue{
		unmade: max(2, bytes/batchMemory), // one with the consumer, one to fill
		filled: make(chan struct{}, 1),
		freed:  make(chan struct{}, 1),
	}
}

// push copies datagrams into the queue, as many as there is room for, and
// returns how many that were. The consumer may sleep on until announce.
func (q *queue) push(datagrams []Datagram) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	var b *Batch
	if n := len(q.waiting); n > 0 {
		b = q.waiting[n-1]
	}
	for i := range datagrams {
		if b != nil && b.add(&datagrams[i]) {
			continue
		}
		if b = q.batch(); b == nil {
			return i
		}
		q.waiting = append(q.waiting, b)
		b.add(&datagrams[i])
	}
	if len(q.free) > 0 {
		signal(q.freed) // for the next who waits: two that came back are one signal
	}
	return len(datagrams)
}

// announce has the consumer come for what was pushed.
func (q *queue) announce() { signal(q.filled) }

// pop takes the oldest batch, nil if there is none.
func (q *queue) pop() *Batch {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		return nil
	}
	b := q.waiting[0]
	q.waiting[0] = nil
	q.waiting = q.waiting[1:]
	return b
}

func (q *queue) release(b *Batch) {
	clear(b.Datagrams)
	b.Datagrams, b.payload = b.Datagrams[:0], b.payload[:0]
	q.mu.Lock()
	q.free = append(q.free, b)
	q.mu.Unlock()
	signal(q.freed)
}

// batch is an empty batch, nil if all are in use.
func (q *queue) batch() *Batch {
	if n := len(q.free); n > 0 {
		b := q.free[n-1]
		q.free = q.free[:n-1]
		return b
	}
	if q.unmade == 0 {
		return nil
	}
	q.unmade--
	return &Batch{
		Datagrams: make([]Datagram, 0, batchDatagrams),
		payload:   make([]byte, 0, batchBytes),
		queue:     q,
	}
}

// signal wakes one waiter, now or when it next looks.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
