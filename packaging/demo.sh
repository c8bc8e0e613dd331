#!/usr/bin/env bash
# The whole line on a made-up province week: exported flows over the network
# and from files, a feed, a ledger, seven nights, the ranking and the report.
# Usage: packaging/demo.sh BIN_FOLDER OUTPUT_FOLDER
set -euo pipefail

bin=$(cd "$1" && pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)
week=2026-W46
seed=${SEED:-1}
flows=${FLOWS:-3000000}

say() { printf "\n== %ds  %s\n" "$SECONDS" "$*" >&2; }

rm -rf "$out/lake" "$out/week" "$out/report" "$out/ready"
export MINEWATCH_LAKE="$out/lake" MINEWATCH_CONFIG= MINEWATCH_LOG_LEVEL=warn

say "flowgen: a labelled week of about $flows flows, seed $seed"
"$bin/flowgen" week --seed "$seed" --week "$week" --flows "$flows" --out "$out/week"

say "minewatch collect: the last part of it arrives over UDP on loopback"
"$bin/minewatch" collect --listen netflow://127.0.0.1:0 --allow 127.0.0.0/8 --time header \
	--ready-file "$out/ready" --stop-after-idle 3s &
collector=$!
trap 'kill "$collector" 2>/dev/null || true' EXIT
for _ in $(seq 100); do [ -s "$out/ready" ] && break; sleep 0.1; done
port=$(sed -E 's/.*:([0-9]+)[^0-9]*$/\1/; q' "$out/ready")
"$bin/flowgen" send --udp "127.0.0.1:$port" "$out"/week/live/*.pcap
wait "$collector"
trap - EXIT

say "minewatch import: the rest comes from capture files"
"$bin/minewatch" import "$out"/week/captures/*.pcap

say "minewatch feed, ledger: what is known about pools and units"
"$bin/minewatch" feed import "$out/week/feed.csv"
"$bin/minewatch" feed import --negative sinkhole "$out/week/sinkholes.csv"
"$bin/minewatch" ledger import "$out/week/ledger.csv"
"$bin/minewatch" ledger import --exclusions "$out/week/exclusions.csv"

say "minewatch nightly: seven nights"
"$bin/minewatch" nightly --all

say "minewatch rank: the top suspects and their reasons"
"$bin/minewatch" rank --limit 10 --reasons
"$bin/minewatch" rank --format csv >"$out/rank.csv"

say "flowgen grade: were the planted miners and decoys told right?"
"$bin/flowgen" grade --min-precision 0.99 --min-recall 0.9 --truth "$out/week/truth.csv" --rank "$out/rank.csv"

say "minewatch report: the week for a regional officer"
"$bin/minewatch" report weekly --week "$week" --lang zh --out "$out/report"
"$bin/minewatch" report weekly --week "$week" --lang en --out "$out/report"

say "minewatch sql: the same files for an analyst"
"$bin/minewatch" sql -c "select grade, count(*) as hosts, round(sum(bytes_up + bytes_down) / 1e6) as megabytes
	from suspects where day = (select max(day) from suspects) group by grade order by grade"

say "done; everything is in $out"
