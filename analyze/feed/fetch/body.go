package fetch

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// errTooLarge is for a body of which nothing is kept.
var errTooLarge = errors.New("is larger")

// readAll reads no more than the limit, and a byte to tell that there is more.
func (s *Source) readAll(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, s.MaxBytes+1))
	if int64(len(data)) > s.MaxBytes {
		return nil, fmt.Errorf("%w than %d bytes (max_bytes): is it the right file?", errTooLarge, s.MaxBytes)
	}
	return data, err
}

// body reads a response whole, unpacked as its header says. A list that is
// itself a packed file stays one.
func (s *Source) body(resp *http.Response) ([]byte, error) {
	received := &counter{r: resp.Body}
	data, err := s.readAll(received)
	switch {
	case errors.Is(err, errTooLarge):
		return nil, err
	case err != nil && resp.ContentLength > 0:
		return nil, transient(fmt.Errorf("ended after %d of %d bytes: %w", received.n, resp.ContentLength, err))
	case err != nil:
		return nil, transient(fmt.Errorf("ended after %d bytes: %w", received.n, err))
	}
	switch encoding := strings.ToLower(resp.Header.Get("Content-Encoding")); encoding {
	case "", "identity":
	case "gzip", "x-gzip":
		if data, err = s.gunzip(data); err != nil {
			return nil, err
		}
	default:
		return nil, fmt.Errorf("is packed as %.20q, which was not asked for", encoding)
	}
	if isPage(data) {
		return nil, errors.New("answers with a web page, not with a list: it wants a login, or the list has moved")
	}
	return data, nil
}

// counter counts what was read.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

func (s *Source) gunzip(data []byte) ([]byte, error) {
	in, err := gzip.NewReader(bytes.NewReader(data))
	if err == nil {
		data, err = s.readAll(in)
	}
	switch {
	case errors.Is(err, errTooLarge):
		return nil, fmt.Errorf("unpacked, %w", err)
	case err != nil:
		return nil, transient(fmt.Errorf("is damaged gzip: %w", err))
	}
	return data, nil
}

// isPage tells HTML and XML, with which no list begins.
func isPage(data []byte) bool {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	data = bytes.TrimSpace(data[:min(len(data), 4096)])
	return len(data) > 0 && data[0] == '<'
}
