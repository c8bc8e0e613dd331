package feed_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"minewatch/analyze/feed"
)

// TestRealFeeds imports real lists. The figures were counted by an
// independent program, with another language's address library.
func TestRealFeeds(t *testing.T) {
	folder := os.Getenv("MINEWATCH_SHARED")
	if folder == "" {
		t.Skip("MINEWATCH_SHARED names no folder with real feeds")
	}
	for _, test := range []struct {
		file                                   string
		read, kept, names, duplicates, refused int
	}{
		{"adamyoung_blockchain_node_candidates_NOT_POOLS.csv", 679, 679, 0, 0, 0},
		{"adamyoung_ip_pool_endpoint_candidates.csv", 2, 2, 0, 0, 0},
		{"adamyoung_mining_pool_domains_20260421.csv", 1230, 11, 1155, 57, 7}, // refused: loopback, 0.0.0.0, .onion
		{"andoniaf_mining-pools_IP.lst", 678, 678, 0, 0, 0},
		{"coinblocker_MiningServerIPList_20180603.txt", 1026, 1026, 0, 0, 0},
		{"coinblocker_white_list_IPs.txt", 15, 15, 0, 0, 0},
		{"decrypto_rules_list_cato.txt", 858, 4, 853, 0, 1},
		{"hrdina_pools-IP_20180919.csv", 2052, 1627, 0, 424, 1}, // refused: 127.0.0.9
		{"maltrail_cdn_ranges.txt", 696, 642, 0, 0, 54},         // refused: too wide, host bits
		{"maltrail_crypto_mining.txt", 1185, 734, 386, 64, 1},   // refused: a page
		{"minerchk_ip-only.txt", 154, 121, 0, 33, 0},
		{"nemea_default_blacklisted_ip.txt", 31, 31, 0, 0, 0},
		{"pool_feed_normalized.csv", 1867, 1866, 0, 1, 0},
		{"smashed_20180513_all.csv", 2204, 1101, 0, 1103, 0}, // each endpoint was probed in two ways
		// Names only.
		{"andoniaf_mining-pools.lst", 773, 0, 772, 0, 1}, // refused: a page
		{"cryptoioc_pools.csv", 122, 0, 122, 0, 0},
		{"decrypto_rules_list_custom.txt", 219, 0, 212, 3, 4}, // 85 lines, several ports in most; refused: pages
		{"hrdina_pools-name_20180919.csv", 826, 0, 825, 0, 1}, // refused: a page
		{"minerchk_minerlist-all.txt", 152, 0, 37, 115, 0},    // each name once for each of its addresses
		// Rules that look into packets, and rules of another kind.
		{"et_emerging-coinminer_20250801.rules", 25, 0, 0, 0, 25},
		{"sigma_zeek_dns_mining_pools.yml", 0, 0, 0, 0, 0}, // the file is refused as a whole
		{"sigma_net_connection_win_domain_crypto_mining_pools.yml", 0, 0, 0, 0, 0},
	} {
		t.Run(test.file, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(folder, "feeds", test.file))
			if err != nil {
				t.Fatal(err)
			}
			result, err := feed.Import(t.TempDir(), feed.Input{File: test.file, Data: data}, feed.Options{Now: func() time.Time { return noon }})
			if (err == nil) != (test.kept+test.names > 0) {
				t.Errorf("Import: %v", err)
			}
			want := [5]int{test.read, test.kept, test.names, test.duplicates, test.refused}
			if got := [5]int{result.Read, result.Kept, result.Names, result.Duplicates, len(result.Rejects)}; got != want {
				t.Errorf("read, kept, names, duplicates, refused = %v, want %v", got, want)
			}
		})
	}
}

// TestRealFeedMeaning checks on the merged feed that its words became ours.
func TestRealFeedMeaning(t *testing.T) {
	folder := os.Getenv("MINEWATCH_SHARED")
	if folder == "" {
		t.Skip("MINEWATCH_SHARED names no folder with real feeds")
	}
	data, err := os.ReadFile(filepath.Join(folder, "feeds", "pool_feed_normalized.csv"))
	if err != nil {
		t.Fatal(err)
	}
	list, _, err := feed.Parse(feed.Input{File: "pool_feed_normalized.csv", Data: data}, options())
	if err != nil {
		t.Fatal(err)
	}
	entries := list.Entries
	evidence, seeds := map[feed.Evidence]int{}, 0
	for i := range entries {
		evidence[entries[i].Evidence]++
		if entries[i].Port == 8333 && entries[i].Role == feed.P2P && entries[i].Confidence == 10 {
			seeds++
		}
	}
	if evidence[feed.Other] != 0 || evidence[feed.ProbeUp] != 679 || evidence[feed.P2PSeed] != 62 || seeds != 62 {
		t.Errorf("evidence %v, %d bitcoin seeds with the role p2p", evidence, seeds)
	}
}

// TestRealNegatives imports the negative lists, and counts what they mark of
// the merged feed with a loop over all of both.
func TestRealNegatives(t *testing.T) {
	folder := os.Getenv("MINEWATCH_SHARED")
	if folder == "" {
		t.Skip("MINEWATCH_SHARED names no folder with real feeds")
	}
	pools, err := os.ReadFile(filepath.Join(folder, "feeds", "hrdina_pools-IP_20180919.csv"))
	if err != nil {
		t.Fatal(err)
	}
	list, _, err := feed.Parse(feed.Input{File: "pools.csv", Data: pools}, options())
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		file                        string
		kind                        feed.Kind
		read, kept, refused, marked int
	}{
		{"warninglists/akamai.json", "cdn", 268, 268, 0, 0},
		{"warninglists/cloudflare.json", "cdn", 22, 22, 0, 212},
		{"warninglists/fastly.json", "cdn", 21, 21, 0, 2},
		{"warninglists/sinkholes.json", "sinkhole", 107, 107, 0, 1},
		{"warninglists/vpn-ipv4.json", "vpn", 42426, 42426, 0, 782},                     // data centres among them, where most pools are
		{"warninglists/common-ioc-false-positive.json", "false_positive", 69, 0, 69, 0}, // hashes
		{"maltrail_cdn_ranges.txt", "cdn", 696, 668, 28, 259},                           // of 1,248: the fifth that the list's readers complained of
		{"coinblocker_white_list_IPs.txt", "false_positive", 15, 15, 0, 2},
		{"adamyoung_blockchain_node_candidates_NOT_POOLS.csv", "p2p", 679, 679, 0, 0},
	} {
		t.Run(test.file, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(folder, "feeds", test.file))
			if err != nil {
				t.Fatal(err)
			}
			o := lax()
			o.Name, o.Negative = "n", test.kind
			negative, tally, err := feed.Parse(feed.Input{File: test.file, Data: data}, o)
			if err != nil && tally.Kept > 0 {
				t.Fatal(err)
			}
			marked := map[string]bool{}
			for i := range list.Entries {
				for j := range negative.Entries {
					if negative.Entries[j].Range.Covers(list.Entries[i].Range) {
						marked[list.Entries[i].Range.String()] = true
					}
				}
			}
			want := [4]int{test.read, test.kept, test.refused, test.marked}
			if got := [4]int{tally.Read, tally.Kept, len(tally.Rejects), len(marked)}; got != want {
				t.Errorf("read, kept, refused, marked = %v, want %v", got, want)
			}
		})
	}
}
