package resolve

import (
	"net/netip"

	"minewatch/analyze/feed"
)

// Read is what an answer to the question for name says, for the fuzzer.
func Read(name, kind string, data []byte, id uint16) (status feed.AnswerStatus, addresses []netip.Addr, ttl int, canonical string, err error) {
	q := Question{Name: name, Wire: name, Type: kind}
	f, err := q.read(data, id)
	return f.status, f.addresses, f.ttl, f.canonical, err
}
