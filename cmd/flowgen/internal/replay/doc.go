// Package replay sends the datagrams of flowgen's captures to a collector, each
// exporter from an address of its own, at a rate that a default receive buffer
// can hold.
package replay
