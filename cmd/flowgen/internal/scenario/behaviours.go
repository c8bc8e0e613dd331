package scenario

import "minewatch/cmd/flowgen/internal/network"

// Class is what a planted host is.
type Class string

// A decoy looks like a miner in some way and is none, or is excused.
const (
	Miner Class = "miner"
	Decoy Class = "decoy"
)

// behaviour is one kind of planted host.
type behaviour struct {
	name     string
	class    Class
	expected string   // grades that are right, "-" = not listed at all
	sites    []string // where to plant: one host each
	small    int      // how many of them in a small week
	plant    func(*host)
	note     string
}

var behaviours = []behaviour{
	{"steady", Miner, "A", []string{network.Metro, network.Edge, network.Backbone, network.Campus, network.Backbone, network.Campus, network.Metro, network.Edge, network.Backbone, network.Campus}, 10, steady, "day and night, one endpoint"},
	{"night-only", Miner, "A", []string{network.Metro, network.Backbone, network.Edge}, 3, nightOnly, "22:00 to 06:00"},
	{"weekdays-only", Miner, "A", []string{network.Edge, network.Campus, network.Metro}, 3, weekdaysOnly, "office hours, Monday to Friday"},
	{"fail-over", Miner, "A", []string{network.Edge, network.Backbone, network.Metro}, 2, failOver, "two or three endpoints of one pool"},
	{"dev-fee", Miner, "A", []string{network.Metro, network.Edge}, 1, devFee, "1-2% of the time at another pool of the same coin"},
	{"nat-farm", Miner, "A", []string{network.Edge, network.Backbone}, 2, natFarm, "20 connections of one NAT address to one endpoint"},
	{"sampled-weak", Miner, "A|B", []string{network.Backbone, network.Campus, network.Backbone, network.Campus, network.Backbone}, 3, weak, "a few sampled packets a day"},
	{"ipv6", Miner, "A", []string{network.Edge, network.Edge}, 1, overIPv6, "IPv6 on both sides"},
	{"dedicated-443", Miner, "B", []string{network.Edge, network.Metro}, 2, dedicated443, "Stratum on port 443 of a dedicated address"},
	{"new-midweek", Miner, "A", []string{network.Edge, network.Metro}, 1, newMidweek, "starts on Thursday"},
	{"one-day-3h", Miner, "B", []string{network.Live + "1", network.Metro}, 2, oneDay, "3 hours of one day"},
	{"twenty-minutes", Miner, "B", []string{network.Core, network.Live + "2"}, 1, twentyMinutes, "20 minutes, once"},
	{"two-minutes", Miner, "C", []string{network.Edge, network.Live + "3"}, 1, twoMinutes, "a test of 2 minutes"},
	{"two-exporters", Miner, "A", []string{network.Core, network.Core}, 1, twoExporters, "both core routers export every flow"},
	{"exclusion-expired", Miner, "A", []string{network.Backbone}, 1, exclusionExpired, "its research exclusion ended before the week"},
	{"nat-many", Miner, "A", []string{network.Metro, network.Edge}, 1, natMany, "15 rigs of one NAT address, each at another endpoint, five hours of three days"},
	{"pool-hopper", Miner, "A", []string{network.Edge, network.Metro}, 1, poolHopper, "another pool every four hours"},
	{"flapping", Miner, "A", []string{network.Metro, network.Edge}, 1, flapping, "a minute of mining every ten minutes: the connection does not hold"},
	{"late-learnt", Miner, "A", []string{network.Edge, network.Metro}, 1, lateLearnt, "the feed knows the endpoint from Thursday on"},
	{"one-way", Miner, "A", []string{network.Transit, network.Transit, network.Transit}, 1, oneWay, "the router sees what leaves only"},
	{"clock-off", Miner, "A", []string{network.County, network.County, network.County}, 1, clockOff, "the router's clock is eight hours ahead"},
	{"lunch-hour", Miner, "B", []string{network.Metro, network.Edge}, 1, lunchHour, "45 minutes on each weekday"},
	{"behind-cdn", Miner, "C", []string{network.Edge}, 1, behindCDN, "Stratum through the TCP proxy of a CDN"},
	{"address-only-8h", Miner, "B", []string{network.Metro, network.Edge}, 1, addressOnlyMining, "the feed has no port; 8 hours on port 3333"},

	{"prober", Decoy, "X", []string{network.Metro, network.Edge}, 2, prober, "bursts over 83-206 pool endpoints each night"},
	{"slow-scanner", Decoy, "X", []string{network.Core}, 1, slowScanner, "20 pool endpoints an hour, six hours a night"},
	{"pool-web", Decoy, "C|X|-", []string{network.Core, network.Metro, network.Edge, network.Live + "1", network.Core}, 4, poolWeb, "looks at pool web pages"},
	{"dashboard", Decoy, "C|X|-", []string{network.Metro, network.Edge}, 2, dashboard, "20 minutes of an open dashboard on 443"},
	{"cdn-shared", Decoy, "C|X|-", []string{network.Edge, network.Metro, network.Core, network.Edge}, 2, cdnShared, "busy applications on an address that a CDN shares with a pool"},
	{"p2p-node", Decoy, "C|X|-", []string{network.Edge, network.Metro, network.Core}, 3, p2pNode, "a full node; some of its peers are in the feed"},
	{"expired-endpoint", Decoy, "C|X|-", []string{network.Edge, network.Metro, network.Edge, network.Metro}, 2, expiredEndpoint, "the feed saw a pool there 120 days ago"},
	{"research", Decoy, "X", []string{network.Edge}, 1, research, "mines with permission: registered exclusion"},
	{"scan-out", Decoy, "C|X|-", []string{network.Metro}, 1, scanOut, "SYN to pool endpoints, no answers"},
	{"scan-in", Decoy, "C|X|-", []string{network.Metro, network.Core, network.Edge}, 2, scanIn, "SYN and backscatter from pool addresses, no answers"},
	{"low-confidence", Decoy, "C", []string{network.Edge, network.Metro}, 2, lowConfidence, "long contact with an endpoint of confidence 40-74"},
	{"address-only-web", Decoy, "C|X", []string{network.Edge, network.Core}, 2, addressOnlyWeb, "the feed has no port; busy on 443"},
	{"dashboard-all-day", Decoy, "C|X|-", []string{network.Metro, network.Edge}, 1, dashboardAllDay, "a dashboard stays open from nine to six"},
	{"cdn-messaging", Decoy, "C|X|-", []string{network.Edge, network.Metro}, 1, cdnMessaging, "an idle connection to a CDN's TCP proxy on 3333, as slow as a miner"},
	{"p2p-idle", Decoy, "C|X|-", []string{network.Metro, network.Core}, 1, p2pIdle, "an idle peer of a coin node, as slow as a miner"},
	{"other-port", Decoy, "C|X|-", []string{network.Edge, network.Core}, 1, otherPort, "a game on a pool's address, on a port that the feed does not list"},
	{"just-expired", Decoy, "C|X|-", []string{network.Metro, network.Edge}, 1, justExpired, "the feed saw a pool there 45 days ago; somebody else's idle service since"},
	{"sinkhole", Decoy, "X", []string{network.Edge, network.County}, 1, sinkhole, "a bot that asks for its pool at a sinkhole, every 15 minutes"},
	{"nat-web", Decoy, "C|X|-", []string{network.Metro}, 1, natWeb, "a NAT gateway: many users look at pool web pages"},
	{"ack-scan", Decoy, "C|X|-", []string{network.Backbone, network.Metro}, 2, ackScan, "ACK to pool endpoints, each refused"},
}

// Classes tells what the hosts of each behaviour are.
func Classes() map[string]Class {
	classes := map[string]Class{}
	for i := range behaviours {
		classes[behaviours[i].name] = behaviours[i].class
	}
	return classes
}

// Names lists the behaviours in the order of the table.
func Names() []string {
	names := make([]string, len(behaviours))
	for i := range behaviours {
		names[i] = behaviours[i].name
	}
	return names
}
