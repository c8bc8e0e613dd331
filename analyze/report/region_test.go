package report_test

import (
	"path/filepath"
	"strings"
	"testing"

	"minewatch/analyze/report"
)

// TestRegionFolders: names from a ledger never leave the folder, meet one another
// or a part of a report.
func TestRegionFolders(t *testing.T) {
	var folders report.RegionFolders
	if got := folders.Of(""); got != "" {
		t.Errorf("the whole is in %q", got)
	}
	if got, want := folders.Of("宁波市/鄞州区"), filepath.Join("宁波市", "鄞州区"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	seen := map[string]string{}
	for _, region := range []string{"..", "../..", "units", "Units", "units/tables", "a b", "a-b", "A-B", "a b/x", "a-b/x", "宁波市", "!", "?", strings.Repeat("长", 300)} {
		folder := folders.Of(region)
		if folder == "" || !filepath.IsLocal(folder) || len(filepath.Base(folder)) > 255 {
			t.Errorf("%q is in %q", region, folder)
		}
		key := strings.ToLower(folder)
		if before, taken := seen[key]; taken || key == "units" || key == "tables" || strings.HasSuffix(key, "/tables") {
			t.Errorf("%q is in %q, as is %q", region, folder, before)
		}
		seen[key] = region
		if again := folders.Of(region); again != folder {
			t.Errorf("%q was in %q and is in %q", region, folder, again)
		}
	}
}
