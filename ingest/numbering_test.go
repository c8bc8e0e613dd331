package ingest_test

import (
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"minewatch/ingest"
	"minewatch/ingest/account"
)

// protocol is how a station speaks.
type protocol struct {
	name            string
	template        func(sent time.Time) []byte // nil: it has none
	flows           func(sent time.Time) []byte
	records         int64  // in a datagram of flows
	number          int    // where in the header, 4 bytes
	step            uint32 // by which that goes on with a datagram of flows …
	stepAtTemplates uint32 // … and of templates
	timed           bool   // the header says the uptime
}

var protocols = []protocol{
	{"v5", nil, func(sent time.Time) []byte { return netflow5(sent, 30) }, 30, 16, 30, 0, true},
	{"v9", func(sent time.Time) []byte { return netflow9(sent, true) }, func(sent time.Time) []byte { return netflow9(sent, false) }, 1, 12, 1, 1, true},
	{"IPFIX", func(sent time.Time) []byte { return ipfix(sent, true) }, func(sent time.Time) []byte { return ipfix(sent, false) }, 1, 8, 1, 0, false},
}

// station is a router that numbers its datagrams throughout, whoever listens:
// all leave by one port.
type station struct {
	protocol
	conn     *net.UDPConn
	sequence uint32
	booted   time.Time
}

// ipfix is an IPFIX message of the one set that netflow9 has.
func ipfix(sent time.Time, template bool) []byte {
	set := netflow9(sent, template)[20:]
	if template {
		binary.BigEndian.PutUint16(set, 2)
	}
	b := binary.BigEndian.AppendUint16(nil, 10)
	b = binary.BigEndian.AppendUint16(b, uint16(16+len(set))) //nolint:gosec // small
	b = binary.BigEndian.AppendUint32(b, uint32(sent.Unix())) //nolint:gosec // this century
	b = binary.BigEndian.AppendUint32(b, 0)                   // number
	b = binary.BigEndian.AppendUint32(b, 7)                   // domain
	return append(b, set...)
}

func newStation(t *testing.T, p protocol) *station {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &station{protocol: p, conn: conn, sequence: 5000, booted: time.Now().Add(-time.Hour)}
}

// send sends n datagrams of flows, the template first; to nobody where to is
// the zero value.
func (s *station) send(t *testing.T, to netip.AddrPort, n int) {
	t.Helper()
	if s.template != nil && to.IsValid() && n > 0 {
		s.say(t, to, s.template(time.Now()), s.stepAtTemplates)
	}
	for range n {
		s.say(t, to, s.flows(time.Now()), s.step)
	}
}

func (s *station) say(t *testing.T, to netip.AddrPort, datagram []byte, step uint32) {
	t.Helper()
	binary.BigEndian.PutUint32(datagram[s.number:], s.sequence)
	if s.timed {
		binary.BigEndian.PutUint32(datagram[4:], uint32(time.Since(s.booted).Milliseconds())) //nolint:gosec // an hour
	}
	s.sequence += step
	if !to.IsValid() {
		return
	}
	if _, err := s.conn.WriteToUDPAddrPort(datagram, to); err != nil {
		t.Fatal(err)
	}
}

// received says that so many records are in the book. Without a wait for it, a
// machine that stands still for seconds would be taken for loss.
func received(book *account.Book, records int64) bool {
	sum := book.Sum()
	return sum.Records == records
}

// What a router sends while its collector is down is missed, and counted by the
// next one; but not by one that goes on from a kill, whose file is of before.
func TestCollectCountsWhatItSleptThrough(t *testing.T) {
	nobody := netip.AddrPort{}
	for _, p := range protocols {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			dir, router := t.TempDir(), newStation(t, p)
			own, other := filepath.Join(dir, "state", "own.json"), filepath.Join(dir, "state", "other.json")
			// live is a collector from its start to its end, to which n datagrams are
			// sent. When it is killed, its file is as it was before the end.
			live := func(state string, n int, killed bool) account.Sequence {
				t.Helper()
				var before []byte
				book, want := account.NewBook(nil), int64(n)*p.records
				counts := collect(t, ingest.CollectOptions{Lake: dir, State: state, Now: time.Now, Book: book}, func(to netip.AddrPort, stop context.CancelFunc) {
					router.send(t, to, n)
					eventually(t, "all is received", func() bool { return received(book, want) })
					var err error
					if before, err = os.ReadFile(state); err != nil {
						t.Error(err)
					}
					stop()
				})
				if counts.RecordsStored != want {
					t.Errorf("%s, want %d stored", counts.String(), want)
				}
				if killed {
					if err := os.WriteFile(state, before, 0o644); err != nil {
						t.Fatal(err)
					}
				}
				return book.Sum().Sequence
			}
			missed := func(datagrams int64) account.Sequence {
				if p.name == "v9" {
					return account.Sequence{MissedDatagrams: datagrams}
				}
				return account.Sequence{MissedRecords: datagrams * p.records}
			}
			check := func(what string, want, got account.Sequence) {
				t.Helper()
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", what, diff)
				}
			}

			check("the first life", missed(0), live(own, 20, false))
			check("nothing between", missed(0), live(own, 20, false))
			router.send(t, nobody, 40)
			check("40 between", missed(40), live(own, 20, false))
			router.send(t, nobody, 40)
			check("40 between, a silent life before", missed(0), live(own, 0, false))
			router.send(t, nobody, 2)
			check("2 between", missed(42), live(own, 20, true))
			router.send(t, nobody, 40)
			check("40 between, after a kill", missed(0), live(own, 20, false))
			router.send(t, nobody, 5)
			check("5 between, after a clean end", missed(5), live(own, 20, false))

			router.send(t, nobody, 3)
			check("moved to another collector", missed(0), live(other, 20, false))
			check("and back", missed(0), live(own, 20, false))

			router.sequence, router.booted = 0, time.Now().Add(-time.Minute)
			check("restarted", account.Sequence{Restarts: 1}, live(own, 20, false))
		})
	}
}

// Where the numbers cannot be taken out of the file, they are not believed: the
// file would still have them after a kill.
func TestCollectCannotClearNumberings(t *testing.T) {
	dir, router := t.TempDir(), newStation(t, protocols[0])
	state := filepath.Join(dir, "state.json")
	// A file of this name can be read, but the name of the file that is written
	// to replace it would be too long.
	fixed := filepath.Join(dir, strings.Repeat("s", 245)+".json")
	live := func(state string) account.Sequence {
		book := account.NewBook(nil)
		collect(t, ingest.CollectOptions{Lake: dir, State: state, Now: time.Now, Book: book}, func(to netip.AddrPort, stop context.CancelFunc) {
			router.send(t, to, 3)
			eventually(t, "all is received", func() bool { return received(book, 3*router.records) })
			stop()
		})
		return book.Sum().Sequence
	}
	live(state)
	text, err := os.ReadFile(state)
	if err != nil || !strings.Contains(string(text), "numberings") {
		t.Fatalf("state %s: %v", text, err)
	}
	if err := os.Rename(state, fixed); err != nil {
		t.Fatal(err)
	}
	router.send(t, netip.AddrPort{}, 5)
	if diff := cmp.Diff(account.Sequence{}, live(fixed)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
