package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// client asks for one source.
type client struct {
	*Source
	url    *url.URL
	header http.Header    // with the authorization
	http   http.Transport // and no http.Client: where it fails, it tells URLs
}

// connectTime is how long a connection may take, so that one that is silently
// dropped leaves time for another.
const connectTime = 15 * time.Second

func (s *Source) client(u *url.URL) (*client, error) {
	withDefaults := *s
	if s.Pause == nil {
		withDefaults.Pause = sleep
	}
	c := &client{Source: &withDefaults, url: u, header: s.Header.Clone()}
	if c.header == nil {
		c.header = http.Header{}
	}
	if s.AuthorizationFile != "" {
		value, err := readAuthorization(s.AuthorizationFile)
		if err != nil {
			return nil, err
		}
		c.header.Set("Authorization", value)
	}
	proxy, err := s.proxy()
	if err != nil {
		return nil, err
	}
	roots, err := s.roots()
	if err != nil {
		return nil, err
	}
	c.http = http.Transport{
		Proxy:                  proxy,
		DialContext:            (&net.Dialer{Timeout: connectTime}).DialContext,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots},
		TLSHandshakeTimeout:    connectTime,
		ForceAttemptHTTP2:      true,
		DisableCompression:     true, // both sizes are ours to watch
		MaxResponseHeaderBytes: 64 << 10,
	}
	return c, nil
}

func (s *Source) proxy() (func(*http.Request) (*url.URL, error), error) {
	switch u, err := ParseProxy(s.Proxy); {
	case err != nil:
		return nil, fmt.Errorf("the proxy %w", err)
	case u != nil:
		return http.ProxyURL(u), nil
	case s.Proxy == Direct:
		return nil, nil
	}
	return http.ProxyFromEnvironment, nil
}

func (s *Source) roots() (*x509.CertPool, error) {
	if s.CAFile == "" {
		return nil, nil
	}
	text, err := os.ReadFile(s.CAFile)
	if err != nil {
		return nil, fmt.Errorf("ca_file: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("ca_file %s: has no certificate in PEM", s.CAFile)
	}
	return pool, nil
}

// maxAuthorization is more than any token has.
const maxAuthorization = 16 << 10

func readAuthorization(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("authorization_file: %w", err)
	}
	value := strings.TrimSpace(string(text))
	if value == "" || len(value) > maxAuthorization || !CheckHeader("Authorization", value) {
		return "", fmt.Errorf("authorization_file %s: want one line, such as 'Bearer TOKEN'", path)
	}
	return value, nil
}

// CheckHeader says whether a header can be sent.
func CheckHeader(name, value string) bool {
	wrong := func(r rune) bool { return r != '-' && r != '_' && !isLetterOrDigit(r) }
	return name != "" && !strings.ContainsFunc(name, wrong) &&
		!strings.ContainsFunc(value, func(r rune) bool { return (r < ' ' && r != '\t') || r == 0x7f })
}

func isLetterOrDigit(r rune) bool {
	return (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z') || (r >= '0' && r <= '9')
}

// send sends one request. Next is where its response sends on to.
func (c *client) send(ctx context.Context, at *url.URL, known Validators) (answer Answer, next *url.URL, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err != nil {
		return Answer{}, nil, errors.New("redirects to what is no URL: look where the list has moved")
	}
	if at.Host == c.url.Host {
		request.Header = c.header.Clone()
	}
	request.Header.Set("User-Agent", c.UserAgent)
	request.Header.Set("Accept-Encoding", "gzip")
	if known.ETag != "" {
		request.Header.Set("If-None-Match", known.ETag)
	}
	if known.LastModified != "" {
		request.Header.Set("If-Modified-Since", known.LastModified)
	}
	if password, _ := at.User.Password(); at.User != nil && request.Header.Get("Authorization") == "" {
		request.SetBasicAuth(at.User.Username(), password)
	}
	resp, err := c.http.RoundTrip(request)
	if err != nil {
		return Answer{}, nil, plainError(err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	if next, err = redirect(resp, at); err != nil || next != nil {
		return Answer{}, next, err
	}
	answer = Answer{Validators: Validators{ETag: resp.Header.Get("ETag"), LastModified: resp.Header.Get("Last-Modified")}}
	switch resp.StatusCode {
	case http.StatusOK:
		answer.Data, err = c.body(resp)
	case http.StatusNotModified:
		if answer.NotModified = known != (Validators{}); !answer.NotModified {
			err = errors.New("answers 304 Not Modified, though it was not asked whether: the server, or a cache before it, is at fault")
		}
	default:
		err = refusal(resp)
	}
	return answer, nil, err
}

// plainError tells what stays from what may pass.
func plainError(err error) error {
	var (
		certificate *tls.CertificateVerificationError
		alert       tls.AlertError
		record      tls.RecordHeaderError
		lookup      *net.DNSError
	)
	switch {
	case errors.As(err, &certificate):
		return fmt.Errorf("%w: if its authority is one of your own, name its certificate in ca_file", certificate.Err)
	case errors.As(err, &alert):
		return fmt.Errorf("%w: it takes TLS 1.2 or later", err)
	case errors.As(err, &record):
		return errors.New("does not speak TLS: is it an http address?")
	case errors.As(err, &lookup) && lookup.IsNotFound:
		return err
	}
	return transient(err)
}

// refusal is what a status means.
func refusal(resp *http.Response) error {
	err := errors.New("answers " + status(resp))
	switch resp.StatusCode {
	case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
		http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		seconds, _ := strconv.ParseUint(resp.Header.Get("Retry-After"), 10, 16)
		return &transientError{err, time.Duration(seconds) * time.Second} //nolint:gosec // 16 bits
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Errorf("%w: it wants credentials, or others: see authorization_file", err)
	case http.StatusNotFound, http.StatusGone:
		return fmt.Errorf("%w: the list is not there, or no longer: look at the url", err)
	case http.StatusProxyAuthRequired:
		return fmt.Errorf("%w: the proxy wants credentials: write them into the URL of the proxy", err)
	}
	return fmt.Errorf("%w, and no list", err)
}

// status is a status in known words: those of the server may be anything.
func status(resp *http.Response) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", resp.StatusCode, http.StatusText(resp.StatusCode)))
}
