# minewatch: build, test, demo. `make help` lists what there is.
.DEFAULT_GOAL := build
SHELL := bash
GOLANGCI_LINT := v2.12.2
NFPM := v2.45.1
FUZZTIME ?= 20s
SOAKTIME ?= 2m
# A tag such as v1.2.0, or the day of the commit where there is none.
VERSION ?= $(shell git describe --tags --exact-match --match 'v[0-9]*' 2>/dev/null | sed 's/^v//' | grep . || git log -1 --format=0.0.0~git%cd.%h --date=format:%Y%m%d)
export CGO_ENABLED := 1

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

tools: ## check that the compilers are there, and name what installs a missing one
	@missing=; \
	command -v go  >/dev/null || { echo "go is missing: install Go 1.26 or later from your mirror of go.dev/dl, or 'apt-get install golang-go' where it is recent enough"; missing=1; }; \
	command -v gcc >/dev/null || { echo "gcc is missing: apt-get install gcc"; missing=1; }; \
	command -v g++ >/dev/null || { echo "g++ is missing: apt-get install g++"; missing=1; }; \
	command -v git >/dev/null || { echo "git is missing: apt-get install git"; missing=1; }; \
	test -z "$$missing"

build: tools ## build bin/minewatch and bin/flowgen
	go build -ldflags "-X main.version=$(VERSION)" -o bin/ ./cmd/...

# On a busy machine go's own ten minutes for a package end while scripts are running, which then fail.
test: tools ## run all tests: no network, no root, under four minutes on two cores after the build
	go test -timeout 30m ./...

demo: build ## a made-up province week from exported flows to the weekly report
	packaging/demo.sh bin demo

quality: build ## docs/quality.csv anew: how well 15 labelled weeks are told; some 10 minutes
	packaging/quality.sh bin quality docs/quality.csv docs/quality-order.csv
	go test ./cmd/flowgen -run Doc -update

lint: ## check style, layers and formatting
	@test "$$($$(go env GOPATH)/bin/golangci-lint version --short 2>/dev/null)" = "$(GOLANGCI_LINT:v%=%)" || \
		GOFLAGS=-mod=mod go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT)
	$$(go env GOPATH)/bin/golangci-lint run --timeout 15m ./...

race: tools ## run the tests of what runs in parallel under the race detector
	go test -race ./ingest/... ./analyze/versions/... ./analyze/feed/... ./analyze/ledger/... ./analyze/engine/... ./analyze/flowscan/...

fuzz: tools ## fuzz every parser of outside bytes for FUZZTIME each
	@for pkg in $$(go list ./...); do \
		for f in $$(go test -list '^Fuzz' $$pkg | grep ^Fuzz); do \
			echo "$$pkg $$f"; go test -run '^$$' -fuzz "^$$f\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$pkg || exit 1; \
		done; \
	done

bench: tools ## run the benchmarks of docs/performance.md
	go test -run '^$$' -bench . -benchtime 2s ./ingest/... ./analyze/...

soak: tools ## six fault tests for SOAKTIME each, and their check: kills, full and read-only disks (as root), compaction
	@set -o pipefail; MINEWATCH_TEST_SOAK=$(SOAKTIME) go test -p 1 -count 1 -timeout 0 -v \
		-run 'Killed|UnderFaults|ReaderDuring|FullDisk|ReadOnly|TwoCollectors|Reload|Remembers' ./ingest ./ingest/lake/... ./analyze | \
		grep --line-buffered -vE '^(=== |PASS$$)|no test'

package: tools ## deb and rpm in dist; fetches nfpm, the packager, as a Go module when it is not there
	@echo "building minewatch $(VERSION); nfpm $(NFPM) and its modules come from your Go module proxy the first time"
	go build -trimpath -ldflags "-X main.version=$(VERSION)" -o bin/minewatch ./cmd/minewatch
	mkdir -p dist
	for kind in deb rpm; do \
		VERSION=$(VERSION) GOARCH=$$(go env GOARCH) SOURCE_DATE_EPOCH=$$(git log -1 --format=%ct) \
			go run github.com/goreleaser/nfpm/v2/cmd/nfpm@$(NFPM) package --config packaging/nfpm.yaml --packager $$kind --target dist/ || exit 1; \
	done

generate: tools ## write the generated pages of docs/ and the golden files anew; read the diff
	go test ./ingest/account ./ingest/lake ./ingest/source ./analyze ./analyze/report ./cmd/minewatch ./cmd/flowgen -run 'Doc|Golden' -update

check: test lint race ## all that CI runs but the tests over captured data
	go vet ./...

clean: ## remove what was built
	rm -rf bin demo dist quality

.PHONY: help tools build test demo quality lint race fuzz bench soak package generate check clean
