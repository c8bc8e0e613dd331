package upkeep

import "path/filepath"

// unfinishedImports are the prefixes of the files that an interrupted import
// left: the next import of the same bytes replaces them, which it could not do
// once they are merged. (A collector's files are final as soon
// as they are visible: see lake.Segment.)
//
// It is called after the files were listed: a finished import's mark is gone.
func unfinishedImports(lake string) ([]string, error) {
	marks, err := filepath.Glob(filepath.Join(lake, "manifests", "import", "*.unfinished"))
	if err != nil {
		return nil, err
	}
	var prefixes []string
	for _, mark := range marks {
		// Files are named by the first 16 digits of the input's hash.
		if name := filepath.Base(mark); len(name) > 16 {
			prefixes = append(prefixes, "import-"+name[:16]+"-")
		}
	}
	return prefixes, nil
}
