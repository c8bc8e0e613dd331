package traffic

import (
	"math/rand/v2"

	"minewatch/cmd/flowgen/internal/calendar"
	"minewatch/cmd/flowgen/internal/seed"
	"minewatch/cmd/flowgen/internal/wire"
)

// Visit is a look at web pages: a TLS handshake, some objects, all over in less
// than a minute, download-heavy. It ends when it is done.
func Visit(rng *rand.Rand, start, _ int64, send Send) {
	t := newTalk(rng, start, send)
	t.connect()
	t.fetch(569, 4200) // ClientHello, certificate chain
	for range seed.Between(rng, 2, 9) {
		t.until(t.now + exponential(rng, 2.5, 20))
		t.fetch(vary(rng, 620), int(seed.Range(rng, 4e3, 9e4)))
	}
	t.finish()
}

// Dashboard is an open page that asks for new figures every few seconds.
func Dashboard(rng *rand.Rand, start, end int64, send Send) {
	t := newTalk(rng, start, send)
	t.connect()
	t.fetch(569, 60_000)
	for t.now < end {
		t.until(t.now + exponential(rng, 8, 25))
		t.ask(vary(rng, 140), vary(rng, 420))
	}
	t.finish()
}

// Bulk is a long transfer with pauses, as of a busy application behind a CDN.
func Bulk(rng *rand.Rand, start, end int64, send Send) {
	t := newTalk(rng, start, send)
	t.connect()
	for t.now < end {
		t.fetch(vary(rng, 700), int(seed.Range(rng, 2e4, 4e5)))
		t.until(t.now + exponential(rng, 25, 120))
	}
	t.finish()
}

// Peer is a link between two nodes of a P2P network: gossip both ways, now and
// then a block.
func Peer(rng *rand.Rand, start, end int64, send Send) {
	t := newTalk(rng, start, send)
	t.connect()
	t.ask(178, 178)
	for t.now < end {
		t.until(t.now + exponential(rng, 22, 110))
		switch rng.IntN(12) {
		case 0:
			t.fetch(113, int(seed.Range(rng, 2e4, 3e5)))
		case 1, 2, 3:
			t.push(vary(rng, 350))
		default:
			t.ask(vary(rng, 113), vary(rng, 257))
		}
	}
	t.finish()
}

// Probe is a researcher's or a scanner's test of one endpoint: nine packets in
// about 0.6 s, as measured on a real prober.
func Probe(rng *rand.Rand, start, _ int64, send Send) {
	t := newTalk(rng, start, send)
	t.connect()
	t.ask(vary(rng, 140), vary(rng, 310))
	t.finish()
}

// SlowProbe asks a few times with pauses, so that it lasts 5 to 20 s.
func SlowProbe(rng *rand.Rand, start, _ int64, send Send) {
	t := newTalk(rng, start, send)
	t.connect()
	for range 3 {
		t.ask(vary(rng, 140), vary(rng, 310))
		t.until(t.now + int64(seed.Between(rng, 1500, 6000)))
	}
	t.finish()
}

// ScanOut is a SYN and its repetition that nobody answers.
func ScanOut(_ *rand.Rand, start, _ int64, send Send) {
	send(start, true, synBytes, wire.SYN)
	send(start+calendar.Second, true, synBytes, wire.SYN)
}

// AckScan is an ACK without a connection, which is answered with a refusal
// whether the port is open or not.
func AckScan(rng *rand.Rand, start, _ int64, send Send) {
	send(start, true, ackBytes, wire.ACK)
	send(start+int64(seed.Between(rng, 30, 220)), false, ackBytes, wire.RST)
}

// ScanIn is a SYN from outside that nobody answers.
func ScanIn(_ *rand.Rand, start, _ int64, send Send) {
	send(start, false, synBytes, wire.SYN)
}

// Backscatter is the answer to a SYN that someone else sent under the inside
// address.
func Backscatter(_ *rand.Rand, start, _ int64, send Send) {
	send(start, false, synBytes, wire.SYN|wire.ACK)
	send(start+calendar.Second, false, ackBytes, wire.RST|wire.ACK)
}

// KeepAlive is a session of a game, a VPN or a message queue that is idle but
// for its heartbeat: as steady and as slow as a miner.
func KeepAlive(rng *rand.Rand, start, end int64, send Send) {
	t := newTalk(rng, start, send)
	t.connect()
	period := int64(seed.Between(rng, 25, 60)) * calendar.Second
	for at := t.now + period; at < end; at += period {
		t.until(at)
		t.ask(vary(rng, 66), vary(rng, 66))
	}
	t.until(end)
	t.finish()
}
