package main

import (
	"fmt"
	"hash/fnv"
	"path/filepath"
	"strings"
)

// stateFile is where a collector keeps templates, sampling rates and numberings:
// one file for each place to listen, so that it finds its own again, and that no
// two collectors write the same one. All of them are read at the start.
func stateFile(folder, lake string, listen []string) string {
	if folder == "" {
		folder = filepath.Join(lake, "state")
	}
	places := fnv.New32a()
	_, _ = places.Write([]byte(strings.Join(listen, " "))) // a hash never fails
	return filepath.Join(folder, fmt.Sprintf("exporters-%s-%08x.json", hostname(), places.Sum32()))
}
