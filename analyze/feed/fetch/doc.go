// Package fetch gets a list from where its source publishes it: over https or
// http, through a proxy or not, or from a file.
//
// It trusts nothing that comes: bytes are limited before and after unpacking,
// one limit of time holds for everything together, certificates are always
// verified, redirects are few and never lead out of TLS, and a body that ends
// early or is a web page is refused. What may be different in a moment is tried
// again, a few times; what will be the same is told at once.
//
// Of a URL only scheme and host are ever told: passwords and tokens stand in any
// other part of it. For the same reason another host than the first is sent
// neither the headers that were configured nor a Referer.
package fetch
