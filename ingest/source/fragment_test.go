package source_test

import (
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
	"testing"

	"minewatch/ingest/source"
)

func itoa(n int) string { return strconv.Itoa(n) }

const moreFragments = 0x2000

// fragments4 cuts a UDP datagram into IPv4 packets of at most size bytes.
func fragments4(id, size int, payload string) []string {
	whole := udp(exporter4, collector4, payload)
	var frames []string
	for offset := 0; offset < len(whole); offset += size {
		end, field := min(offset+size, len(whole)), offset/8
		if end < len(whole) {
			field |= moreFragments
		}
		frames = append(frames, ethernet(ipv4(id, field, 17, whole[offset:end])))
	}
	return frames
}

func fragments6(id, size int, headers byte, whole string) []string {
	var frames []string
	for offset := 0; offset < len(whole); offset += size {
		end, field := min(offset+size, len(whole)), offset
		if end < len(whole) {
			field |= 1
		}
		frames = append(frames, ethernet(ipv6(44, string(headers)+"\x00"+be16(field)+be32(id)+whole[offset:end])))
	}
	return frames
}

func TestFragments(t *testing.T) {
	payload := strings.Repeat("an export that does not fit an Ethernet frame. ", 100)
	whole := fragments4(7, 1480, payload)
	reversed := slices.Clone(whole)
	slices.Reverse(reversed)
	otherDatagram := ethernet(udp4("between"))
	overlap := ethernet(ipv4(7, moreFragments|184, 17, strings.Repeat("y", 800)))
	v6 := fragments6(7, 1232, 17, udp(exporter6, collector6, payload))
	v6options := fragments6(8, 1232, 60, "\x11\x00"+strings.Repeat("\x00", 6)+udp(exporter6, collector6, payload))
	shown := func(d source.Datagram) string {
		s := "whole"
		switch {
		case d.Truncated:
			s = "truncated to " + itoa(len(d.Payload))
		case string(d.Payload) != payload:
			s = string(d.Payload)
		}
		return s
	}
	for name, tt := range map[string]struct {
		frames    []string
		want      []string
		notExport int64
	}{
		"in order":            {whole, []string{"whole"}, 0},
		"in reverse":          {reversed, []string{"whole"}, 0},
		"with another":        {slices.Insert(slices.Clone(whole), 1, otherDatagram), []string{"between", "whole"}, 0},
		"a fragment twice":    {slices.Insert(slices.Clone(whole), 1, whole[0], whole[0]), []string{"whole"}, 0},
		"twice the same id":   {append(slices.Clone(whole), whole...), []string{"whole", "whole"}, 0},
		"first lost":          {whole[1:], nil, 3},
		"second lost":         {slices.Delete(slices.Clone(whole), 1, 2), []string{"truncated to 1472"}, 2},
		"last lost":           {whole[:3], []string{"truncated to 4432"}, 2},
		"overlap":             {slices.Insert(slices.Clone(whole), 1, overlap), nil, 5},
		"not a multiple of 8": {[]string{ethernet(ipv4(7, moreFragments, 17, strings.Repeat("z", 20)))}, nil, 1},
		"beyond 65535":        {[]string{ethernet(ipv4(7, 8191, 17, strings.Repeat("z", 20)))}, nil, 1},
		"two ends":            {[]string{whole[0], ethernet(ipv4(7, 185*2, 17, "end")), ethernet(ipv4(7, 185*3, 17, "end"))}, nil, 3},
		"IPv6":                {v6, []string{"whole"}, 0},
		"IPv6 options":        {v6options, []string{"whole"}, 0},
		"IPv6 options, lost":  {v6options[:1], []string{"truncated to 1216"}, 0},
		"IPv6 not UDP":        {fragments6(9, 1232, 60, "\x06\x00"+strings.Repeat("\x00", 2000)), nil, 2},
	} {
		t.Run(name, func(t *testing.T) {
			got, notExport, err := readAll(t, pcapOf(binary.LittleEndian, false, 1, tt.frames...))
			if err != nil {
				t.Fatal(err)
			}
			var list []string
			for _, d := range got {
				list = append(list, shown(d))
			}
			if !slices.Equal(list, tt.want) || notExport != tt.notExport {
				t.Errorf("datagrams %q, not export %d; want %q, %d", list, notExport, tt.want, tt.notExport)
			}
		})
	}
}

// TestFragmentsBounded sends first fragments that nothing follows.
func TestFragmentsBounded(t *testing.T) {
	const n = 40_000
	first := fragments4(0, 64, strings.Repeat("x", 100))[0]
	frames := make([]string, n)
	for i := range frames {
		frames[i] = strings.Replace(first, be16(0)+be16(moreFragments), be16(i)+be16(moreFragments), 1)
	}
	got, notExport, err := readAll(t, pcapOf(binary.LittleEndian, false, 1, frames...))
	if err != nil || len(got) != n || notExport != 0 {
		t.Fatalf("%d datagrams, not export %d, error %v; want all %d, truncated", len(got), notExport, err, n)
	}
	for i, d := range got {
		if !d.Truncated || len(d.Payload) != 56 {
			t.Fatalf("datagram %d: %d bytes, truncated %v", i, len(d.Payload), d.Truncated)
		}
	}
}
