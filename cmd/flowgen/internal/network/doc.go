// Package network is the province's routers: who sees which city, and how a
// router's flow cache cuts the packets of a connection into flow records.
//
// The cutting decides what an analysis sees. With an active timeout of 60 s and
// an inactive one of 15 s a connection that is quiet for half a minute at a time
// becomes a stream of one-packet records without duration, so the sum of record
// durations is close to nothing while the connection lives for days.
package network
