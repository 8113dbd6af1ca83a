#!/usr/bin/env bash
# Makes a release: changelog, version, shipped API, tests, packages, commit and tag. Pushes nothing. See usage below.
# The work is done in a clone; the checkout gets the commit, the tag and the packages at the end, or nothing.
set -euo pipefail

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en
export MSBUILDDISABLENODEREUSE=1 # no build process outlives the script

usage() {
    cat >&2 <<'END'
usage: eng/release.sh VERSION [--dry-run [--clone FOLDER] [--no-test] [--no-pack]]
  VERSION         a semantic version that is newer than the last tag, without 'v': 0.2.0 or 0.2.0-rc.1
  --dry-run       rehearses the release in a temporary clone and leaves the checkout as it is
  --clone FOLDER  clones to FOLDER, which must not exist, and keeps it
  --no-test       leaves ./test.sh out
  --no-pack       leaves the packages and their verification out
A pre-release keeps PublicAPI.Unshipped.txt: an API is promised by the release that follows.
END
    exit 2
}

refuse() { echo "release: $*" >&2; exit 2; }
fail() { echo "release: $*" >&2; exit 1; }
say() { echo "release: $*"; }

VERSION='' DRY_RUN='' CLONE='' TEST=1 PACK=1
while (($# > 0)); do
    case $1 in
        --dry-run) DRY_RUN=1 ;;
        --clone) [[ -n ${2-} ]] || usage; CLONE=$2; shift ;;
        --no-test) TEST='' ;;
        --no-pack) PACK='' ;;
        -*) refuse "unknown option '$1'; run eng/release.sh without arguments for the usage." ;;
        *) [[ -z $VERSION ]] || refuse "two versions were given, '$VERSION' and '$1'; give one."; VERSION=$1 ;;
    esac
    shift
