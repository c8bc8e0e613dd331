// Package province makes up a province: eleven cities, their counties, some two
// hundred units and the address ranges that each of them owns.
//
// All names are invented. Addresses are private (10.0.0.0/8), shared
// (100.64.0.0/10) and documentation space (2001:db8:1000::/36).
//
// One city is in nobody's ledger: its hosts mine and browse as all others do,
// but no row says who they are.
package province
