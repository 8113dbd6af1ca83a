#!/usr/bin/env bash
# Runs a command with RabbitMQ and PostgreSQL: see usage below.
# shellcheck source-path=SCRIPTDIR
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
STATE=      # the data folder of the servers this script started, or of those around it
SERVERS=()  # what STATE holds: rabbitmq, postgres
CLAIMS=()   # the files that reserve ports
COMMAND_PID=
GUARD_PID=
EPMD_PORT=
RABBITMQ_NAMES=() RABBITMQ_PORTS=() RABBITMQ_DIST_PORTS=() # from index 1
RABBITMQ_MANAGEMENT_PORT=
POSTGRES_PORT=
POSTGRES_PASSWORD=

say() { echo "services: $*" >&2; }
fail() { say "$*"; exit 2; }
random_hex() { head -c "$1" /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }
own() { ((EUID != 0)) || chown -R "$(account "$1")" "$2"; } # ACCOUNT FOLDER

. "$here/services/install.sh"
. "$here/services/process.sh"
. "$here/services/suite.sh"
. "$here/services/rabbitmq.sh"
. "$here/services/postgres.sh"
. "$here/services/control.sh"

usage() {
    cat >&2 <<'END'
usage: eng/services.sh [--private | --suite SUITE] [cluster] run -- COMMAND [ARG...]
           runs COMMAND with TECHCORP_RABBITMQ and TECHCORP_POSTGRES set; starts a private server for each that is not
           set, stops it afterwards and returns COMMAND's exit code
             --private   starts private servers even if the variables are set
             --suite     starts private servers of another Debian release, in a chroot that is made once and kept in
                         ~/.cache/techcorp-patterns: trixie has RabbitMQ 4.0 and PostgreSQL 17, forky 4.3 and 18; needs root
             cluster     starts three RabbitMQ nodes unless TECHCORP_RABBITMQ_NODES is set
           a private RabbitMQ with one node has the management plugin: TECHCORP_RABBITMQ_MANAGEMENT is its URL
             TECHCORP_RABBITMQ_VERSION and TECHCORP_POSTGRES_VERSION are the versions of the private servers
       eng/services.sh --suite SUITE install                        makes the chroot; status 3 where that is not possible
       inside of COMMAND, to control the private servers:
       eng/services.sh start|stop|restart|kill rabbitmq|postgres [--node N]    same port and data; without --node: every node
       eng/services.sh pid rabbitmq|postgres [--node N]
       eng/services.sh rabbitmqctl [--node N] ARG...
END
    exit 2
}

main() {
    local private="" cluster=""
    while (($# > 0)); do
        case $1 in
            --private) private=1 ;;
            --suite)
                [[ " ${SUITES[*]} " == *" ${2-} "* ]] || { say "a suite is one of: ${SUITES[*]}"; usage; }
                SUITE=$2 private=1
                shift ;;
            cluster) cluster=1 ;;
            install) [[ -n $SUITE && -z $cluster && $# == 1 ]] || usage; suite_install; exit ;;
            run) shift; run_with_servers "$private" "$cluster" "$@" ;;
            start | stop | restart | kill | pid) [[ -z $private$cluster ]] || usage; control "$@" ;;
            rabbitmqctl) [[ -z $private$cluster ]] || usage; shift; control_rabbitmqctl "$@" ;;
            *) usage ;;
        esac
        shift
    done
    usage
}