done
[[ -n $VERSION ]] || usage
[[ -n $DRY_RUN || (-n $TEST && -n $PACK && -z $CLONE) ]] || refuse "--no-test, --no-pack and --clone are for a rehearsal; add --dry-run."
[[ -z $CLONE || ! -e $CLONE ]] || refuse "'$CLONE' exists; give --clone a folder that does not."
[[ -z $CLONE || $CLONE == /* ]] || CLONE=$PWD/$CLONE

cd "$(dirname "${BASH_SOURCE[0]}")/.."
ROOT=$PWD
DATE=$(date -u +%F)
CORE=${VERSION%%-*}

is_semantic() { # VERSION; without build metadata, which neither a feed nor a tag distinguishes
    local number='(0|[1-9][0-9]*)' identifier='(0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)'
    [[ $1 =~ ^$number\.$number\.$number(-$identifier(\.$identifier)*)?$ ]]
}

# In the order of precedence. To 'sort -V', a tilde comes before the end: 1.0.0-rc.1 before 1.0.0.
sort_versions() { sed 's/-/~/' | LC_ALL=C sort -V | sed 's/~/-/'; }

tagged() { # the versions of the tags that HEAD contains, oldest first
    git tag --list 'v*' --merged HEAD | sed 's/^v//' | while IFS= read -r version; do
        if is_semantic "$version"; then echo "$version"; fi
    done | sort_versions
}

unreleased() { awk '/^## / { inside = $0 ~ /^## \[Unreleased\][ \t]*$/; next } /^\[[^]]+\]:/ { inside = 0 } inside' CHANGELOG.md; }

check() {
    local branch newest
    is_semantic "$VERSION" || refuse "'$VERSION' is not a semantic version; give MAJOR.MINOR.PATCH, for example 0.2.0 or 0.2.0-rc.1."
    [[ -z $(git status --porcelain) ]] || refuse "the checkout has uncommitted changes; commit or stash them (git status lists them)."
    branch=$(git symbolic-ref --quiet --short HEAD) || [[ -n $DRY_RUN ]] || refuse "HEAD is on no branch; check out the branch that the release belongs to."
    BRANCH=${branch:-HEAD}
    ! git rev-parse --quiet --verify "refs/tags/v$VERSION" >/dev/null || refuse "the tag v$VERSION exists; give a version that was not released."
    LAST=$(tagged | tail -n 1)
    newest=$(printf '%s\n' "$LAST" "$VERSION" | sed '/^$/d' | sort_versions | tail -n 1)
    [[ $newest == "$VERSION" ]] || refuse "$VERSION is not newer than v$LAST, the last tag; give a newer version."
    grep -q '^## \[Unreleased\][[:blank:]]*$' CHANGELOG.md || refuse "CHANGELOG.md has no '## [Unreleased]' section; add it and list what users notice."
    unreleased | grep '^[-*] ' >/dev/null || { [[ $VERSION == "$CORE" ]] && grep -qF "## [$CORE-" CHANGELOG.md; } || refuse "the Unreleased section of CHANGELOG.md is empty; list what users notice since ${LAST:+v}${LAST:-the first commit}."
    if grep -qF "## [$VERSION]" CHANGELOG.md; then refuse "CHANGELOG.md has a section for $VERSION already; merge it into Unreleased."; fi
    URL=$(sed -n 's:.*<RepositoryUrl>\(.*\)</RepositoryUrl>.*:\1:p' Directory.Build.props)
    [[ -n $URL ]] || refuse "Directory.Build.props sets no RepositoryUrl; the changelog links to it."
}

# Everything from here on happens in the clone.
clone() {
    local key value
    WORK=$(mktemp -d "${TMPDIR:-/tmp}/techcorp-release.XXXXXX")
    trap 'rm -rf "$WORK"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    CLONE=${CLONE:-$WORK/clone}
    git clone --quiet --no-hardlinks "$ROOT" "$CLONE" || fail "git could not clone $ROOT to $CLONE; its message is above."
    for key in user.name user.email user.signingkey gpg.format commit.gpgsign tag.gpgsign; do
        if value=$(git config "$key"); then git -C "$CLONE" config "$key" "$value"; fi
    done
    git -C "$CLONE" remote set-url origin "$URL" # what Source Link writes into the symbols
    cd "$CLONE"
}

# The sections of the candidates of a final release become part of its own, and their links go.
write_changelog() {
    local previous=$URL/releases/tag/v$VERSION last=$LAST candidates=''
    if [[ $VERSION == "$CORE" ]]; then
        candidates="$CORE-"
        last=$(tagged | grep -vF "$CORE-" | tail -n 1 || true)
    fi
    if [[ -n $last ]]; then previous=$URL/compare/v$last...v$VERSION; fi
    awk -v version="$VERSION" -v date="$DATE" -v head="[Unreleased]: $URL/compare/v$VERSION...HEAD" -v link="[$VERSION]: $previous" -v candidates="$candidates" '
        candidates != "" && (index($0, "## [" candidates) == 1 || index($0, "[" candidates) == 1) { folded = 1; next }
        folded && /^[ \t]*$/ { next }
        { folded = 0 }
        /^## \[Unreleased\]/ && !moved { print; print ""; print "## [" version "] - " date; moved = 1; next }
        /^\[Unreleased\]:/ { print head; print link; linked = 1; next }
        { print }
        END { if (!linked) { print ""; print head; print link } }
    ' CHANGELOG.md >"$WORK/changelog"
    cat "$WORK/changelog" >CHANGELOG.md
}

write_version() {
    sed -i "s:<VersionPrefix>.*</VersionPrefix>:<VersionPrefix>$CORE</VersionPrefix>:" Directory.Build.props
    grep -q "<VersionPrefix>$CORE</VersionPrefix>" Directory.Build.props || fail "Directory.Build.props sets no VersionPrefix; add it."
    # The sample that uses the packages asks for the version that the repository builds.
    sed -i -E "s:(TechCorpPatternsVersion(=| [^>]*>))[0-9]+\.[0-9]+\.[0-9]+:\1$CORE:" samples/PackedSample/PackedSample.csproj
}

ship_api() { # FOLDER: a line "*REMOVED*X" takes X out of what was shipped
    local shipped=$1/PublicAPI.Shipped.txt unshipped=$1/PublicAPI.Unshipped.txt
    {
        echo '#nullable enable'
        awk 'FNR == 1 { file++ }
            /^#nullable/ || /^[ \t]*$/ { next }
            file == 1 && /^\*REMOVED\*/ { gone[substr($0, 10)] = 1; next }
            !($0 in gone)' "$unshipped" "$shipped" | LC_ALL=C sort -u
    } >"$WORK/shipped"
    cat "$WORK/shipped" >"$shipped"
    echo '#nullable enable' >"$unshipped"
}

