#!/usr/bin/env bash
# Installs the spelling checker of the convention tests and its dictionaries where they are missing; exit code 2 where it cannot.
# shellcheck source-path=SCRIPTDIR
set -euo pipefail

say() { echo "spelling: $*" >&2; }
. "$(dirname "${BASH_SOURCE[0]}")/services/install.sh"

mapfile -t missing < <(missing_of hunspell hunspell-en-us hunspell-pt-br)
((${#missing[@]} > 0)) || exit 0
if ((EUID == 0)) && command -v apt-get >/dev/null && say "installing ${missing[*]}" && install_packages "${missing[@]}"; then exit 0; fi
say "the spelling of documents and messages cannot be checked: run 'apt-get install ${missing[*]}' as root."
exit 2
