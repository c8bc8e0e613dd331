package lake_test

import (
	"bytes"
	"testing"

	"minewatch/ingest/lake"
)

// FuzzFrames holds that whatever stands in a segment, what is read of it are
// frames as they were written, in their order, up to the damage.
func FuzzFrames(f *testing.F) {
	whole := append(lake.Frame([]byte("first"), 1, 1), lake.Frame([]byte("the second"), 1, 2)...)
	f.Add([]byte{}, []byte{})
	f.Add(whole, []byte{})
	f.Add(whole[:len(whole)-3], []byte{})
	f.Add(whole, make([]byte, 40))
	f.Add(lake.Frame(nil, 0, 0), lake.Frame(bytes.Repeat([]byte{7}, 5000), 2, 1<<30)[:900])
	f.Fuzz(func(t *testing.T, stream, behind []byte) {
		for _, segment := range [][]byte{stream, behind} {
			streams, _, torn, err := lake.ReadFrames(bytes.NewReader(segment))
			if err != nil {
				t.Fatalf("reading memory failed: %v", err)
			}
			length := 0
			for _, s := range streams {
				length += lake.FrameHeader + len(s)
			}
			if length > len(segment) || !torn && length != len(segment) {
				t.Errorf("read frames of %d bytes from %d, torn %v", length, len(segment), torn)
			}
		}
		// Whole frames are read whatever follows them.
		segment := append(append(lake.Frame(stream, 1, 3), lake.Frame(behind, 2, 4)...), behind...)
		streams, _, _, _ := lake.ReadFrames(bytes.NewReader(segment))
		if len(streams) < 2 || !bytes.Equal(streams[0], stream) || !bytes.Equal(streams[1], behind) {
			t.Errorf("of two whole frames %d were read", len(streams))
		}
	})
}