run_with_servers() { # PRIVATE CLUSTER -- COMMAND...
    local private=$1 count=1 status=0
    [[ -z $2 ]] || count=3
    if [[ ${3-} != -- ]] || (($# == 3)); then usage; fi
    shift 3
    if [[ $count == 3 && -z $private && -n ${TECHCORP_RABBITMQ_NODES-} ]]; then
        export TECHCORP_RABBITMQ="${TECHCORP_RABBITMQ-${TECHCORP_RABBITMQ_NODES%%,*}}"
    elif [[ $count == 3 || -n $private || -z ${TECHCORP_RABBITMQ-} ]]; then
        SERVERS+=(rabbitmq)
    fi
    if [[ -n $private || -z ${TECHCORP_POSTGRES-} ]]; then SERVERS+=(postgres); fi
    ((${#SERVERS[@]} > 0)) || exec "$@"

    trap 'end $?' EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    trap 'exit 129' HUP
    SUITE=${SUITE:-${TECHCORP_SERVICES_SUITE-}} # a test that starts its own servers gets those of the run around it
    if [[ -n $SUITE ]]; then suite_install; fi
    install_missing "${SERVERS[@]}"
    start_servers "$count"
    start_guard
    # In the background, because a shell that waits in the foreground handles no signal. That would take away the input
    # and SIGINT, so both are given back.
    env --default-signal=INT,QUIT "$@" <&0 &
    COMMAND_PID=$!
    wait "$COMMAND_PID" || status=$?
    COMMAND_PID=
    exit "$status"
}

start_servers() { # RABBITMQ_NODES
    local began n
    began=$(now_ms)
    STATE=$(mktemp -d /tmp/techcorp-services.XXXXXX) # short, as it holds a Unix socket; other accounts pass through it
    chmod 711 "$STATE"
    if has rabbitmq; then
        rabbitmq_prepare "$1"
        rabbitmq_launch 1
    fi
    if has postgres; then
        postgres_prepare
        postgres_launch
    fi
    if has postgres; then
        postgres_await
        postgres_query postgres 'create database techcorp' || fail "PostgreSQL did not create the database."
        export TECHCORP_POSTGRES="Host=127.0.0.1;Port=$POSTGRES_PORT;Username=techcorp;Password=$POSTGRES_PASSWORD;Database=techcorp"
        TECHCORP_POSTGRES_PID=$(member_pid postgres)
        TECHCORP_POSTGRES_VERSION=$(postgres_version)
        export TECHCORP_POSTGRES_PID TECHCORP_POSTGRES_VERSION
        say "PostgreSQL $TECHCORP_POSTGRES_VERSION on port $POSTGRES_PORT in $(seconds_since "$began")"
    fi
    if has rabbitmq; then
        rabbitmq_await 1
        for ((n = 2; n <= $1; n++)); do rabbitmq_launch "$n"; done
        for ((n = 2; n <= $1; n++)); do rabbitmq_await "$n"; done
        (($1 == 1)) || rabbitmq_await_cluster "$1"
        export_rabbitmq
        say "RabbitMQ $TECHCORP_RABBITMQ_VERSION on port $(join ' ' "${RABBITMQ_PORTS[@]}") in $(seconds_since "$began")"
    fi
    (umask 077 && declare -p SERVERS SUITE SUITE_ROOT EPMD_PORT RABBITMQ_NAMES RABBITMQ_PORTS RABBITMQ_DIST_PORTS POSTGRES_PORT POSTGRES_PASSWORD |
        sed 's/^declare /declare -g /' >"$STATE/settings")
    export TECHCORP_SERVICES_STATE="$STATE" TECHCORP_SERVICES_SUITE="$SUITE"
}

has() { [[ " ${SERVERS[*]} " == *" $1 "* ]]; }
join() { local IFS=$1; shift; echo "$*"; }

export_rabbitmq() {
    local n uris=() pids=()
    for n in "${!RABBITMQ_PORTS[@]}"; do
        uris+=("amqp://guest:guest@127.0.0.1:${RABBITMQ_PORTS[n]}/")
        pids+=("$(member_pid "rabbitmq-$n")")
    done
    export TECHCORP_RABBITMQ="${uris[0]}" TECHCORP_RABBITMQ_PID="${pids[0]}"
    TECHCORP_RABBITMQ_VERSION=$(rabbitmq_version)
    export TECHCORP_RABBITMQ_VERSION
    unset TECHCORP_RABBITMQ_NODES TECHCORP_RABBITMQ_PIDS TECHCORP_RABBITMQ_MANAGEMENT
    if [[ -n $RABBITMQ_MANAGEMENT_PORT ]]; then export TECHCORP_RABBITMQ_MANAGEMENT="http://guest:guest@127.0.0.1:$RABBITMQ_MANAGEMENT_PORT"; fi
    if ((${#uris[@]} > 1)); then
        TECHCORP_RABBITMQ_NODES=$(join , "${uris[@]}")
        TECHCORP_RABBITMQ_PIDS=$(join , "${pids[@]}")
        export TECHCORP_RABBITMQ_NODES TECHCORP_RABBITMQ_PIDS
    fi
}

# Nothing can be trapped when the script itself is killed, so a second process, out of its process group, stops the servers then.
start_guard() {
    local started
    started=$(started_at $$)
    set -m
    (
        trap '' INT TERM HUP
        exec {silence}<> <(:)
        while [[ $(started_at $$) == "$started" ]]; do read -r -t 1 -u "$silence" || true; done
        end 1
    ) </dev/null >/dev/null 2>&1 &
    GUARD_PID=$!
    disown "$GUARD_PID"
    set +m
}

# Whatever happened: the command and what it started first, then the servers, all by pid.
# shellcheck disable=SC2317 # called by the trap
end() { # STATUS
    local file member pid
    trap '' INT TERM HUP
    set +e
    [[ -z $GUARD_PID ]] || kill -s KILL "$GUARD_PID" 2>/dev/null
    [[ -z $COMMAND_PID ]] || stop_tree "$COMMAND_PID"
    if [[ -n $STATE ]]; then
        # A process whose start was interrupted before its pid was noted is still a job of this shell.
        for pid in $(jobs -p); do kill -s KILL "$pid" 2>/dev/null; done
        for file in "$STATE"/*.pid; do
            member=$(basename "$file" .pid)
            if [[ $member == postgres ]]; then stop_member "$member" QUIT 5; else stop_member "$member" KILL 5; fi
        done
        postgres_release
        # The children of a killed server need a moment to notice.
        for _ in {1..50}; do rm -rf "$STATE" 2>/dev/null && break; sleep 0.1; done
    fi
    ((${#CLAIMS[@]} == 0)) || rm -f "${CLAIMS[@]}"
    exit "$1"
}

main "$@"
