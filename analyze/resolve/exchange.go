package resolve

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"
)

// udpSize is the largest answer that is taken over UDP: what passes nearly
// everywhere without fragments.
const udpSize = 1232

// maxStrays is how many datagrams that are no answer are read while one is
// waited for: somebody may send forged ones.
const maxStrays = 100

var (
	errSilent = errors.New("no answer in time")
	errStrays = fmt.Errorf("more than %d datagrams that are no answer to the question: is somebody forging answers?", maxStrays)
)

// exchange asks once, over UDP, and over TCP where the answer does not fit.
func (o *Options) exchange(ctx context.Context, q *Question, edns bool) (found, error) {
	f, err := o.attempt(ctx, q, "udp", edns)
	if errors.Is(err, errTruncated) {
		if err := o.pace.wait(ctx); err != nil {
			return found{}, err
		}
		f, err = o.attempt(ctx, q, "tcp", edns)
	}
	return f, err
}

// attempt asks over a socket of its own: the system chooses its port at random,
// and lets nobody but the resolver answer there.
func (o *Options) attempt(ctx context.Context, q *Question, network string, edns bool) (f found, err error) {
	id, err := randomID()
	if err != nil {
		return found{}, err
	}
	message, err := q.message(id, edns)
	if err != nil {
		return found{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, o.Timeout)
	defer cancel()
	conn, err := o.Dial(ctx, network, q.Resolver.String())
	if err != nil {
		return found{}, plain(ctx, err)
	}
	defer conn.Close() //nolint:errcheck // nothing is left to say
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
		return found{}, err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if network == "tcp" {
		f, err = q.stream(conn, message, id)
	} else {
		f, err = q.datagrams(conn, message, id)
	}
	return f, plain(ctx, err)
}

func randomID() (uint16, error) {
	var b [2]byte
	_, err := rand.Read(b[:])
	return binary.BigEndian.Uint16(b[:]), err
}

// datagrams reads until the answer is there: another one is no reason to
// believe, or to give up.
func (q *Question) datagrams(conn net.Conn, message []byte, id uint16) (found, error) {
	if _, err := conn.Write(message); err != nil {
		return found{}, err
	}
	buffer := make([]byte, 1<<16)
	for range maxStrays {
		n, err := conn.Read(buffer)
		if err != nil {
			return found{}, err
		}
		if f, err := q.read(buffer[:n], id); !errors.Is(err, errNotOurs) {
			return f, err
		}
	}
	return found{}, errStrays
}

// stream asks over TCP, where a message has its length before it (RFC 1035
// section 4.2.2).
func (q *Question) stream(conn net.Conn, message []byte, id uint16) (found, error) {
	if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(message))), message...)); err != nil { //nolint:gosec // a question has at most a few hundred bytes
		return found{}, err
	}
	var size [2]byte
	if _, err := io.ReadFull(conn, size[:]); err != nil {
		return found{}, err
	}
	answer := make([]byte, binary.BigEndian.Uint16(size[:]))
	if _, err := io.ReadFull(conn, answer); err != nil {
		return found{}, err
	}
	return q.read(answer, id)
}

// plain says in few words why there is no answer.
func plain(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(ctx.Err(), context.DeadlineExceeded):
		return errSilent
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the resolver closed the connection")
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}
