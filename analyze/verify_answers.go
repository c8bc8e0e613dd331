package analyze

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"minewatch/analyze/feedback"
)

// checkAnswers checks what units were told, and what they answered: every version
// of both is whole, and none before the last is missing. Nights rest on the answers
// that exclude somebody, reports on all.
func (c *checker) checkAnswers() error {
	const check, remedy = "notices and answers", "restore this version from a backup"
	whole, faults := 0, 0
	fail := func(path, text string) {
		c.find(Finding{StatusFailed, check, "", 0, c.lineage.relative(path), text, remedy})
		faults++
	}
	for _, store := range feedback.Stores(c.Lake) {
		folders, err := store.Folders()
		if err != nil {
			return err
		}
		next := 1
		for _, folder := range folders {
			number, _, _ := strings.Cut(filepath.Base(folder), "-")
			seq, err := strconv.Atoi(number)
			if err != nil {
				return err
			}
			if seq > next {
				fail(folder, fmt.Sprintf("before it, %d of the versions are gone", seq-next))
			}
			next = seq + 1
			if text := c.versionFault(folder); text != "" {
				fail(folder, text)
			}
			whole++
		}
	}
	if whole > 0 && faults == 0 {
		c.find(Finding{StatusOK, check, "", 0, "", fmt.Sprintf("versions %d", whole), ""})
	}
	return nil
}
