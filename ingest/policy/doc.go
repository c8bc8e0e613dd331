// Package policy says whose flow exports are taken, and how each exporter is
// treated: what rate counts where it says none or a wrong one, whose clock to
// believe, and which of its interfaces lead out of the observed network.
//
// A Policy is fixed once it is made. Whoever receives holds a Live one, which
// can be exchanged at any moment without stopping anything: the next datagram
// is treated by the new policy.
package policy
