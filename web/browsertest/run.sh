#!/bin/sh
# Runs the browser tests against a server: run.sh http://127.0.0.1:8080
set -eu
cd "$(dirname "$0")"
if [ -z "${1:-}" ]; then
	echo "usage: run.sh URL" >&2
	exit 2
fi
if ! command -v node >/dev/null; then
	echo "the browser tests need Node.js 20 or newer: install the packages nodejs and npm" >&2
	exit 1
fi
[ -d node_modules/playwright-core ] || npm ci --no-audit --no-fund --loglevel=error
MAILQUARRY_URL="$1" exec node --test --test-concurrency=1
