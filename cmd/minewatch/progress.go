package main

import (
	"io"

	"github.com/schollz/progressbar/v3"

	"minewatch/analyze"
)

// newBar is a progress bar for a person at a terminal, and for nobody else. A bar
// that cannot be drawn is not missed.
func newBar(stderr io.Writer, total int64, about string, more ...progressbar.Option) *progressbar.ProgressBar {
	if !isTerminal(stderr) || total == 0 {
		return progressbar.DefaultBytesSilent(max(total, 1))
	}
	return progressbar.NewOptions64(total, append(more,
		progressbar.OptionSetWriter(stderr),
		progressbar.OptionSetDescription(about),
		progressbar.OptionFullWidth(),
		progressbar.OptionClearOnFinish())...)
}

// stepBar shows at which step of which night a run is.
type stepBar struct{ bar *progressbar.ProgressBar }

func newStepBar(stderr io.Writer, nights int) *stepBar {
	return &stepBar{newBar(stderr, int64(nights*analyze.Steps), "nights")}
}

func (b *stepBar) step(day analyze.Day, name string) {
	b.bar.Describe(string(day) + ": " + name)
	_ = b.bar.Add(1)
}

func (b *stepBar) clear() { _ = b.bar.Clear() }
