package flowscan

import (
	"cmp"
	"slices"
)

// Count is what the lake has of one exporter in one hour of the day, by the time
// of receipt.
type Count struct {
	Exporter      string
	Hour          int // 0 begins at the day's start
	Flows         int64
	SamplingRate  int64 // the greatest: one packet in N
	RateUnknown   int64 // records
	ClockReplaced int64 // records whose times are those of their receipt; sFlow has no others, and logs of goflow2 do not tell
	OutOfReach    int64 // records whose flow ended further from their receipt than a night looks
}

type exporterHour struct {
	exporter string
	hour     int
}

type counts map[exporterHour]*Count

// of is the count of an exporter in an hour.
func (c counts) of(exporter string, hour int) *Count {
	key := exporterHour{exporter, hour}
	count, ok := c[key]
	if !ok {
		count = &Count{Exporter: exporter, Hour: hour}
		c[key] = count
	}
	return count
}

func (c counts) add(other counts) {
	for key, o := range other {
		n := c.of(key.exporter, key.hour)
		n.Flows += o.Flows
		n.SamplingRate = max(n.SamplingRate, o.SamplingRate)
		n.RateUnknown += o.RateUnknown
		n.ClockReplaced += o.ClockReplaced
		n.OutOfReach += o.OutOfReach
	}
}

func (c counts) sorted() []Count {
	list := make([]Count, 0, len(c))
	for _, n := range c {
		list = append(list, *n)
	}
	slices.SortFunc(list, func(a, b Count) int {
		return cmp.Or(cmp.Compare(a.Exporter, b.Exporter), cmp.Compare(a.Hour, b.Hour))
	})
	return list
}

const hourMicros = 3600 * 1e6

// count counts the records of a row group that were received in the day. Most
// of what it needs are statistics: a row group is of one hour, an exporter
// samples at one rate, and clocks are right.
func (w *worker) count(g *rowGroup) error {
	start, end := w.Start.UnixMicro(), w.End.UnixMicro()
	first, last, known, err := g.times("received_at")
	if err != nil || known && (last < start || first >= end) {
		return err
	}
	steady, err := w.steady(g, known && first >= start && last < end && (first-start)/hourMicros == (last-start)/hourMicros, first, last)
	if err != nil {
		return err
	}
	if !steady {
		return w.countEach(g)
	}
	exporters, codes, err := g.values("exporter", &w.numbers[0])
	if err != nil {
		return err
	}
	rates, err := g.column("sampling_rate")
	if err != nil {
		return err
	}
	flows := make([]int64, len(exporters.texts))
	for _, code := range codes {
		flows[code]++
	}
	for code, n := range flows {
		if n == 0 {
			continue
		}
		c := w.counts.of(exporters.texts[code], int((first-start)/hourMicros))
		c.Flows += n
		c.SamplingRate = max(c.SamplingRate, rates.value)
		if rates.value == 0 {
			c.RateUnknown += n
		}
	}
	return nil
}

// steady says whether nothing but the exporter has to be read of each record,
// received from first to last in one hour.
func (w *worker) steady(g *rowGroup, oneHour bool, first, last int64) (bool, error) {
	if !oneHour {
		return false, nil
	}
	firstEnd, lastEnd, known, err := g.times("ended_at")
	if err != nil || !known || !w.reaches(last, firstEnd) || !w.reaches(first, lastEnd) {
		return false, err
	}
	rates, err := g.column("sampling_rate")
	if err != nil || !rates.same {
		return false, err
	}
	sources, err := g.column("time_source")
	if err != nil {
		return false, err
	}
	return sources.only("exporter")
}

// reaches says whether a flow is found by the night of the day it ended in.
func (w *worker) reaches(received, ended int64) bool {
	reach := w.Reach.Microseconds()
	return received-ended >= -reach && received-ended <= reach+999 // ends are stored in ms
}

// only says whether all texts of a column are one, by its first page. It may say
// no where they are.
func (c *chunk) only(text string) (bool, error) {
	more, err := c.next()
	if err != nil || !more {
		return false, err
	}
	return c.n == c.rows && isDictionary(c.encoding) && len(c.texts) == 1 && c.texts[0] == text, nil
}

// countEach counts record by record.
func (w *worker) countEach(g *rowGroup) error {
	var columns [3][]int64
	var units [2]int64
	for i, name := range []string{"received_at", "ended_at", "sampling_rate"} {
		_, values, err := g.values(name, &w.numbers[i])
		if err != nil {
			return err
		}
		columns[i] = values
		if i < len(units) {
			if units[i], err = g.unit(g.names[name], name); err != nil {
				return err
			}
		}
	}
	exporters, codes, err := g.values("exporter", &w.numbers[3])
	if err != nil {
		return err
	}
	sources, sourceCodes, err := g.values("time_source", &w.numbers[4])
	if err != nil {
		return err
	}
	formats, formatCodes, err := g.values("format", &w.numbers[5])
	if err != nil {
		return err
	}
	start, end := w.Start.UnixMicro(), w.End.UnixMicro()
	hours := int((end - start + hourMicros - 1) / hourMicros)
	cells := make([]*Count, len(exporters.texts)*hours)
	for row, code := range codes {
		received := columns[0][row] * units[0]
		if received < start || received >= end {
			continue
		}
		cell := &cells[int(code)*hours+int((received-start)/hourMicros)]
		if *cell == nil {
			*cell = w.counts.of(exporters.texts[code], int((received-start)/hourMicros))
		}
		c := *cell
		c.Flows++
		rate := columns[2][row]
		c.SamplingRate = max(c.SamplingRate, rate)
		if rate == 0 {
			c.RateUnknown++
		}
		if !w.reaches(received, columns[1][row]*units[1]) {
			c.OutOfReach++
		}
		if sources.texts[sourceCodes[row]] == "received" {
			switch formats.texts[formatCodes[row]] {
			case "sflow", "goflow2":
			default:
				c.ClockReplaced++
			}
		}
	}
	return nil
}
