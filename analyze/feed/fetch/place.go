package fetch

import (
	"errors"
	"net/url"
	"path/filepath"
	"slices"
)

// Direct is the proxy that is none, whatever the environment says.
const Direct = "none"

// ParseURL reads where a list is. Its errors do not repeat the URL, which may
// have a password in it.
func ParseURL(text string) (*url.URL, error) {
	const want = "want one such as https://lists.example/pools.csv or file:///srv/lists/pools.csv"
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return nil, errors.New("is no URL: " + want)
	case u.Scheme == "file":
		if u.Host != "" || !filepath.IsAbs(u.Path) || u.RawQuery != "" {
			return nil, errors.New("does not name a file of this machine by its whole path: want one such as file:///srv/lists/pools.csv")
		}
	case u.Scheme != "https" && u.Scheme != "http":
		return nil, errors.New("is neither https, http nor file: " + want)
	case u.Hostname() == "":
		return nil, errors.New("has no host: " + want)
	}
	return u, nil
}

// ParseProxy reads the URL of a proxy; nil is the one of the environment, if
// any, or none for Direct.
func ParseProxy(text string) (*url.URL, error) {
	if text == "" || text == Direct {
		return nil, nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme) {
		return nil, errors.New("is no proxy: want http, https or socks5, such as http://proxy.example:3128, or " + Direct)
	}
	return u, nil
}

// Place is what may be told of a URL: scheme and host, or the path of a file.
func Place(u *url.URL) string {
	if u.Scheme == "file" {
		return u.Path
	}
	return u.Scheme + "://" + u.Host
}
