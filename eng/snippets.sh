#!/usr/bin/env bash
# Writes the code of the "#region snippet: name" regions into the C# blocks below "<!-- snippet: name -->" of the documents.
# Regions: tests/TechCorp.Patterns.Conventions.Tests/Snippets and samples. Documents: README*.md, CONTRIBUTING.md, docs and the
# package readmes, src/*/README.md.
# Usage: eng/snippets.sh
set -euo pipefail
cd "$(dirname "$0")/.."

code=() documents=()
for folder in tests/TechCorp.Patterns.Conventions.Tests/Snippets samples; do
  [ -d "$folder" ] || continue
  while IFS= read -r -d '' file; do code+=("$file"); done < <(find "$folder" \( -name bin -o -name obj \) -prune -o -name '*.cs' -print0)
done
for file in README.md README.pt-BR.md CONTRIBUTING.md src/*/README.md; do [ ! -f "$file" ] || documents+=("$file"); done
if [ -d docs ]; then
  while IFS= read -r -d '' file; do documents+=("$file"); done < <(find docs -name '*.md' -print0)
fi
[ ${#code[@]} -gt 0 ] && [ ${#documents[@]} -gt 0 ] || { echo "snippets: found no code or no documents; run it in a complete checkout" >&2; exit 2; }

new=$(mktemp)
trap 'rm -f "$new"' EXIT
status=0
for document in "${documents[@]}"; do
  awk '
    function indent_of(line) { match(line, /^[ \t]*/); return RLENGTH }
    # Keeps a region without blank lines at its ends and without the indentation that all of its lines share.
    function keep(    from, to, least, i) {
      for (from = 1; from <= n && held[from] == ""; from++);
      for (to = n; to >= from && held[to] == ""; to--);
      least = -1
      for (i = from; i <= to; i++) if (held[i] != "" && (least < 0 || indent_of(held[i]) < least)) least = indent_of(held[i])
      count[name] = 0
      for (i = from; i <= to; i++) region[name, ++count[name]] = held[i] == "" ? "" : substr(held[i], least + 1)
    }
    FNR == 1 { name = ""; document = FILENAME == target; marker = ""; closing = "" }
    !document {
      if ($1 == "#region" && $2 == "snippet:") { name = $3; n = 0 }
      else if (name != "" && $1 == "#endregion") { keep(); name = "" }
      else if (name != "") { line = $0; sub(/[ \t]+$/, "", line); held[++n] = line }
      next
    }
    closing != "" { # inside of a block
      if ($1 == closing && NF == 1) { closing = ""; replacing = 0 }
      if (!replacing) print
      next
    }
    /^[ \t]*(```|~~~)/ {
      print
      match($0, /(```+|~~~+)/)
      closing = substr($0, RSTART, RLENGTH)
      language = tolower(substr($0, RSTART + RLENGTH))
      gsub(/^[ \t]+|[ \t].*$/, "", language)
      replacing = marker != "" && language ~ /^(csharp|cs|c#)$/
      if (replacing && !(marker in count)) {
        print target ": no region is named " marker > "/dev/stderr"
        failed = 1
        replacing = 0
      }
      if (replacing) {
        margin = substr($0, 1, indent_of($0))
        for (i = 1; i <= count[marker]; i++) print (region[marker, i] == "" ? "" : margin region[marker, i])
      }
      marker = ""
      next
    }
    { print; marker = $1 == "<!--" && $2 == "snippet:" && $4 == "-->" ? $3 : "" }
    END { exit failed }
  ' target="$document" "${code[@]}" "$document" >"$new" || status=1
  cmp -s "$new" "$document" || { cat "$new" >"$document"; echo "$document"; }
done
exit $status
