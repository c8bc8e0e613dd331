package pool

// Coin is a currency and the ports that its pools like.
type Coin struct {
	Name      string
	Algorithm string
	Ports     []uint16
}

// Coins are the currencies of the made-up pools.
var Coins = []Coin{
	{"XMR", "randomx", []uint16{3333, 5555, 7777, 14444, 45700}},
	{"BTC", "sha256d", []uint16{3333, 1800, 5050, 3334}},
	{"ETC", "etchash", []uint16{1010, 4444, 9999, 19999}},
	{"LTC", "scrypt", []uint16{3333, 5050, 8888}},
	{"RVN", "kawpow", []uint16{6060, 3333, 12222}},
	{"ZEC", "equihash", []uint16{6666, 3357, 2142}},
	{"KAS", "kheavyhash", []uint16{1206, 5555}},
	{"DOGE", "scrypt", []uint16{5222, 8057}},
}

// webPorts are the ports that carry Stratum to pass firewalls.
var webPorts = []uint16{443, 443, 443, 80, 8080, 8443, 81}

// Names of the pools, in front of .example (RFC 2606).
var poolNames = []string{
	"aurora", "basalt", "cobalt", "delta-nine", "ember", "foxglove", "granite", "harbour", "indigo", "juniper",
	"kestrel", "lantern", "meridian", "nimbus", "obsidian", "pinewood", "quartz", "redwood", "sable", "tundra",
	"umbra", "verdant", "willow", "xylem", "yarrow", "zephyr", "amberpool", "bluehash", "coldstone", "deepcore",
	"eastwind", "fairshare", "goldleaf", "hashmill", "ironworks", "jetstream", "keystone", "longhaul", "moonpit", "northpit",
}
