package report

import (
	"crypto/sha256"
	"encoding/hex"
	"path/filepath"
	"slices"
	"strings"
)

// RegionFolders gives out the folders of regions below that of the whole: CITY and
// CITY/COUNTY.
type RegionFolders struct {
	of    map[string]string // region: folder
	taken map[string]bool   // as a file system without upper case sees them
}

// partsOfReport are what a report's own folder has.
var partsOfReport = []string{"", "tables", "units"}

// Of is the folder of a region, "" of the whole. Regions whose names differ only in
// what a folder cannot have get different ones; the order in which they are asked
// for decides which one gets the plain name.
func (f *RegionFolders) Of(region string) string {
	if folder, known := f.of[region]; known || region == "" {
		return folder
	}
	if f.of == nil {
		f.of, f.taken = map[string]string{}, map[string]bool{}
	}
	above, name := "", region
	if city, county, isCounty := strings.Cut(region, "/"); isCounty {
		above, name = f.Of(city), county
	}
	runes := []rune(safeName(name))
	name = string(runes[:min(len(runes), longestName)])
	folder := filepath.Join(above, name)
	if key := strings.ToLower(folder); slices.Contains(partsOfReport, strings.ToLower(name)) || f.taken[key] {
		sum := sha256.Sum256([]byte(region))
		folder = filepath.Join(above, strings.TrimPrefix(name+"-"+hex.EncodeToString(sum[:4]), "-"))
	}
	f.taken[strings.ToLower(folder)] = true
	f.of[region] = folder
	return folder
}
