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
		file                                     string
		read, kept, duplicates, domains, refused int
	}{
		{"adamyoung_blockchain_node_candidates_NOT_POOLS.csv", 679, 679, 0, 0, 0},
		{"adamyoung_ip_pool_endpoint_candidates.csv", 2, 2, 0, 0, 0},
		{"adamyoung_mining_pool_domains_20260421.csv", 1230, 11, 0, 1213, 6}, // refused: loopback and 0.0.0.0
		{"andoniaf_mining-pools_IP.lst", 678, 678, 0, 0, 0},
		{"coinblocker_MiningServerIPList_20180603.txt", 1026, 1026, 0, 0, 0},
		{"coinblocker_white_list_IPs.txt", 15, 15, 0, 0, 0},
		{"decrypto_rules_list_cato.txt", 858, 4, 0, 853, 1},
		{"hrdina_pools-IP_20180919.csv", 2052, 1627, 424, 0, 1}, // refused: 127.0.0.9
		{"maltrail_cdn_ranges.txt", 696, 642, 0, 0, 54},         // refused: too wide, host bits
		{"maltrail_crypto_mining.txt", 1185, 734, 5, 446, 0},
		{"minerchk_ip-only.txt", 154, 121, 33, 0, 0},
		{"nemea_default_blacklisted_ip.txt", 31, 31, 0, 0, 0},
		{"pool_feed_normalized.csv", 1867, 1866, 1, 0, 0},
		{"smashed_20180513_all.csv", 2204, 1101, 1103, 0, 0}, // each endpoint was probed in two ways
		// Names only: nothing to import.
		{"andoniaf_mining-pools.lst", 773, 0, 0, 773, 0},
		{"cryptoioc_pools.csv", 122, 0, 0, 122, 0},
		{"decrypto_rules_list_custom.txt", 85, 0, 0, 85, 0},
		{"hrdina_pools-name_20180919.csv", 826, 0, 0, 826, 0},
		{"minerchk_minerlist-all.txt", 152, 0, 0, 152, 0},
	} {
		t.Run(test.file, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(folder, "feeds", test.file))
			if err != nil {
				t.Fatal(err)
			}
			result, err := feed.Import(t.TempDir(), feed.Input{File: test.file, Data: data}, feed.Options{Now: func() time.Time { return noon }})
			if (err == nil) != (test.kept > 0) {
				t.Errorf("Import: %v", err)
			}
			want := [5]int{test.read, test.kept, test.duplicates, test.domains, test.refused}
			if got := [5]int{result.Read, result.Kept, result.Duplicates, len(result.Domains), len(result.Rejects)}; got != want {
				t.Errorf("read, kept, duplicates, domains, refused = %v, want %v", got, want)
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
	entries, _, err := feed.Parse(feed.Input{File: "pool_feed_normalized.csv", Data: data}, options())
	if err != nil {
		t.Fatal(err)
	}
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
