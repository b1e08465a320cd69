#!/usr/bin/env bash
# Builds in Release and runs the benchmarks. Without arguments it runs all of them; "./bench.sh help" lists them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
dotnet build TraceDashboard.Benchmarks --configuration Release --nologo --verbosity quiet
exec TraceDashboard.Benchmarks/bin/Release/net10.0/TraceDashboard.Benchmarks "$@"
