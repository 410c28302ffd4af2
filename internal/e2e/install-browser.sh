#!/bin/sh
# Installs what the tests need beside Go: a Chromium, a font, zstd for the
# corpora, and the browser tests' Node packages. Where it cannot, it says in one
# line what to install.
set -u
cd "$(dirname "$0")/../.."

missing=""
command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || missing="$missing chromium fonts-dejavu-core"
command -v zstd >/dev/null 2>&1 || missing="$missing zstd"
command -v node >/dev/null 2>&1 || missing="$missing nodejs npm"
if [ -n "$missing" ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    # shellcheck disable=SC2086
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing; } >build-deps.log 2>&1 && rm -f build-deps.log ||
      { echo "could not install:$missing (see build-deps.log); install them and run make test again"; exit 1; }
  else
    echo "please install:$missing, then run make test again"; exit 1
  fi
fi
if [ -f web/browsertest/package-lock.json ] && [ ! -d web/browsertest/node_modules ]; then
  (cd web/browsertest && npm ci --no-audit --no-fund --silent) ||
    { echo "could not install the browser tests' packages: run npm ci in web/browsertest"; exit 1; }
fi
