#!/usr/bin/env bash
# Writes the tables of docs/failure-modes from the [Safeguard] attributes of the tests.
# Usage: eng/failure-modes.sh [--no-build]
set -euo pipefail
cd "$(dirname "$0")/.."

project=tests/TechCorp.Patterns.Conventions.Tests
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
[ "${1-}" = --no-build ] || dotnet build "$project" -c Release -v quiet -p:RunAnalyzers=false -p:EnforceCodeStyleInBuild=false
TECHCORP_WRITE_FAILURE_MODES=1 dotnet "$project/bin/Release/net10.0/TechCorp.Patterns.Conventions.Tests.dll" --filter-class '*.FailureModes'
git diff --stat -- docs/failure-modes
