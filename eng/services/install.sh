# shellcheck shell=bash
# Finds the server programs; installs what is missing from Debian.

RABBITMQ_BIN=/usr/lib/rabbitmq/bin # not /usr/sbin: the wrappers there insist on /var/lib/rabbitmq
POSTGRES_BIN=

find_postgres() {
    POSTGRES_BIN=$(printf '%s\n' "$SUITE_ROOT"/usr/lib/postgresql/*/bin | sort -V | tail -n 1)
    POSTGRES_BIN=${POSTGRES_BIN#"$SUITE_ROOT"}
    [[ -x $SUITE_ROOT$POSTGRES_BIN/postgres && -x $SUITE_ROOT$POSTGRES_BIN/initdb ]] && return
    [[ -z $SUITE_ROOT ]] || return 1
    POSTGRES_BIN=$(dirname "$(command -v postgres || echo /missing/postgres)")
    [[ -x $POSTGRES_BIN/initdb ]]
}

missing_of() { # SERVER...: prints those whose programs are not here
    local server
    for server in "$@"; do
        case $server in
            rabbitmq) [[ -x $RABBITMQ_BIN/rabbitmq-server ]] && command -v epmd >/dev/null || echo rabbitmq ;;
            postgres) find_postgres || echo postgres ;;
            debootstrap) command -v debootstrap >/dev/null || [[ -x /usr/sbin/debootstrap ]] || echo debootstrap ;;
            pgbouncer) [[ -x /usr/sbin/pgbouncer ]] || echo pgbouncer ;;
            hunspell*) has_spelling "$server" || echo "$server" ;;
        esac
    done
}

has_spelling() { # hunspell or the package of a dictionary
    case $1 in
        hunspell) command -v hunspell >/dev/null ;;
        hunspell-en-us) [[ -e /usr/share/hunspell/en_US.dic ]] ;;
        hunspell-pt-br) [[ -e /usr/share/hunspell/pt_BR.dic ]] ;;
    esac
}

package_of() { case $1 in rabbitmq) echo rabbitmq-server ;; postgres) echo postgresql ;; *) echo "$1" ;; esac; }

# The pooler that the tests of the relay start themselves. Only tests need it, so its absence is not an error.
install_pooler() {
    [[ -n $(missing_of pgbouncer) ]] || return 0
    if ((EUID == 0)) && command -v apt-get >/dev/null && say "installing pgbouncer" && install_packages pgbouncer; then return 0; fi
    say "pgbouncer is not installed; the tests that need it will fail: run 'apt-get install pgbouncer' as root."
}

remedy_of() { # PACKAGES VARIABLES: what the user can do; a private run takes no servers of others
    local other=''
    if [[ -z ${private-} ]]; then other=", or set $2 to running servers"; fi
    if command -v apt-get >/dev/null; then
        echo "run 'apt-get install$1' as root$other."
    else
        echo "install RabbitMQ (looked for $RABBITMQ_BIN/rabbitmq-server and epmd on the PATH) and PostgreSQL (looked in /usr/lib/postgresql and on the PATH)$other."
    fi
}

install_missing() { # SERVER...
    local missing server packages='' variables='' remedy
    if [[ -n $SUITE ]]; then install_pooler; return; fi # the suite has its servers
    mapfile -t missing < <(missing_of "$@")
    if ((${#missing[@]} > 0)); then
        for server in "${missing[@]}"; do
            packages+=" $(package_of "$server")"
            variables+="${variables:+ and }TECHCORP_${server^^}"
        done
        remedy=$(remedy_of "$packages" "$variables")
        if ((EUID != 0)) || ! command -v apt-get >/dev/null; then fail "missing$packages: $remedy"; fi
        say "installing$packages"
        install_packages "${missing[@]}" || fail "could not install$packages; apt-get's last lines are above: $remedy"
    fi
    if [[ " $* " == *" postgres "* ]]; then find_postgres && install_pooler; fi
}

# One installation at a time, and nothing that the packages bring may start by itself.
install_packages() ( # SERVER...; a subshell: the lock and the trap end with it
    exec 9>/run/lock/techcorp-services-install && flock 9 || exit 1
    packages=()
    for server in $(missing_of "$@"); do packages+=("$(package_of "$server")"); done
    ((${#packages[@]} > 0)) || exit 0

    policy=/usr/sbin/policy-rc.d
    cluster=/etc/postgresql-common/createcluster.d/techcorp-services.conf
    saved=$(mktemp -d) && log=$(mktemp) || exit 1
    # shellcheck disable=SC2317 # called by the trap
    restore() {
        rm -f "$cluster" "$log"
        if [[ -e $saved/policy || -L $saved/policy ]]; then
            mv -f "$saved/policy" "$policy"
        elif [[ -e $saved/none ]]; then
            rm -f "$policy"
        fi
        rm -rf "$saved"
    }
    trap restore EXIT
    trap 'exit 130' INT TERM HUP
    if [[ -e $policy || -L $policy ]]; then mv "$policy" "$saved/policy"; else touch "$saved/none"; fi || exit 1
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy" || exit 1
    mkdir -p "${cluster%/*}" && echo 'create_main_cluster = false' >"$cluster" || exit 1

    export DEBIAN_FRONTEND=noninteractive
    install=(apt-get -o DPkg::Lock::Timeout=600 -qq -y --no-install-recommends install "${packages[@]}")
    if ! "${install[@]}" </dev/null >"$log" 2>&1 9>&-; then
        say "the package lists may be out of date: running apt-get update"
        apt-get -qq update </dev/null >&2 9>&-
        if ! "${install[@]}" </dev/null >"$log" 2>&1 9>&-; then
            tail -n 15 "$log" >&2
            exit 1
        fi
    fi
)