ship_apis() {
    local file
    [[ $VERSION == "$CORE" ]] || return 0
    for file in src/*/PublicAPI.Unshipped.txt; do ship_api "${file%/*}"; done
}

run_tests() {
    ./test.sh || fail "./test.sh failed for $VERSION; mend what it names above and begin again."
    [[ -z $(git status --porcelain) ]] || fail "./test.sh changed files of $VERSION; commit what it writes first: $(git status --porcelain | head -n 3 | tr '\n' ' ')"
}

pack() {
    local project name options stable baseline=''
    PACKAGES=$CLONE/artifacts/release
    rm -rf "$PACKAGES"
    options=(-c Release -p:Version="$VERSION" -p:CI=true --output "$PACKAGES" --verbosity quiet --tl:off)
    stable=$(tagged | grep -v -e - | grep -vxF "$VERSION" | tail -n 1) || true # a pre-release promised no API
    for project in src/*/*.csproj; do
        if [[ -n $stable ]] && git cat-file -e "v$stable:$project" 2>/dev/null; then baseline+="/$(basename "$project" .csproj)"; fi
    done
    [[ -z $baseline ]] || options+=(-p:BaselineVersion="$stable" -p:BaselinePackages="$baseline/")
    for project in src/*/*.csproj; do
        name=$(basename "$project" .csproj)
        dotnet pack "$project" "${options[@]}" </dev/null ||
            fail "$name $VERSION was not packed; the errors are above.${baseline:+ CP errors: the API breaks that of $stable. NU1101, NU1102: no package source has $stable; set RestoreAdditionalProjectSources to a folder that has it.}"
        say "packed $name $VERSION"
    done
    [[ -z $baseline ]] || say "the API is compatible with $stable:${baseline//\// }"
}

# The tests of packed packages, on those that will be pushed.
verify() {
    local tests=TechCorp.Patterns.Conventions.Tests
    dotnet build "tests/$tests" -c Release --verbosity quiet --tl:off </dev/null || fail "$tests was not built; the errors are above."
    TECHCORP_PACKED_FEED=$PACKAGES TECHCORP_PACKED_VERSION=$VERSION dotnet "tests/$tests/bin/Release/net10.0/$tests.dll" \
        --filter-class '*.PackageContents' --filter-class '*.PackageReadmes' --filter-class '*.PackedSample' </dev/null ||
        fail "the packages of $VERSION do not hold what they must; the failed tests are above."
}

report() {
    git --no-pager show --no-patch --format='commit   %s' HEAD
    git --no-pager tag --list "v$VERSION" --format='tag      %(refname:short) (%(objecttype)): %(contents:subject)'
    git --no-pager show --stat=120 --format= HEAD
    git --no-pager show --format= HEAD -- CHANGELOG.md Directory.Build.props
}

# The checkout gets everything at once.
hand_over() {
    local release=$ROOT/artifacts/release
    cd "$ROOT"
    git fetch --quiet --no-tags "$CLONE" "refs/tags/v$VERSION:refs/tags/v$VERSION"
    if ! git merge --quiet --ff-only "v$VERSION^{commit}"; then
        git tag --delete "v$VERSION" >/dev/null
        fail "$BRANCH has moved while $VERSION was made; begin again."
    fi
    rm -rf "$release" && mkdir -p "$release" && cp "$PACKAGES"/* "$release"
    cat <<END

Release $VERSION is committed and tagged here, and nothing is published. To publish it:
  git push --atomic origin $BRANCH v$VERSION
  dotnet nuget push 'artifacts/release/*.nupkg' --source "\$NUGET_SOURCE" --api-key "\$NUGET_API_KEY"
The second command takes the symbol packages (*.snupkg) along. NUGET_SOURCE is the feed, NUGET_API_KEY a key for it.
END
}

check
clone
write_changelog
write_version
ship_apis
# The commit comes first: the packages and their symbols name it.
git commit --quiet --all --message "Release $VERSION" || fail "git did not commit $VERSION; its message is above."
git tag --annotate "v$VERSION" --message "Release $VERSION" || fail "git did not tag v$VERSION; its message is above."
[[ -z $TEST ]] || run_tests
if [[ -n $PACK ]]; then
    pack
    verify
fi
report
if [[ -n $DRY_RUN ]]; then
    say "$VERSION was rehearsed${TEST:+, tested}${PACK:+, packed and verified}; nothing was changed in $ROOT."
else
    hand_over
fi
