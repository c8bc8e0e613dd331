package main

import (
	"errors"
	"fmt"
	"math"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"

	"minewatch/analyze"
	"minewatch/analyze/feed"
	"minewatch/analyze/intake"
	"minewatch/ingest/source"
)

// memorySize is what the query engine takes for one.
var memorySize = regexp.MustCompile(`(?i)^\d+(\.\d+)? ?([kmgt]i?b|b)$`)

// faults collects what is wrong with a configuration, each with its key.
type faults []error

func (f *faults) add(key, format string, args ...any) {
	*f = append(*f, fmt.Errorf("%s: %w", key, fmt.Errorf(format, args...)))
}

// validate lists every fault, and not only the first.
func (c *config) validate() error {
	var f faults
	if c.Lake.Dir == "" {
		f.add("lake.dir", "is empty")
	}
	c.Site.validate(&f)
	c.Collect.validate(&f)
	checkExporters(&f, c.Exporters)
	c.Feed.validate(&f)
	checkThresholds(&f, "grading.", c.Grading, analyze.Thresholds)
	c.Hunt.validate(&f)
	c.Nightly.validate(&f)
	c.Report.validate(&f)
	c.Retention.validate(&f)
	if !memorySize.MatchString(c.Engine.MemoryLimit) {
		f.add("engine.memory_limit", "%q is no size, such as 2GB or 1500MiB", c.Engine.MemoryLimit)
	}
	if c.Engine.Threads < 0 {
		f.add("engine.threads", "%d is negative, want 0 (one per processor) or more", c.Engine.Threads)
	}
	return errors.Join(f...)
}

func checkThresholds(f *faults, section string, values map[string]float64, list []analyze.Threshold) {
	units := map[string]string{}
	for _, t := range list {
		units[t.Name] = t.Unit
	}
	for _, name := range sortedKeys(values) {
		unit, ok := units[name]
		switch v := values[name]; {
		case !ok:
			f.add(section+name, "is no threshold; 'minewatch config show --defaults' lists them")
		case v < 0 || math.IsNaN(v) || math.IsInf(v, 0):
			f.add(section+name, "%v, want a number from 0 on", v)
		case unit == "of 100" && v > 100:
			f.add(section+name, "%v, want a number from 0 to 100", v)
		}
	}
}

func (c *siteConfig) validate(f *faults) {
	if _, err := time.LoadLocation(c.Zone); err != nil || c.Zone == "" {
		f.add("site.zone", "%q is no time zone, such as Asia/Shanghai or UTC", c.Zone)
	}
	checkPrefixes(f, "site.internal", c.Internal)
}

func (c *reportConfig) validate(f *faults) {
	for _, v := range []struct {
		key   string
		value int
	}{{"report.locate_hours", c.LocateHours}, {"report.report_hours", c.ReportHours}, {"report.exclude_days", c.ExcludeDays}} {
		if v.value < 1 {
			f.add(v.key, "%d, want 1 or more", v.value)
		}
	}
	for _, v := range []struct{ key, value string }{{"report.contact", c.Contact}, {"report.return_to", c.ReturnTo}} {
		if err := intake.CheckText(v.value); err != nil {
			f.add(v.key, "%w: want a text on one line", err)
		}
	}
	if c.ReportHours < c.LocateHours {
		f.add("report.report_hours", "%d is before report.locate_hours, %d", c.ReportHours, c.LocateHours)
	}
}

// Bounds of collect.sockets and collect.receive_buffer: what the kernel's own
// arithmetic takes, and what is not a mistake of the unit.
const (
	maxSockets  = 64
	leastBuffer = 64 << 10
	mostBuffer  = 1 << 30
)

func (c *collectConfig) validate(f *faults) {
	if len(c.Listen) == 0 {
		f.add("collect.listen", "is empty")
	}
	for i, address := range c.Listen {
		if _, err := source.ParseListen(address); err != nil {
			f.add(fmt.Sprintf("collect.listen[%d]", i), "%w", err)
		}
	}
	checkPrefixes(f, "collect.allow", c.Allow)
	if c.RotateEvery < duration(time.Second) {
		f.add("collect.rotate_every", "%s is below 1s", time.Duration(c.RotateEvery))
	}
	if _, _, err := net.SplitHostPort(c.Metrics); err != nil && c.Metrics != "" {
		f.add("collect.metrics", "%q is not HOST:PORT, such as 127.0.0.1:9055; an IPv6 address stands in [ ]", c.Metrics)
	}
	if c.Sockets < 1 || c.Sockets > maxSockets {
		f.add("collect.sockets", "%d, want 1 to %d", c.Sockets, maxSockets)
	}
	if c.ReceiveBuffer < leastBuffer || c.ReceiveBuffer > mostBuffer {
		f.add("collect.receive_buffer", "%d, want %d to %d bytes", c.ReceiveBuffer, leastBuffer, mostBuffer)
	}
	if c.SamplingDefault < 0 {
		f.add("collect.sampling_default", "%d is negative, want 0 (unknown) or the N of 1 in N", c.SamplingDefault)
	}
}

func (c *feedConfig) validate(f *faults) {
	if c.MaxChange <= 0 || math.IsNaN(c.MaxChange) {
		f.add("feed.max_change", "%v, want a part above 0, such as 0.5", c.MaxChange)
	}
	c.Resolve.validate(f)
	known := []string{"cdn", "default"}
	for _, e := range feed.Evidences() {
		known = append(known, string(e))
	}
	for _, evidence := range sortedKeys(c.TTLDays) {
		if !slices.Contains(known, evidence) {
			f.add("feed.ttl_days."+evidence, "is no kind of evidence, want one of %s", strings.Join(known, ", "))
		} else if days := c.TTLDays[evidence]; days < 1 {
			f.add("feed.ttl_days."+evidence, "%d, want 1 day or more", days)
		}
	}
	checkSources(f, c.Sources)
}

func checkPrefixes(f *faults, key string, prefixes []netip.Prefix) {
	for i, p := range prefixes {
		if p.Masked() != p {
			f.add(fmt.Sprintf("%s[%d]", key, i), "%s has host bits set, want %s", p, p.Masked())
		}
	}
}
