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
	above := ""
	if city, _, isCounty := strings.Cut(region, "/"); isCounty {
		above = f.Of(city)
	}
	name, hashed := namesOfRegion(region)
	folder := filepath.Join(above, name)
	if key := strings.ToLower(folder); slices.Contains(partsOfReport, strings.ToLower(name)) || f.taken[key] {
		folder = filepath.Join(above, hashed)
	}
	f.taken[strings.ToLower(folder)] = true
	f.of[region] = folder
	return folder
}

// namesOfRegion are the names that a region's folder may have: its plain one, and the
// one for where that is taken.
func namesOfRegion(region string) (plain, hashed string) {
	name := region
	if _, county, isCounty := strings.Cut(region, "/"); isCounty {
		name = county
	}
	runes := []rune(safeName(name))
	plain = string(runes[:min(len(runes), longestName)])
	sum := sha256.Sum256([]byte(region))
	return plain, strings.TrimPrefix(plain+"-"+hex.EncodeToString(sum[:4]), "-")
}
