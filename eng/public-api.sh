#!/usr/bin/env bash
# Updates src/*/PublicAPI.Unshipped.txt from the code: adds new members (RS0016), removes deleted ones (RS0017).
# Read the diff before you commit it: each line is a commitment to users. Usage: eng/public-api.sh [PROJECT ...]   (default: every project in src)
set -euo pipefail
cd "$(dirname "$0")/.."
projects=("$@")
[ ${#projects[@]} -gt 0 ] || projects=(src/*/)
for project in "${projects[@]}"; do
  project=${project%/}
  file="$project/PublicAPI.Unshipped.txt"
  log=$(mktemp)
  dotnet build "$project" -c Release --no-incremental -nologo -clp:NoSummary "-p:TreatWarningsAsErrors=false" >"$log" 2>&1 || { grep -E 'error ' "$log" | sort -u | head -20 >&2; rm -f "$log"; exit 1; }
  # The build builds what the project refers to as well: their lines are theirs.
  own=$(grep -F "[$PWD/$project/" "$log" || true)
  added=$(grep -oE "warning RS0016: Symbol '.*' is not part of the declared" <<<"$own" | sed -E "s/^warning RS0016: Symbol '(.*)' is not part of the declared$/\1/" | sort -u || true)
  gone=$(grep -oE "RS0017: Symbol '.*' is part of the declared" <<<"$own" | sed -E "s/^RS0017: Symbol '(.*)' is part of the declared$/\1/" | sort -u || true)
  {
    echo '#nullable enable'
    { tail -n +2 "$file"; printf '%s\n' "$added"; } | sed '/^$/d' | LC_ALL=C sort -u | { if [ -n "$gone" ]; then grep -vxF -- "$gone" || true; else cat; fi; }
  } >"$file.new"
  mv "$file.new" "$file"
  echo "$project: $(grep -c . <<<"$added" || true) added, $(grep -c . <<<"$gone" || true) removed"
  rm -f "$log"
done
