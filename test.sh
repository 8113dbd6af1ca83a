#!/usr/bin/env bash
# Restores, builds, packs and runs every test project; the last line says how many tests passed, failed and were skipped.
set -uo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")" || exit 2
root=$PWD
results=$root/artifacts/test-results
packages=$root/artifacts/packages
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en
export MSBUILDDISABLENODEREUSE=1 # no build process outlives the script

usage() {
    cat >&2 <<'END'
usage: ./test.sh [--soak] [--project NAME] [--suite SUITE] [--no-build] [-- ARG...]
  --soak          runs the tests with the trait Category=Soak instead of all others
  --project NAME  runs one test project: TechCorp.Outbox.Tests, or just Outbox
  --suite SUITE   runs the Messaging and Outbox tests, or the project named, against the servers of another Debian release:
                  trixie (RabbitMQ 4.0, PostgreSQL 17) or forky (RabbitMQ 4.3, PostgreSQL 18); see eng/services.sh
  --no-build      runs the tests of the last build, with its packages
  -- ARG...       passes the arguments on to every test project, for example: -- --filter-class '*Outbox*'
END
    exit 2
}

filter=--filter-not-trait only='' build=1 suite=''
while (($# > 0)); do
    case $1 in
        --soak) filter=--filter-trait ;;
        --project) [[ -n ${2-} ]] || usage; only=$2; shift ;;
        --suite) [[ ${2-} == trixie || ${2-} == forky ]] || usage; suite=$2 results+=-$2; shift ;;
        --no-build) build= ;;
        --) shift; break ;;
        *) echo "test.sh: unknown option '$1'." >&2; usage ;;
    esac
    shift
done
pass_on=("$@")

projects=()
for file in tests/*.Tests/*.Tests.csproj; do
    name=$(basename "$file" .csproj)
    [[ -z $suite || -n $only || $name =~ ^TechCorp\.(Messaging|Outbox)\.Tests$ ]] || continue
    if [[ -z $only || $name == "$only" || $name == "TechCorp.$only.Tests" || $name == "TechCorp.Patterns.$only.Tests" ]]; then
        projects+=("$name")
    fi
done
if ((${#projects[@]} == 0)); then
    echo "test.sh: no test project is called '$only'; there are: $(cd tests && echo *.Tests)." >&2
    exit 2
fi

finish() { # PASSED FAILED SKIPPED EXIT-CODE
    echo "$1 passed, $2 failed, $3 skipped" | tee "$results/summary"
    exit "$4"
}

step() { # WHAT COMMAND...
    local began=$SECONDS
    if ! "${@:2}" </dev/null; then
        echo "test.sh: $1 failed; the errors are above."
        finish 0 1 0 1
    fi
    echo "$1: $((SECONDS - began)) s"
}

# The version is new every time, because a package once restored is never read again from the feed. It is given to every
# step: packing takes the version of a referenced project from its restore.
build_and_pack() {
    local suffix project
    suffix=ci.$(date -u +%Y%m%d%H%M%S)
    local options=(-p:VersionSuffix="$suffix" --verbosity quiet --tl:off)
    mkdir -p "$packages" && rm -f "$packages"/*.nupkg "$packages"/*.snupkg
    step restore dotnet restore TechCorp.Patterns.sln "${options[@]}"
    step build dotnet build TechCorp.Patterns.sln -c Release --no-restore "${options[@]}"
    step format check_format
    for project in src/*/*.csproj; do
        step "pack $(basename "$project" .csproj)" dotnet pack "$project" -c Release --no-build --output "$packages" "${options[@]}"
    done
}

# What the build does not check everywhere: layout, and the order and the need of usings. Names and style are checked there already (EnforceCodeStyleInBuild);
# "dotnet format" without a part would run every analyzer again, which takes minutes.
# shellcheck disable=SC2317 # called through step
check_format() {
    local options=(TechCorp.Patterns.sln --verify-no-changes --no-restore) code=0
    dotnet format whitespace "${options[@]}" || code=1
    dotnet format style "${options[@]}" --diagnostics IMPORTS IDE0005 || code=1
    return "$code"
}

