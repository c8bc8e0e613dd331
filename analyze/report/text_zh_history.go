package report

// chineseHistory are the messages about what became of the suspects.
func chineseHistory() map[string]string {
	return map[string]string{
		"status.new":        "新增",
		"status.continuing": "持续",
		"status.recurred":   "复发",
		"status.gone":       "消失",
		"status.not_known":  "无法判断",

		"because.no_history":  "此前没有满一个统计周期的夜间分析，不能判断是否新增",
		"because.no_night":    "按全周定级为疑似，但没有一天的夜间分析单独列为疑似",
		"because.gap":         "间隔期内数据完整的无接触天数不足，不能区分持续与复发",
		"because.excluded":    "仍有接触，已登记排除",
		"because.clues":       "本周仍有接触，但单凭本周不足以形成怀疑",
		"because.not_covered": "看到过它的采集设备本周数据不完整",

		"history.title":          "新增、持续、消失与复发",
		"history.empty":          "本周没有疑似挖矿地址，此前也没有需要跟踪的地址。",
		"history.first_week":     "本周为首批数据：此前没有满一周的夜间分析，不能区分新增与持续。",
		"history.line":           "本周疑似地址中，新增 %s 个、持续 %s 个、复发 %s 个、无法判断 %s 个；此前的疑似地址中，本周消失 %s 个、是否消失无法判断 %s 个（见“新增、持续、消失与复发”）。",
		"history.note":           "以天计：某天矿池有应答，且当晚按最近七天定级为高或中，记为一个疑似日。只有看到过该地址的采集设备当天数据完整，且没有任何接触，才算一个无接触日。每周的消失只列此前各周尚不能认定消失的地址。",
		"history.hosts":          "IP 地址",
		"history.units":          "单位",
		"history.new":            "新增",
		"history.continuing":     "持续",
		"history.recurred":       "复发",
		"history.not_known":      "疑似，但新增与否无法判断",
		"history.gone":           "消失",
		"history.not_known_gone": "此前疑似，是否消失无法判断",

		"meaning.new":              "新增：首个疑似日在本周。",
		"meaning.continuing":       "持续：本周和此前都有疑似日，其间相隔不到 %d 天。",
		"meaning.recurred":         "复发：出现至少 %d 个无接触日之后再次疑似。",
		"meaning.gone":             "消失：此前疑似，本周每天都是无接触日。",
		"meaning.not_known_masked": "无法判断：数据不足以作出上述判断。",
		"meaning.not_known":        "无法判断：数据不足以作出上述判断，原因见各行。",

		"col.status":      "状态",
		"col.first_day":   "首个疑似日",
		"col.last_day":    "最近疑似日",
		"col.days_seen":   "疑似天数",
		"col.gap":         "间隔（其中无接触日）",
		"col.recurrences": "复发次数",
	}
}
