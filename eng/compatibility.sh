#!/usr/bin/env bash
# Writes the tables of docs/compatibility.md.
# Usage: eng/compatibility.sh results                     from the reports of ./test.sh, ./test.sh --suite trixie and ./test.sh --suite forky; .ci/run does it
#        eng/compatibility.sh differences [--no-build]    from the [DiffersByVersion] attributes of the tests
set -euo pipefail
cd "$(dirname "$0")/.."

page=docs/compatibility.md
begin='<!-- results: written by eng/compatibility.sh -->' end='<!-- end of results -->'

attribute() { grep -om1 '<assembly [^>]*>' "$2" | grep -oP "\\b$1=\"\\K[0-9]+" || echo 0; } # NAME REPORT

cell() { # RESULTS PROJECT: how many of the tests passed
    local report=artifacts/$1/TechCorp.$2.Tests.xml passed total
    passed=$(attribute passed "$report") total=$(attribute total "$report")
    if [[ $passed == "$total" ]]; then echo "all $total"; else echo "$passed of $total"; fi
}

row() { # DEBIAN RESULTS
    echo "| $(sed 's/, / | /; s/RabbitMQ \|PostgreSQL //g' "artifacts/$2/servers") | $1 | $(cell "$2" Messaging) | $(cell "$2" Outbox) |"
}

results() {
    local folder rabbitmq=() text
    for folder in test-results test-results-trixie test-results-forky; do
        if [[ ! -s artifacts/$folder/servers || ! -s artifacts/$folder/TechCorp.Messaging.Tests.xml || ! -s artifacts/$folder/TechCorp.Outbox.Tests.xml ]]; then
            echo "compatibility: $page stays as it is, because artifacts/$folder has no complete run." >&2
            return
        fi
        rabbitmq+=("$(cut -d ' ' -f 2 "artifacts/$folder/servers")")
    done
    if [[ $(printf '%s\n' "${rabbitmq[@]}" | sort -u | wc -l) != 3 ]]; then
        echo "compatibility: $page stays as it is, because it shows three versions of RabbitMQ and this machine ran only ${rabbitmq[*]}." >&2
        return
    fi
    text=$(
        echo
        echo '| RabbitMQ | PostgreSQL | Debian | tests of TechCorp.Messaging passed | tests of TechCorp.Outbox passed |'
        echo '|---|---|---|---|---|'
        row "$(. /etc/os-release && echo "${VERSION_ID-}${VERSION_CODENAME:+ ($VERSION_CODENAME)}")" test-results
        row '13 (trixie)' test-results-trixie
        row 'testing (forky)' test-results-forky
    )
    text=$text awk -v begin="$begin" -v end="$end" '
        $0 == end { inside = 0 }
        !inside { print }
        $0 == begin { inside = 1; print ENVIRON["text"]; print "" }' "$page" >"$page.new"
    cmp -s "$page.new" "$page" || echo "compatibility: $page has new results."
    cat "$page.new" >"$page"
    rm -f "$page.new"
}

differences() { # [--no-build]
    local project=tests/TechCorp.Patterns.Conventions.Tests
    export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
    [[ ${1-} == --no-build ]] || dotnet build "$project" -c Release -v quiet -p:RunAnalyzers=false -p:EnforceCodeStyleInBuild=false
    TECHCORP_WRITE_COMPATIBILITY=1 dotnet "$project/bin/Release/net10.0/TechCorp.Patterns.Conventions.Tests.dll" --filter-class '*.Compatibility'
    git diff --stat -- "$page"
}

case ${1-} in
    results | differences) "$@" ;;
    *) sed -n '2,4s/^# //p' "$0" >&2; exit 2 ;;
esac
