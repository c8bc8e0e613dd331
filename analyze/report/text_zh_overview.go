package report

// chineseOverview are the messages about weeks, hours and places.
func chineseOverview() map[string]string {
	return map[string]string{
		"trend.title":        "近十二周趋势",
		"trend.hosts":        "每周疑似挖矿 IP 数",
		"trend.units":        "每周涉及单位数",
		"trend.mbps":         "每周矿池出口流量均值（Mbps）",
		"trend.key_part":     "浅色、*：数据不完整",
		"trend.key_missing":  "–：无数值",
		"trend.none":         "没有夜间分析，情况不明",
		"trend.few":          "不足 5 个 IP，不公开",
		"trend.whole":        "7 天，数据完整",
		"trend.gaps":         "7 天，其中 %d 天数据完整",
		"trend.missing":      "仅 %d/7 天",
		"trend.missing_gaps": "仅 %d/7 天，其中 %d 天数据完整",
		"trend.beside":       "（%s）",
		"trend.empty":        "近 %d 周中可统计的仅 %d 周，尚不足以反映趋势。没有夜间分析的周，不等于没有挖矿活动。",
		"trend.note":         "按各周夜间分析计：某天与矿池有接触、且当晚定级为高或中的 IP 地址，每周计一次；概况按全周定级，二者可能略有出入。流量按已分析天数平均。有缺失日期或数据不完整的周，实际可能更多；没有夜间分析的周没有数值，不是零。天数与数据完整性为全部监测网络的情况。",

		"hours.title":       "按星期和时段",
		"hours.caption":     "与矿池有接触的疑似挖矿 IP 数，按日期和小时（当地时间）",
		"hours.key_unknown": "–：该小时没有流日志",
		"hours.no_nights":   "本周没有夜间分析结果，各时段的情况无法判断。",
		"hours.empty":       "在已分析的时段内，没有疑似挖矿 IP 与矿池接触。",
		"hours.peak":        "最多的时段为 %s %02d:00 起的一小时，%s 个。",
		"hours.unknown":     "有 %s 小时情况不明。",
		"hours.note":        "某小时内有与矿池的流正在进行，该 IP 即计入该小时。只在白天或只在夜间活动，可作为核查线索，不是证据。",

		"places.title":           "分布概览",
		"places.caption_city":    "各地市疑似挖矿 IP 数，按行政区划代码排列",
		"places.caption_county":  "各区县疑似挖矿 IP 数，按行政区划代码排列",
		"places.note":            "方块按台账中的行政区划代码（GB/T 2260）顺序排列，不表示地理位置；颜色越深数量越多。",
		"places.zero":            "0 表示未发现，其含义以数据完整性（第十一节）为限。",
		"places.hidden":          "–：并入“其他”，或未发现。",
		"places.without":         "台账中没有行政区划代码、因而没有方块的：%s。",
		"places.no_nights":       "本周没有夜间分析结果，无分布概览。",
		"places.no_codes_city":   "无分布概览：台账中没有行政区划代码（admin_code 列）。",
		"places.no_codes_county": "无分布概览：台账中没有本市各区县的行政区划代码（admin_code 列）。",

		"rank.up":        "上升 %s 位，上周第 %d",
		"rank.down":      "下降 %s 位，上周第 %d",
		"rank.same":      "与上周相同",
		"rank.new":       "新",
		"rank.new_title": "上周没有疑似挖矿 IP",
		"rank.note":      "排名按疑似挖矿 IP 数，数量相同则并列；▲、▼ 为较上周上升、下降的位数，= 为不变，“新”为上周没有疑似挖矿 IP。",
		"rank.note_part": "上周依据：%s；本周依据：%s。排名变化可能由此引起。",
		"rank.note_none": "排名按疑似挖矿 IP 数；上周没有夜间分析结果，无排名变化。",

		"col.week":       "周次",
		"col.mbps":       "Mbps",
		"col.basis":      "依据",
		"col.place_rank": "排名",
		"sheet.places":   "分布概览",
		"sheet.hours":    "时段",
		"sheet.trend":    "趋势",
	}
}
