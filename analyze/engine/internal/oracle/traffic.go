package oracle

import (
	"cmp"
	"math"
	"math/big"
	"slices"
)

// Traffic is a contact's packets and bytes, estimated, each once.
type Traffic struct {
	PacketsUp, PacketsDown, BytesUp, BytesDown int64
	SetAside                                   int // records of exporters that saw less
}

// exporterHour is what one exporter says of an hour and direction.
type exporterHour struct {
	exporter       string
	packets, bytes *big.Int
	records        int
}

// traffic counts the flows that ended on the day: for each direction and hour
// the exporter with the most packets, of equal ones that with the most bytes,
// then the first by name. Never a sum over exporters.
func traffic(flows []flow, dayStart, dayEnd int64) Traffic {
	type bucket struct {
		up   bool
		hour int64
	}
	seen := map[bucket]map[string]*exporterHour{}
	for _, f := range flows {
		ended := max(f.Start, f.End)
		if ended < dayStart || ended >= dayEnd {
			continue
		}
		b := bucket{f.up, (ended - dayStart) / hour}
		if seen[b] == nil {
			seen[b] = map[string]*exporterHour{}
		}
		e := seen[b][f.Exporter]
		if e == nil {
			e = &exporterHour{f.Exporter, new(big.Int), new(big.Int), 0}
			seen[b][f.Exporter] = e
		}
		e.packets.Add(e.packets, big.NewInt(f.scaled(f.Packets)))
		e.bytes.Add(e.bytes, big.NewInt(f.scaled(f.Bytes)))
		e.records++
	}
	var t Traffic
	packets, bytes := map[bool]*big.Int{}, map[bool]*big.Int{}
	for b, exporters := range seen {
		var list []*exporterHour
		for _, e := range exporters {
			list = append(list, e)
		}
		slices.SortFunc(list, func(a, b *exporterHour) int {
			return cmp.Or(b.packets.Cmp(a.packets), b.bytes.Cmp(a.bytes), cmp.Compare(a.exporter, b.exporter))
		})
		add(packets, b.up, capped(list[0].packets))
		add(bytes, b.up, capped(list[0].bytes))
		for _, e := range list[1:] {
			t.SetAside += e.records
		}
	}
	t.PacketsUp, t.PacketsDown = capped(packets[true]), capped(packets[false])
	t.BytesUp, t.BytesDown = capped(bytes[true]), capped(bytes[false])
	return t
}

// scaled is a counter of a record on the wire; a forged one saturates.
func (r *Record) scaled(n int64) int64 {
	return capped(new(big.Int).Mul(big.NewInt(max(n, 0)), big.NewInt(int64(max(r.Sampling, 1)))))
}

func capped(n *big.Int) int64 {
	switch {
	case n == nil:
		return 0
	case !n.IsInt64():
		return math.MaxInt64
	default:
		return n.Int64()
	}
}

func add[K comparable](sums map[K]*big.Int, k K, n int64) {
	if sums[k] == nil {
		sums[k] = new(big.Int)
	}
	sums[k].Add(sums[k], big.NewInt(n))
}
