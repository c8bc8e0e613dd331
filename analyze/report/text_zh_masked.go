package report

// chineseMasked are the messages of a version for the public.
func chineseMasked() map[string]string {
	return map[string]string{
		"marking.public": "公开版 · 不含单位、联系人、完整地址和精确时间",
		"masked.others":  "其他（合并）",
		"masked.regions": "疑似 IP 地址不足 5 个的地市和行业合并为一行；为避免由总数推算，必要时并入更多。",
		"comparison.few": "上周不足 %d 个，不作环比。",
		"masked.note":    "地址仅显示前段，时间仅到日。累计时长由会话拼接，采样设备下为下限（“≥”）；流量为估计值。",

		"limit.machine_public":      "IP 地址可以对应到单位，无法对应到某台具体电脑；地址转换（NAT）出口之后可能有许多设备。",
		"limit.machine_public.name": "哪一台设备",
	}
}
