package main

import (
	"bytes"
	"context"
	"io"
	"slices"
	"sync"
)

// The keys that the shell treats by itself, as raw mode delivers them.
const (
	keyCtrlC = 0x03
	keyCtrlE = 0x05 // to the end of the line
	keyCtrlU = 0x15 // delete to the start of the line
)

// keyboard passes on what is typed, and watches for Ctrl-C in between: at
// the prompt it drops the line, while a query runs it stops the query. What
// is typed meanwhile is kept for the next prompt.
type keyboard struct {
	ctx    context.Context //nolint:containedctx // Read has no other way to learn that the program ends
	chunks chan []byte     // closed at the end of the input

	mu     sync.Mutex
	typed  []byte // read, but not yet asked for
	wasCut bool   // Ctrl-C dropped the line that is returned next
}

func newKeyboard(ctx context.Context, in io.Reader) *keyboard {
	k := &keyboard{ctx: ctx, chunks: make(chan []byte)}
	go k.pump(in)
	return k
}

// pump ends with the input; a read of a terminal cannot be interrupted, so
// at the program's end it is left in it.
func (k *keyboard) pump(in io.Reader) {
	defer close(k.chunks)
	for {
		buffer := make([]byte, 256)
		n, err := in.Read(buffer)
		if n > 0 {
			select {
			case k.chunks <- buffer[:n]:
			case <-k.ctx.Done():
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// Read is what the terminal reads keys with.
func (k *keyboard) Read(p []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.typed) == 0 {
		select {
		case chunk, ok := <-k.chunks:
			if !ok {
				return 0, io.EOF
			}
			k.typed = chunk
		case <-k.ctx.Done():
			return 0, io.EOF
		}
	}
	ready := len(k.typed)
	if at := slices.Index(k.typed, keyCtrlC); at >= 0 {
		// The lines before its own are whole and go first.
		ready = bytes.LastIndexByte(k.typed[:at], '\r') + 1
		if ready == 0 {
			k.wasCut = true
			drop := []byte{keyCtrlE, keyCtrlU, '\r'}
			k.typed = append(drop, k.typed[at+1:]...)
			ready = len(drop)
		}
	}
	n := copy(p, k.typed[:ready])
	k.typed = k.typed[n:]
	return n, nil
}

// dropped says, once, whether the last line was dropped with Ctrl-C.
func (k *keyboard) dropped() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	cut := k.wasCut
	k.wasCut = false
	return cut
}

// watch calls cancel on Ctrl-C until stop is called, which waits until no
// key can be lost any more.
func (k *keyboard) watch(cancel func()) (stop func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-done:
				return
			case chunk, ok := <-k.chunks:
				if !ok {
					return
				}
				k.keep(chunk, cancel)
			}
		}
	}()
	return func() {
		close(done)
		<-ended
	}
}

// keep stores what was typed while a query runs; Ctrl-C drops that, and all
// before it. One that was typed before the query began is for the prompt.
func (k *keyboard) keep(chunk []byte, cancel func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if at := bytes.LastIndexByte(chunk, keyCtrlC); at >= 0 {
		k.typed = slices.Clone(chunk[at+1:])
		cancel()
		return
	}
	k.typed = append(k.typed, chunk...)
}
