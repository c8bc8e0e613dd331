package feed

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"

	"minewatch/analyze/feed/fetch"
)

// remembered is what a server said of the list that was fetched last, in a file
// beside the versions. Nothing rests on it: without it, the list is downloaded
// once more.
type remembered struct {
	Asked  string `json:"asked"`  // hash of the URL and of how the list is read
	SHA256 string `json:"sha256"` // of the list
	fetch.Validators
}

func (r *Remote) memory(lakeDir string) string {
	folder := "feeds"
	if r.Negative != "" {
		folder = "negatives"
	}
	return filepath.Join(lakeDir, folder, ".fetched", r.Name+".json")
}

// recall returns what to ask the server with: nothing, unless the list that it
// said this of is the newest version, and would be asked for and read as then.
func (r *Remote) recall(lakeDir string, newest *Version) fetch.Validators {
	text, err := os.ReadFile(r.memory(lakeDir))
	if err != nil || newest == nil {
		return fetch.Validators{}
	}
	var m remembered
	if json.Unmarshal(text, &m) != nil || m.Asked != r.asked() || m.SHA256 != newest.SHA256 || !maps.Equal(newest.Settings, r.settings()) {
		return fetch.Validators{}
	}
	if !fetch.CheckHeader("ETag", m.ETag) || !fetch.CheckHeader("Last-Modified", m.LastModified) {
		return fetch.Validators{}
	}
	return m.Validators
}

// remember replaces the file as a whole.
func (r *Remote) remember(lakeDir string, data []byte, v fetch.Validators) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("it will be downloaded again next time: %w", err)
		}
	}()
	path := r.memory(lakeDir)
	hash := sha256.Sum256(data)
	text, err := json.Marshal(remembered{r.asked(), hex.EncodeToString(hash[:]), v})
	if err != nil {
		return err
	}
	if old, err := os.ReadFile(path); err == nil && string(old) == string(text) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+r.Name+"-*")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Chmod(0o640), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// asked changes when another URL is asked, or what comes is read in another
// way. A password is not in it: it says who asks, not for what, and could be
// guessed from a hash.
func (r *Remote) asked() string {
	h := sha256.New()
	if u, err := url.Parse(r.URL); err == nil {
		u.User = nil
		_, _ = fmt.Fprintf(h, "%s\n", u)
	}
	settings := r.settings()
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		_, _ = fmt.Fprintf(h, "%s=%q\n", name, settings[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}