# A machine that cannot have the suite (no root, no right to mount, no mirror) has failed no test of it.
install_suite() {
    local code=0 said=$results/installation.log
    eng/services.sh --suite "$suite" install </dev/null 2>&1 | tee "$said" || code=$?
    if ((code == 3)); then
        tail -n 1 "$said" | sed 's/^services: /not run: /' | tee "$results/not-run"
        finish 0 0 0 0
    fi
    ((code == 0)) || finish 0 1 0 1
}

# Inside services.sh, so that all projects share the servers. The exit code is kept next to the report.
# shellcheck disable=SC2317 # called through an exported function
run_projects() { # RESULTS FILTER COUNT PROJECT... ARG...
    local results=$1 filter=$2 project
    echo "RabbitMQ $TECHCORP_RABBITMQ_VERSION, PostgreSQL $TECHCORP_POSTGRES_VERSION" >"$results/servers"
    for project in "${@:4:$3}"; do
        echo "== $project"
        dotnet "tests/$project/bin/Release/net10.0/$project.dll" --report-xunit --report-xunit-filename "$project.xml" \
            --results-directory "$results" "$filter" Category=Soak "${@:4+$3}" </dev/null
        echo $? >"$results/$project.exit"
    done
}

attribute() { # NAME TAG
    local value
    value=$(sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$2")
    echo "${value:-0}"
}

count() { # PROJECT: adds its numbers to the totals
    local project=$1 report=$results/$1.xml tag code p=0 f=0 s=0 note=''
    code=$(cat "$results/$project.exit" 2>/dev/null)
    tag=$(tr '\n' ' ' 2>/dev/null <"$report" | grep -o '<assembly [^>]*>' | head -n 1)
    if [[ -z $tag ]]; then
        f=1 note=" (no report; exit code ${code:-unknown})"
    else
        p=$(attribute passed "$tag") s=$(attribute skipped "$tag")
        f=$(($(attribute failed "$tag") + $(attribute errors "$tag")))
        # 8 is "no test matched"; any other code without a failed test means that the run did not get to its end.
        if ((f == 0)) && [[ $code != 0 && $code != 8 ]]; then f=1 note=" (exit code ${code:-unknown})"; fi
    fi
    printf '%-42s %5d passed, %d failed, %d skipped%s\n' "$project" "$p" "$f" "$s" "$note"
    if ((f > 0)); then
        echo "$project${suite:+ on $suite}: $f failed$note" >>"$results/failures"
        failures "$report" | tee -a "$results/failures"
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
}

# What failed and why, again: above, it is lost among what the tests print.
failures() { # REPORT
    tr '\n' ' ' 2>/dev/null <"$1" | grep -oP '<test (?=[^>]*result="Fail").*?</message>' |
        sed -E 's/^<test [^>]*name="([^"]*)".*<message>(<!\[CDATA\[)?(.*)/  failed: \1: \3/; s/(\]\]>)?<\/message>$//' | cut -c 1-1000
}

rm -rf "$results" && mkdir -p "$results" # first of all: no report of an earlier run beside a build that failed
[[ -z $build ]] || build_and_pack
servers=(--private)
if [[ -n $suite ]]; then
    servers=(--suite "$suite")
    install_suite
fi
# A machine that lacks the spelling checker and cannot install it runs all other tests.
if [[ " ${projects[*]} " == *" TechCorp.Patterns.Conventions.Tests "* ]]; then eng/spelling.sh </dev/null || true; fi
TECHCORP_PACKED_FEED=$packages
TECHCORP_PACKED_VERSION=$(cd "$packages" 2>/dev/null && printf '%s\n' TechCorp.Outbox.*.nupkg | sed 's/^TechCorp\.Outbox\.//; s/\.nupkg$//' | tail -n 1)
export TECHCORP_PACKED_FEED TECHCORP_PACKED_VERSION
export -f run_projects

# In the background, so that a signal to this script ends the servers and the tests too.
eng/services.sh "${servers[@]}" run -- bash -c 'run_projects "$@"' - "$results" "$filter" "${#projects[@]}" "${projects[@]}" "${pass_on[@]}" </dev/null &
services=$!
trap 'trap "" INT TERM HUP; kill -s TERM "$services" 2>/dev/null; wait "$services"; exit 143' INT TERM HUP
wait "$services"

passed=0 failed=0 skipped=0
echo
for name in "${projects[@]}"; do count "$name"; done
((failed == 0 && passed > 0)) && finish "$passed" "$failed" "$skipped" 0
finish "$passed" "$failed" "$skipped" 1
