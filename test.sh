#!/usr/bin/env bash
# Installs what the tests need, builds, and runs all tests. Arguments go to the test program, for example:
#   ./test.sh -namespace TraceDashboard.Tests.Ingestion
# The last line is "N passed, N failed, N skipped".
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

fail() {
  echo "error: $*" >&2
  exit 1
}

has_postgres() { command -v postgres >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null; }
has_chromium() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null; }
has_node() { command -v npm >/dev/null && [ "$(node --version 2>/dev/null | sed -E 's/^v([0-9]+).*/\1/')" -ge 20 ] 2>/dev/null; }
has_sdk() { command -v dotnet >/dev/null && dotnet --version >/dev/null 2>&1; }

has_sdk || fail "the .NET SDK 10 is needed: https://dotnet.microsoft.com/download/dotnet/10.0"

missing=()
has_postgres || missing+=(postgresql)
has_chromium || missing+=(chromium)
has_node || missing+=(nodejs npm)
if [ ${#missing[@]} -gt 0 ]; then
  as_root=()
  [ "$(id -u)" = 0 ] || as_root=(sudo -n)
  if command -v apt-get >/dev/null && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }; then
    echo "Installing ${missing[*]}"
    "${as_root[@]}" apt-get update -qq
    # One at a time, so that one that this distribution lacks does not keep the others out.
    for package in "${missing[@]}"; do
      # NodeSource's nodejs brings npm itself.
      [ "$package" = npm ] && command -v npm >/dev/null && continue
      "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null ||
        echo "apt-get could not install $package" >&2
    done
  fi
fi
has_postgres || fail "PostgreSQL's server programs are needed (any version from 14). Debian, Ubuntu: apt-get install postgresql; Fedora: dnf install postgresql-server; macOS: brew install postgresql."
has_chromium || fail "Chromium is needed. Debian: apt-get install chromium; Ubuntu: snap install chromium; Fedora: dnf install chromium."
has_node || fail "Node.js 20 or later with npm is needed: https://nodejs.org/en/download (older Debian and Ubuntu releases only have earlier versions; NodeSource has packages)."

# The clients in JavaScript that the tests run against the app; npm writes the second file when an installation is complete.
clients=TraceDashboard.Tests/Clients
if [ ! -e "$clients/node_modules/.package-lock.json" ] || [ "$clients/package-lock.json" -nt "$clients/node_modules/.package-lock.json" ]; then
  echo "Installing the JavaScript clients"
  (cd "$clients" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error)
fi

dotnet build TraceDashboard.sln --nologo --verbosity quiet

log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
TraceDashboard.Tests/bin/Debug/net10.0/TraceDashboard.Tests -noColor "$@" 2>&1 | tee "$log" || status=$?

# The runner's own summary: "  TraceDashboard.Tests  Total: 3, Errors: 0, Failed: 0, Skipped: 0, Not Run: 0, Time: 0.187s"
summary=$(grep -E 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+, Not Run: [0-9]+' "$log" | tail -n 1 || true)
count() { sed -nE "s/.*$1: ([0-9]+).*/\1/p" <<<"$summary"; }
if [ -z "$summary" ] && grep -qE 'Total: 0$' "$log"; then
  echo "error: no test ran" >&2
  echo "0 passed, 0 failed, 0 skipped"
  exit 1
fi
if [ -z "$summary" ]; then
  echo "error: the test program ended with $status before it had a summary" >&2
  echo "0 passed, 1 failed, 0 skipped"
  exit 1
fi
failed=$(($(count Failed) + $(count Errors)))
skipped=$(count Skipped)
passed=$(($(count Total) - $(count Failed) - skipped - $(count 'Not Run')))
[ "$status" = 0 ] || [ "$failed" -gt 0 ] || { echo "error: the test program ended with $status" >&2; failed=1; }
[ $((passed + failed)) -gt 0 ] || { echo "error: no test ran" >&2; status=1; }
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ] && [ "$status" = 0 ]
