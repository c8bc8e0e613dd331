package report

// chineseSpot are the messages of a spot check.
func chineseSpot() map[string]string {
	return map[string]string{
		"sheet.sample":        "抽查地址",
		"sheet.sample_cities": "按地市",
		"sheet.sample_units":  "按单位",

		"spot.title":       "虚拟货币“挖矿”现场抽查名单",
		"spot.seed":        "随机种子",
		"spot.drawn":       "抽中",
		"spot.drawn_of":    "有归属的疑似（高、中）IP 地址中抽取 %s 个（共 %s 个）；涉及 %s 家单位（共 %s 家）、%s 个地市（共 %s 个）",
		"spot.too_few":     "要求抽取 %s 个，可抽取的仅 %s 个，已全部列入。",
		"spot.units_left":  "名额少于单位数，另有 %s 家单位未抽到。",
		"spot.no_owner":    "台账无归属、无法上门核查，未参加抽取的地址：%s 个。",
		"spot.excluded":    "已登记排除、未参加抽取的地址：%s 个。",
		"spot.method":      "抽取方法",
		"spot.method_text": "名额先按地市、再按地市内的单位，以疑似地址数为比例分配，名额足够时每个至少一个；单位内取“种子|地址”的 SHA-256 值最小的地址。疑似地址、数量和种子相同，结果即相同。",
	}
}
