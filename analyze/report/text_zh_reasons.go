package report

// chineseReasons has the reasons that the analysis gives, each with its
// translation; see reason.go for the form. The first pattern with free text
// that fits is taken.
func chineseReasons() [][2]string {
	return [][2]string{
		{"pool contact on # days, up to # min stitched in one day, # active hours in # days", "{1} 天与矿池有接触，单日拼接时长最多 {2} 分钟，{4} 天内活跃 {3} 小时"},
		{"pool contact on # day(s), # min stitched, # active hours", "{1} 天与矿池有接触，拼接时长 {2} 分钟，活跃 {3} 小时"},
		{"listed without port or on #, # active hours at # kbit/s", "情报未列端口或端口为 {1}，活跃 {2} 小时，速率 {3} kbit/s"},
		{"pool port met, but only # s", "与矿池端口通信，但仅 {1} 秒"},
		{"met # days outside the window of the feed entry", "接触时间在情报有效期之外 {1} 天"},
		{"listed address on a web port: may be the pool's page", "情报所列地址的网页端口：可能只是矿池网站"},
		{"the feed names the address without a port", "情报只列地址，未列端口"},
		{"the feed lists the address, but with other ports", "情报列有该地址，但端口不同"},
		{"a shared (CDN, VPN, hosting) address", "共享（CDN、VPN、托管）地址"},
		{"a sinkhole and not a pool, by the list *", "按清单 {1}，该地址是 sinkhole（黑洞），不是矿池"},
		{"a DNS resolver and not a pool, by the list *", "按清单 {1}，该地址是 DNS 解析服务器，不是矿池"},
		{"an address of the watched network and no pool outside, by *", "依据 {1}，该地址属于本监测网络，不是外部矿池"},
		{"listed as a pool by mistake, by the list *", "按清单 {1}，该地址系误列，不是矿池"},
		{"the feed entry has confidence #", "情报可信度仅 {1}"},
		{"probed # pool endpoints within an hour in short sessions", "一小时内以短会话探测 {1} 个矿池端点，属扫描"},
		{"peer of a coin's node network, not a pool", "对端是币种网络的普通节点，不是矿池"},
		{"shared (CDN) address on a web port", "共享（CDN）地址的网页端口"},
		{"feed entry expired: # days outside its window", "情报已失效：在有效期之外 {1} 天"},
		{"feed entry hardly vouched for (confidence #) and a short contact", "情报依据薄弱（可信度 {1}）且接触短暂"},
		{"no answer: connection attempts only", "无应答：只有连接尝试"},
		{"in contact on # day(s)", "有接触 {1} 天"},
		{"# active hours, # active #-minute slots", "活跃 {1} 小时，{2} 个 {3} 分钟时段"},
		{"# sessions, # min stitched", "{1} 次会话，拼接时长 {2} 分钟"},
		{"best feed entry has confidence #", "所匹配情报的最高可信度为 {1}"},
		{"active in # of # hours of the day", "一天 {2} 个钟点中有 {1} 个出现活动"},
		{"# kbit/s while active (a miner's rate: # to #)", "活跃时速率 {1} kbit/s（矿机速率范围 {2} 至 {3}）"},
		{"at least # connections to one endpoint at once", "与同一端点同时连接数不少于 {1}"},
		{"seen by an exporter that samples # in #: traffic is an estimate, duration a lower bound", "采集设备按 {1}:{2} 采样：流量为估计值，时长为下限"},
		{"a gateway according to the ledger: the devices behind it are not known", "台账登记为出口网关：其后的设备未知"},
		{"the address also met # pool endpoints within an hour", "该地址一小时内还接触了 {1} 个矿池端点"},
		{"no unit in the ledger owns this address", "台账中没有单位登记此地址"},
		{"registered exclusion: * (approved by *)", "登记排除：{1}（批准人：{2}）"},
		{"registered exclusion: *", "登记排除：{1}"},
	}
}
