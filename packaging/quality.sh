#!/usr/bin/env bash
# How well the ranking tells the planted hosts of labelled weeks, with duplicate
# exporters and gaps, at several seeds and sampling rates; beside it two naive
# rankings. A run whose rankings are in the output folder is not made again.
# Usage: packaging/quality.sh BIN_FOLDER OUTPUT_FOLDER CSV ORDER
# SEEDS and RATES, in the environment, choose other weeks.
set -euo pipefail

bin=$(cd "$1" && pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)
csv=$3
order=$4
export MINEWATCH_CONFIG= MINEWATCH_LOG_LEVEL=warn

# naive ranks the hosts that met a listed address by an expression.
naive() {
	"$bin/minewatch" sql --format csv -c "
		with met as (
			select src as host, flows.* from flows where dst in (select address from pools)
			union all
			select dst as host, flows.* from flows where src in (select address from pools)
		)
		select row_number() over (order by $1 desc, host) as rank, host, 'C' as grade, $2 as duration_seconds
		from met where host not in (select address from pools) group by host order by rank"
}

run() {
	local seed=$1 rate=$2 week="$out/week" stats="$out/$1-$2"
	[ -s "$stats-truth.csv" ] && return
	echo "== seed $seed, one packet in $rate" >&2
	rm -rf "$week"
	export MINEWATCH_LAKE="$week/lake"
	"$bin/flowgen" week --seed "$seed" --sampling "$rate" --gaps --live 0 --flows 1000 --out "$week" 2>&1
	"$bin/minewatch" import "$week"/captures/*.pcap
	"$bin/minewatch" feed import "$week/feed.csv"
	"$bin/minewatch" feed import --negative sinkhole "$week/sinkholes.csv"
	"$bin/minewatch" ledger import "$week/ledger.csv"
	"$bin/minewatch" ledger import --exclusions "$week/exclusions.csv"
	"$bin/minewatch" nightly --all
	"$bin/minewatch" rank --format csv >"$stats-minewatch.csv"
	naive 'sum(bytes * greatest(sampling_rate, 1))' 0 >"$stats-bytes.csv"
	naive 'sum(epoch_ms(ended_at) - epoch_ms(started_at))' 'sum(epoch_ms(ended_at) - epoch_ms(started_at)) / 1000' >"$stats-durations.csv"
	mv "$week/truth.csv" "$stats-truth.csv"
	rm -rf "$week"
}

# Of the naive rankings only their order and their durations say something.
gather() {
	echo seed,sampling,ranking,figure,value
	for rate in ${RATES:-1 1000 5000}; do
		for seed in ${SEEDS:-1 2 3 4 5}; do
			for ranking in minewatch bytes durations; do
				"$bin/flowgen" grade --truth "$out/$seed-$rate-truth.csv" --rank "$out/$seed-$rate-$ranking.csv" --stats "$out/stats.txt" >/dev/null
				awk -v head="$seed,$rate,$ranking" -v naive="$([ $ranking = minewatch ] || echo yes)" \
					'$1 ~ /^behaviour\./ || (naive && $1 !~ /^(recall_at_k|mrr)$/ && !(head ~ /durations/ && $1 ~ /^duration/)) { next }
					{ print head "," $1 "," $2 }' "$out/stats.txt"
			done
		done
	done
}

for rate in ${RATES:-5000 1000 1}; do
	for seed in ${SEEDS:-1 2 3 4 5}; do
		run "$seed" "$rate" >"$out/log.txt"
	done
done
gather >"$csv"
echo "written: $csv" >&2

# The whole order of one unsampled week, with what each host is.
[ -s "$out/1-1-truth.csv" ] || exit 0
awk -F, 'NR == FNR { what[$1] = $2; next } FNR == 1 { print "rank,host,behaviour,grade,score"; next }
	{ print $1 "," $2 "," ($2 in what ? what[$2] : "not planted") "," $3 "," $4 }' \
	"$out/1-1-truth.csv" "$out/1-1-minewatch.csv" >"$order"
echo "written: $order" >&2
