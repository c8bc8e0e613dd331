package lake

import (
	"errors"
	"io"
)

// FrameHeader is the length of what stands before each frame's content.
const FrameHeader = frameHeader

// Conform brings the batch of a frame to the flow schema.
var Conform = conform

// Frame makes a frame of arbitrary content.
func Frame(content []byte, group, rows int) []byte {
	made := append(make([]byte, frameHeader), content...)
	sealFrame(made, rowsFrame, group, rows)
	return made
}

// ReadFrames returns the contents of a journal's whole frames, and how many
// rows the others had.
func ReadFrames(r io.Reader) (contents [][]byte, lost int64, torn bool, err error) {
	frames := newFrameReader(r)
	for {
		f, err := frames.next()
		if errors.Is(err, io.EOF) {
			return contents, lost, frames.torn, nil
		}
		if err != nil {
			return contents, lost, frames.torn, err
		}
		if f.damaged {
			lost += int64(f.rows)
			continue
		}
		contents = append(contents, append([]byte(nil), f.content...))
	}
}
