package traffic

import (
	"math/rand/v2"

	"minewatch/cmd/flowgen/internal/calendar"
	"minewatch/cmd/flowgen/internal/seed"
	"minewatch/cmd/flowgen/internal/wire"
)

// Send passes one packet of a train: IP bytes and TCP flags.
type Send func(at int64, up bool, bytes int, flags uint8)

// Train sends the packets of one connection from start to about end.
type Train func(rng *rand.Rand, start, end int64, send Send)

// Sizes of IP packets without payload: with and without TCP options.
const (
	synBytes  = 60
	ackBytes  = 52
	fullBytes = 1452
)

// talk sends the packets of a TCP connection in order and keeps its clock.
type talk struct {
	rng  *rand.Rand
	send Send
	now  int64
	rtt  int64 // ms
}

func newTalk(rng *rand.Rand, start int64, send Send) *talk {
	return &talk{rng: rng, send: send, now: start, rtt: int64(seed.Between(rng, 30, 220))}
}

func (t *talk) connect() {
	t.send(t.now, true, synBytes, wire.SYN)
	t.now += t.rtt
	t.send(t.now, false, synBytes, wire.SYN|wire.ACK)
	t.now++
	t.send(t.now, true, ackBytes, wire.ACK)
	t.now += 5
}

// ask sends a request up, gets the reply after a round trip and acknowledges it.
func (t *talk) ask(up, down int) {
	t.send(t.now, true, up, wire.PSH|wire.ACK)
	t.now += t.rtt
	t.send(t.now, false, down, wire.PSH|wire.ACK)
	t.now += 40
	t.send(t.now, true, ackBytes, wire.ACK)
}

// push sends a notice down and acknowledges it.
func (t *talk) push(down int) {
	t.send(t.now, false, down, wire.PSH|wire.ACK)
	t.now += 40
	t.send(t.now, true, ackBytes, wire.ACK)
}

// fetch gets bytes down in full packets, acknowledged every second one.
func (t *talk) fetch(request, bytes int) {
	t.send(t.now, true, request, wire.PSH|wire.ACK)
	t.now += t.rtt
	for n := 0; bytes > 0; n++ {
		t.send(t.now, false, min(bytes+ackBytes, fullBytes), wire.PSH|wire.ACK)
		bytes -= fullBytes - ackBytes
		t.now += 2
		if n%2 == 1 {
			t.send(t.now, true, ackBytes, wire.ACK)
		}
	}
	t.send(t.now, true, ackBytes, wire.ACK)
}

// finish closes the connection in order.
func (t *talk) finish() {
	t.now += 5
	t.send(t.now, true, ackBytes, wire.FIN|wire.ACK)
	t.now += t.rtt
	t.send(t.now, false, ackBytes, wire.FIN|wire.ACK)
	t.now++
	t.send(t.now, true, ackBytes, wire.ACK)
}

// until waits for the next event, which is never before the last packet.
func (t *talk) until(at int64) { t.now = max(t.now+1, at) }

// vary returns a size within a tenth of n.
func vary(rng *rand.Rand, n int) int { return n - n/10 + rng.IntN(n/5+1) }

// exponential draws a waiting time with a mean and an upper limit, in ms.
func exponential(rng *rand.Rand, mean, limit float64) int64 {
	return int64(min(rng.ExpFloat64()*mean, limit) * float64(calendar.Second))
}
