package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"time"
)

// Source is where a list is, and how it is asked for.
type Source struct {
	URL               string
	CAFile            string        // certificates (PEM) of the authorities to trust; empty = the system's
	Proxy             string        // URL; empty = as the environment says, Direct = none
	Header            http.Header   // sent to the host of the URL, and to no other
	AuthorizationFile string        // holds the value of the header Authorization
	UserAgent         string        //
	Timeout           time.Duration // of everything together
	MaxBytes          int64         // of the body, packed and unpacked

	// Pause waits between two tries; nil = sleep.
	Pause func(context.Context, time.Duration) error
}

// Validators are what a server knows a state of its list by.
type Validators struct {
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"last_modified,omitempty"`
}

// Answer is a list, or that it is still as the validators say.
type Answer struct {
	Data        []byte
	NotModified bool
	Validators
	Written time.Time // when a file was; zero for what a server sent
}

// A try fails for a moment or for good: three tell which, and are over in the
// time in which a server is restarted.
const tries = 3

var pauses = [tries - 1]time.Duration{2 * time.Second, 8 * time.Second}

// Get asks for the list, unless it is still as known says. An error tells scheme
// and host, and what to do.
func (s *Source) Get(ctx context.Context, known Validators) (Answer, error) {
	u, err := ParseURL(s.URL)
	if err != nil {
		return Answer{}, fmt.Errorf("the url %w", err)
	}
	if u.Scheme == "file" {
		return s.readFile(u.Path)
	}
	c, err := s.client(u)
	if err != nil {
		return Answer{}, err
	}
	defer c.http.CloseIdleConnections()
	limited, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	answer, err := c.ask(limited, known)
	switch {
	case err == nil:
		return answer, nil
	case ctx.Err() != nil:
		return Answer{}, ctx.Err()
	case limited.Err() != nil:
		return Answer{}, fmt.Errorf("%s: took longer than %s (timeout): %w", Place(u), s.Timeout, err)
	}
	return Answer{}, fmt.Errorf("%s: %w", Place(u), err)
}

// ask tries until there is an answer, or an error that stays.
func (c *client) ask(ctx context.Context, known Validators) (Answer, error) {
	for try := 1; ; try++ {
		answer, err := c.try(ctx, known)
		var transient *transientError
		if err == nil || ctx.Err() != nil || !errors.As(err, &transient) {
			return answer, err
		}
		if try == tries {
			return Answer{}, fmt.Errorf("%w (tried %d times)", err, tries)
		}
		pause := max(pauses[try-1], transient.after)
		if end, ok := ctx.Deadline(); ok && pause > time.Until(end) {
			return Answer{}, fmt.Errorf("%w (no time for another try)", err)
		}
		if err := c.Pause(ctx, pause); err != nil {
			return Answer{}, err
		}
	}
}

// transientError is one that may be none in a moment.
type transientError struct {
	error
	after time.Duration // when the server wants to be asked again
}

func (e *transientError) Unwrap() error { return e.error }

func transient(err error) error { return &transientError{error: err} }

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// maxRedirects is more than any mirror needs.
const maxRedirects = 5

// try asks once, and follows where it is sent.
func (c *client) try(ctx context.Context, known Validators) (Answer, error) {
	at := c.url
	for range maxRedirects + 1 {
		answer, next, err := c.send(ctx, at, known)
		if err != nil && at != c.url {
			err = fmt.Errorf("sent on to %s: %w", Place(at), err)
		}
		if err != nil || next == nil {
			return answer, err
		}
		at = next
	}
	return Answer{}, fmt.Errorf("redirects more than %d times: look where the list has moved", maxRedirects)
}

// redirect is where a response sends on to; nil if it does not.
func redirect(resp *http.Response, from *url.URL) (*url.URL, error) {
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return nil, nil
	}
	to, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || resp.Header.Get("Location") == "" {
		return nil, fmt.Errorf("answers %s without saying where to: look where the list has moved", status(resp))
	}
	to = from.ResolveReference(to)
	switch {
	case (to.Scheme != "http" && to.Scheme != "https") || to.Hostname() == "":
		return nil, fmt.Errorf("redirects to %q, which is no web address: look where the list has moved", to.Scheme)
	case from.Scheme == "https" && to.Scheme == "http":
		return nil, fmt.Errorf("redirects from https to %s, where anybody on the way could change the list: look where it has moved", Place(to))
	}
	return to, nil
}

// readFile reads a list of this machine.
func (s *Source) readFile(path string) (answer Answer, err error) {
	f, err := os.Open(path)
	if err != nil {
		return Answer{}, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return Answer{}, err
	}
	if !info.Mode().IsRegular() {
		return Answer{}, fmt.Errorf("%s is no file", path)
	}
	data, err := s.readAll(f)
	if err != nil {
		return Answer{}, fmt.Errorf("%s: %w", path, err)
	}
	return Answer{Data: data, Written: info.ModTime()}, nil
}
