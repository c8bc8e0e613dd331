package analyze

import (
	"context"
	"os"
	"strconv"
	"strings"
	"time"
)

// Step is what one step of a night took.
type Step struct {
	Name         string `json:"name"`
	Milliseconds int64  `json:"ms"`
	PeakBytes    int64  `json:"peak_bytes,omitempty"` // of the whole process while it lasted; 0 = the system does not tell
}

// Steps is how many steps a night has.
const Steps = 10

// step does one thing and writes down what it took.
func (n *night) step(ctx context.Context, name string, do func(context.Context) error) error {
	if n.Progress != nil {
		n.Progress(n.day, name)
	}
	forgetPeak()
	begun := n.Now()
	err := do(ctx)
	n.steps = append(n.steps, Step{name, n.Now().Sub(begun).Round(time.Millisecond).Milliseconds(), peak()})
	return err
}

// forgetPeak has the kernel measure the peak of memory from now on; where it
// may not, the peaks are those since the start of the program.
func forgetPeak() {
	if f, err := os.OpenFile("/proc/self/clear_refs", os.O_WRONLY, 0); err == nil {
		_, _ = f.WriteString("5")
		_ = f.Close()
	}
}

// peak is the most memory that the process had resident, in bytes.
func peak() int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kilobytes, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
			return kilobytes << 10
		}
	}
	return 0
}
