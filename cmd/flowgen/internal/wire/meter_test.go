package wire_test

import (
	"errors"
	"slices"
	"testing"

	"minewatch/cmd/flowgen/internal/wire"
)

// payloads are the datagrams of a few records of a spec.
func payloads(tb testing.TB, s wire.Spec) [][]byte {
	tb.Helper()
	var list [][]byte
	e, err := wire.NewExporter(s, func(d wire.Datagram) error {
		list = append(list, slices.Clone(d.Payload))
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	for _, r := range randomRecords(s, 5) {
		if err := e.Write(&r); err != nil {
			tb.Fatal(err)
		}
	}
	if err := e.Flush(); err != nil {
		tb.Fatal(err)
	}
	return list
}

func TestMeterRefuses(t *testing.T) {
	data := payloads(t, specs["v9"])[1]
	for name, payload := range map[string][]byte{
		"empty":           {},
		"unknown version": make([]byte, 40),
		"no template":     data,
		"v5 cut":          payloads(t, specs["v5"])[0][:100],
		"sample too long": append(payloads(t, specs["sflow"])[0][:28], 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff),
		"set too short":   append(slices.Clone(data[:20]), 1, 4, 0, 3),
	} {
		if _, err := wire.NewMeter().Count(payload); !errors.Is(err, wire.ErrMalformed) {
			t.Errorf("%s: %v, want ErrMalformed", name, err)
		}
	}
}

func FuzzMeter(f *testing.F) {
	for _, s := range specs {
		for _, p := range payloads(f, s) {
			f.Add(p)
		}
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		m := wire.NewMeter()
		for range 2 { // the second time with the templates of the first
			if got, err := m.Count(payload); err == nil && got.Records > int64(len(payload)) {
				t.Errorf("%d records in %d bytes", got.Records, len(payload))
			}
		}
	})
}
