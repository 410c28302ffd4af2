# Everything a developer runs. `make help` lists the targets.

GO       ?= go
STEPS    ?= 10000
FUZZTIME ?= 1m
FUZZJOBS ?= $(shell getconf _NPROCESSORS_ONLN)
CORPORA  ?= ../shared/corpora/dev-share.tar.zst
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOFUMPT     = mvdan.cc/gofumpt@v0.12.0
GOLANGCI    = github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

# The product is pure Go. Only the race detector needs cgo, so the large Graph SDK
# is compiled in two ways and no more.
export CGO_ENABLED = 0

.PHONY: help build test lint golangci race e2e corpora deps soak requests fuzz bench bench-growth bench-extract relevance quality clean

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## /\1\t/p' Makefile | expand -t 16

build: ## build bin/mailquarry
	$(GO) build -o bin/mailquarry ./cmd/mailquarry

test: deps corpora lint race e2e ## run every test there is, the browser tests included

lint: ## gofumpt, go vet, staticcheck
	@unformatted=$$($(GO) run $(GOFUMPT) -l $$(git ls-files '*.go')); test -z "$$unformatted" || { echo "not formatted with gofumpt:"; echo "$$unformatted"; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

golangci: ## more linters, which take a minute or two the first time: see .golangci.yml
	$(GO) run $(GOLANGCI) run ./...

# Extraction holds documents to bounds of time and memory, which are those of the
# program as it is built: the race detector looks at its pool alone.
race: ## the tests of all packages, with the race detector
	CGO_ENABLED=1 $(GO) test -race -shuffle=on -timeout 30m $$($(GO) list ./... | grep -v -e internal/e2e -e 'mailquarry/extract$$')
	CGO_ENABLED=1 $(GO) test -race -shuffle=on -run 'BadWorker|NoWorker|Cancel|ManyAtOnce|Closed|Confined|ForwardedMail|Archives' ./extract
	$(GO) test -shuffle=on ./extract

e2e: ## the tests of the whole: the binary, the simulated tenant, the browser
	MAILQUARRY_BROWSER_TESTS=1 $(GO) test -shuffle=on -count=1 -timeout 60m ./internal/e2e/... ./web/browsertest

deps: ## install what the browser tests need, where that is possible
	@sh internal/e2e/install-browser.sh

corpora: ## unpack the test corpora into an ignored folder, where they are at hand
	@if [ -f $(CORPORA) ] && [ ! -f corpora/.unpacked ]; then \
	  mkdir -p corpora && zstd -dcq --long=27 $(CORPORA) | tar -x -C corpora && touch corpora/.unpacked; \
	elif [ ! -f corpora/.unpacked ]; then echo "the test corpora are absent: tests on real mail are skipped"; fi

soak: build ## the long tests: every damaged document, kills, 100,000 messages under chaos, as many random steps as STEPS says
	MAILQUARRY_DAMAGE=all $(GO) test -run 'Damage$$' -count=1 -timeout 120m -v ./extract
	MAILQUARRY_KILLS=100 $(GO) test -run 'Kill' -count=1 -timeout 120m -v ./internal/e2e
	MAILQUARRY_MESSAGES=100000 MAILQUARRY_MAILBOXES=40 $(GO) test -count=1 -timeout 60m -v ./internal/e2e/chaos
	MAILQUARRY_STEPS=$(STEPS) MAILQUARRY_WORLD=300 $(GO) test -count=1 -timeout 0 -v ./internal/e2e/model

requests: build ## count the requests of a sync beside the least that Graph makes possible
	$(GO) run ./internal/e2e/bench -only requests -binary bin/mailquarry

fuzz: ## FUZZTIME of each fuzz target, FUZZJOBS at once; finds are left in testdata/fuzz
	FUZZTIME=$(FUZZTIME) FUZZJOBS=$(FUZZJOBS) sh internal/e2e/fuzz.sh

bench: build corpora ## measure import, reindex, search, growth, new mail and memory, beside notmuch, mu and SQLite FTS5
	$(GO) run ./internal/e2e/bench -corpus corpora -binary bin/mailquarry

bench-growth: build corpora ## measure 10,000, 100,000 and a million messages; takes 8 GB of disk and 20 minutes
	$(GO) run ./internal/e2e/bench -corpus corpora -binary bin/mailquarry -only growth-large

relevance: build corpora ## measure the order of what is found beside SQLite FTS5 and notmuch on judged collections
	$(GO) run ./internal/e2e/bench/relevance -corpus corpora -binary bin/mailquarry

bench-extract: build corpora ## measure extraction beside pdftotext, antiword, catdoc, LibreOffice and others
	$(GO) run ./internal/e2e/bench/extraction -binary bin/mailquarry

quality: build corpora ## measure the recall and precision of extraction beside references
	$(GO) run ./internal/e2e/bench/extraction -binary bin/mailquarry -quality -worst 15

clean: ## remove what was built
	rm -rf bin build
