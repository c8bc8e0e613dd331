// Package resolve asks the operator's resolvers which addresses the names of
// feeds have.
//
//	names of the feeds, what was answered before -> questions that are due (plan.go)
//	    -> the resolvers, no faster than allowed (ask.go, exchange.go)
//	    -> what an answer says (message.go) -> answers, kept until they are a
//	       version (pending.go)
//
// Nobody is spoken to but the resolvers that the caller names: no packet goes
// to an address that was answered, and none to the servers of a name.
package resolve
