package ledger

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"minewatch/analyze/intake"
)

// OtherSector is the sector of units that fit nowhere else.
const OtherSector = "其他"

// sectors are the kinds of units that reports count by, each with other words
// for it. IDC is in Latin letters everywhere.
var sectors = []struct {
	name  string
	words []string
}{
	{"党政机关", []string{"党政", "机关", "政府", "政府机关", "行政机关", "党政机构", "政府部门", "公安", "government"}},
	{"国有企业", []string{"国企", "央企", "国有", "国资", "国有控股企业", "state-owned", "soe"}},
	{"高校", []string{"大学", "学院", "高等院校", "高等学校", "大专院校", "教育", "学校", "university", "education", "campus"}},
	{"医院", []string{"医疗", "卫生", "医疗机构", "医疗卫生", "卫生医疗", "hospital", "health"}},
	{"企业", []string{"公司", "民营企业", "民企", "私营企业", "私企", "外资企业", "外企", "工业企业", "company", "enterprise", "business"}},
	{"运营商家宽", []string{"家宽", "家庭宽带", "宽带", "宽带用户", "运营商", "电信运营商", "住宅", "居民", "broadband", "residential", "isp", "carrier"}},
	{"IDC", []string{"数据中心", "互联网数据中心", "机房", "云", "云计算", "云服务", "data centre", "data center", "datacenter", "hosting", "cloud"}},
	{OtherSector, []string{"其它", "other", "others"}},
}

// Sectors are the names that a sector has in the lake.
func Sectors() []string {
	var names []string
	for _, s := range sectors {
		names = append(names, s.name)
	}
	return names
}

var sectorOf = func() map[string]string {
	of := map[string]string{}
	for _, s := range sectors {
		of[strings.ToLower(s.name)] = s.name
		for _, word := range s.words {
			of[word] = s.name
		}
	}
	return of
}()

// unmapped counts the words of a file that are no known sector.
type unmapped map[string]int

// sector is the known sector that text means, or the other one. Nothing said
// stays nothing.
func (u unmapped) sector(text string) string {
	if text == "" {
		return ""
	}
	if name, ok := sectorOf[strings.ToLower(text)]; ok {
		return name
	}
	u[text]++
	return OtherSector
}

// remarks tell which words were not known, the most frequent first.
func (u unmapped) remarks() []string {
	if len(u) == 0 {
		return nil
	}
	words := slices.SortedFunc(maps.Keys(u), func(a, b string) int {
		if u[a] != u[b] {
			return u[b] - u[a]
		}
		return strings.Compare(a, b)
	})
	rows := 0
	for i, word := range words {
		rows += u[word]
		words[i] = fmt.Sprintf("%q (%d)", word, u[word])
	}
	const told = 8
	if len(words) > told {
		words = append(words[:told], "…")
	}
	return []string{fmt.Sprintf("the sector of %s counts as %s: %s; known are %s and the other words of docs/ledger.md",
		intake.Amount(rows, "row", "rows"), OtherSector, strings.Join(words, ", "), strings.Join(Sectors(), ", "))}
}
