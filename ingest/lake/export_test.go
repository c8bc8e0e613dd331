package lake

import (
	"errors"
	"io"
)

// FrameHeader is the length of what stands before each frame's stream.
const FrameHeader = frameHeader

// Conform brings a segment's batch to the flow schema.
var Conform = conform

// Frame makes a frame of an arbitrary stream.
func Frame(stream []byte, rows int) []byte {
	frame := append(make([]byte, frameHeader), stream...)
	sealFrame(frame, rows)
	return frame
}

// ReadFrames returns the streams of a segment's whole frames, and how many
// rows the others had.
func ReadFrames(r io.Reader) (streams [][]byte, lost int64, torn bool, err error) {
	frames := newFrameReader(r)
	for {
		stream, err := frames.next()
		if errors.Is(err, io.EOF) {
			return streams, frames.lostRows, frames.torn, nil
		}
		if err != nil {
			return streams, frames.lostRows, frames.torn, err
		}
		streams = append(streams, append([]byte(nil), stream...))
	}
}
