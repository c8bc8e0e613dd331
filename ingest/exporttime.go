package ingest

import (
	"encoding/binary"
	"time"
)

// exportTime is when an exporter says that it sent the datagram. NetFlow v5
// has seconds and nanoseconds, v9 (RFC 3954 section 5.1) and IPFIX (RFC 7011
// section 3.1) seconds; sFlow only says how long the agent is up.
func exportTime(payload []byte) (time.Time, bool) {
	if len(payload) < 16 {
		return time.Time{}, false
	}
	word := func(offset int) int64 { return int64(binary.BigEndian.Uint32(payload[offset:])) }
	switch binary.BigEndian.Uint16(payload) {
	case 5:
		return time.Unix(word(8), word(12)%int64(time.Second)).UTC(), true
	case 9:
		return time.Unix(word(8), 0).UTC(), true
	case 10:
		return time.Unix(word(4), 0).UTC(), true
	default:
		return time.Time{}, false
	}
}
