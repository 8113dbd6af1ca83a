#!/usr/bin/env bash
# Checks eng/services.sh against real servers: one 'ok' or 'not ok' line a check, a summary last. Takes about five minutes, and some more the first time,
# when it makes the suites.
# shellcheck disable=SC2016 # commands in single quotes are for the inner shell
set -uo pipefail

services=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/services.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export services work
unset TECHCORP_RABBITMQ TECHCORP_RABBITMQ_NODES TECHCORP_POSTGRES TECHCORP_SERVICES_STATE TECHCORP_SERVICES_SUITE
good=0 bad=0

check() { # NAME COMMAND...
    if "${@:2}"; then
        good=$((good + 1)); echo "ok      $1"
    else
        bad=$((bad + 1)); echo "not ok  $1"
    fi
}

# Runs services.sh with the arguments; keeps its exit code, its output and the time.
run() {
    rm -f "$work"/seen.*
    status=0
    "$services" "$@" >"$work/stdout" 2>"$work/stderr" </dev/null || status=$?
}

# Inside COMMAND: notes what to look for afterwards.
note() {
    echo "$TECHCORP_SERVICES_STATE" >"$work/seen.state"
    cat "$TECHCORP_SERVICES_STATE"/*.pid | cut -d ' ' -f 1 >"$work/seen.pids"
}

sql() { # QUERY: through the Npgsql connection string
    local pair
    local -A setting
    while IFS='=' read -r -d ';' pair value; do setting[$pair]=$value; done <<<"$TECHCORP_POSTGRES;"
    PGPASSWORD=${setting[Password]} psql -X -A -t -h "${setting[Host]}" -p "${setting[Port]}" -U "${setting[Username]}" -d "${setting[Database]}" -c "$1"
}

amqp_answers() { # URI: the broker greets with Connection.Start
    local port=${1##*:}
    (
        exec 3<>"/dev/tcp/127.0.0.1/${port%/}" && printf 'AMQP\0\0\11\1' >&3 && timeout 5 head -c 60 <&3 | grep -aq capabilities
    ) 2>/dev/null
}
export -f note sql amqp_answers

gone() { # every noted process has ended and the data folder is removed
    local pid
    [[ -s $work/seen.pids && ! -e $(cat "$work/seen.state") ]] || return 1
    while read -r pid; do
        if [[ -e /proc/$pid ]] && ! grep -q '^State:.*zombie' "/proc/$pid/status" 2>/dev/null; then return 1; fi
    done <"$work/seen.pids"
}

noted_processes() { [[ $(wc -l <"$work/seen.pids") == "$1" ]]; }
status_is() { [[ $status == "$1" ]]; }
says() { grep -qe "$1" "$work/stderr"; }
prints() { grep -qxe "$1" "$work/stdout"; }
one_line() { [[ $(wc -l <"$work/stderr") == 1 ]]; }

until_noted() { # PID: until the command in the background runs
    while [[ ! -s $work/seen.pids ]] && kill -0 "$1" 2>/dev/null; do sleep 0.1; done
}

signalled() { # SIGNAL EXPECTED-STATUS: to the script while its command runs
    local script
    rm -f "$work"/seen.*
    # A background process of a script starts with SIGINT ignored, which nothing can undo later.
    env --default-signal=INT "$services" run -- bash -c 'note; sleep 600 & echo $! >>"$work/seen.pids"; wait' 2>/dev/null &
    script=$!
    until_noted "$script"
    sleep 0.5
    kill -s "$1" "$script"
    status=0
    wait "$script" || status=$?
    check "$1 ends the script with $2" status_is "$2"
    check "$1 leaves nothing behind, not even the command's children" gone
}

echo "# bad input"
for arguments in '' 'bogus' 'run' 'run --' 'run true' '--bogus run -- true' 'cluster' '--private rabbitmqctl status' 'restart' 'restart mysql' \
    'stop postgres --bogus' '--suite' '--suite bogus run -- true' '--suite trixie' '--suite trixie restart rabbitmq' '--suite trixie install more' 'install'; do
    # shellcheck disable=SC2086
    TECHCORP_SERVICES_STATE='' run $arguments
    check "'$arguments' exits with 2 and says something" eval 'status_is 2 && [[ -s $work/stderr && ! -s $work/stdout ]]'
done
run restart rabbitmq
check "restart outside of a run exits with 2 and one line" eval 'status_is 2 && one_line && says "no private servers"'

echo "# servers that run already"
TECHCORP_RABBITMQ=amqp://here/ TECHCORP_POSTGRES=Host=here run run -- bash -c 'echo "$TECHCORP_RABBITMQ $TECHCORP_POSTGRES ${TECHCORP_SERVICES_STATE-none}"; exit 9'
check "set variables are passed on and nothing is started" prints "amqp://here/ Host=here none"
check "the exit code is passed on" status_is 9
check "nothing is said" eval '[[ ! -s $work/stderr ]]'
TECHCORP_RABBITMQ=amqp://here/ run run -- bash -c 'note; echo "$TECHCORP_RABBITMQ"; sql "select 40 + 2"'
check "only the missing server is started" eval 'prints amqp://here/ && prints 42 && noted_processes 1'
check "it is gone afterwards" gone

echo "# run"
run run -- bash -c '
    note
    set -e
    echo "sum=$(sql "select sum(x) from generate_series(1, 4) x")"
    echo "settings=$(sql "show fsync") $(sql "show synchronous_commit") $(sql "show server_encoding")"
    amqp_answers "$TECHCORP_RABBITMQ" && echo amqp=answers
    [[ $("$services" rabbitmqctl --quiet list_users) == *guest*administrator* ]] && echo rabbitmqctl=works
    [[ $(cat /proc/$TECHCORP_RABBITMQ_PID/comm) == beam.smp ]] && echo beam=named
    [[ $(cat /proc/$TECHCORP_POSTGRES_PID/comm) == postgres ]] && echo postmaster=named
    for pid in $TECHCORP_RABBITMQ_PID $TECHCORP_POSTGRES_PID; do
        [[ $(stat -c %u /proc/$pid) != 0 ]] && echo "unprivileged=$pid"
    done
    exit 37'
check "psql reads through TECHCORP_POSTGRES" prints sum=10
check "fsync and synchronous_commit are on, the encoding is UTF8" prints 'settings=on on UTF8'
check "AMQP answers on TECHCORP_RABBITMQ" prints amqp=answers
check "rabbitmqctl works through the wrapper" prints rabbitmqctl=works
check "TECHCORP_RABBITMQ_PID is the VM's" prints beam=named
check "TECHCORP_POSTGRES_PID is the postmaster's" prints postmaster=named
check "neither runs as root" eval '[[ $(grep -c unprivileged= "$work/stdout") == 2 ]]'
check "the exit code of a failing command is passed on" status_is 37
check "two lines on standard error, with versions, ports and times" eval '[[ $(wc -l <"$work/stderr") == 2 ]] && says "RabbitMQ [0-9.]* on port [0-9]* in [0-9.]* s"'
check "RabbitMQ, epmd and PostgreSQL are gone after a failing command" eval 'noted_processes 3 && gone'
sed 's/^/# /' "$work/stderr"

echo "some input" | "$services" run -- cat >"$work/stdout" 2>/dev/null
check "the command reads standard input and has standard output to itself" eval '[[ $(cat "$work/stdout") == "some input" ]]'

run run -- bash -c 'note; kill -s KILL $$'
check "a killed command gives 137 and leaves nothing behind" eval 'status_is 137 && gone'

echo "# restart, stop, start, kill"
TECHCORP_RABBITMQ=amqp://here/ TECHCORP_POSTGRES=Host=here run --private run -- bash -c '
    [[ $TECHCORP_RABBITMQ != amqp://here/ && $TECHCORP_POSTGRES != Host=here ]] && echo private=yes
    "$services" rabbitmqctl --quiet add_vhost kept
    sql "create table kept as select 7 as x" >&2
    for action in restart "kill start" "stop start"; do
        for each in $action; do
            for server in rabbitmq postgres; do "$services" $each $server || echo "failed=$each $server"; done
            case $each in
                stop | kill)
                    amqp_answers "$TECHCORP_RABBITMQ" && echo "rabbitmq=survived"
                    sql "select 1" 2>/dev/null && echo "postgres=survived" ;;
            esac
        done
        amqp_answers "$TECHCORP_RABBITMQ" && [[ $("$services" rabbitmqctl --quiet list_vhosts) == *kept* ]] && echo "rabbitmq=$action"
        [[ $(sql "select x from kept") == 7 ]] && echo "postgres=$action"
    done
    [[ $("$services" pid rabbitmq) != "$TECHCORP_RABBITMQ_PID" ]] && echo pid=new
    "$services" kill postgres
    note'
check "--private ignores set variables" prints private=yes
for action in restart 'kill start' 'stop start'; do
    check "RabbitMQ keeps port and data: $action" prints "rabbitmq=$action"
    check "PostgreSQL keeps port and data: $action" prints "postgres=$action"
done
check "a stopped or killed server does not answer" eval '! grep -qE "survived|failed" "$work/stdout"'
check "pid prints the new process" prints pid=new
check "restarted servers are gone at the end" gone

echo "# signals"
signalled TERM 143
signalled INT 130
signalled HUP 129

rm -f "$work"/seen.*
"$services" run -- bash -c 'note; echo $$ >"$work/command"; exec sleep 600' 2>/dev/null &
script=$!
until_noted "$script"
kill -s KILL "$script"
wait "$script" 2>/dev/null
for _ in {1..100}; do gone && break; sleep 0.1; done
check "the servers end even when the script itself is killed" gone
kill "$(cat "$work/command")"

echo "# two at a time"
for i in 1 2; do
    "$services" run -- bash -c 'sleep 3; amqp_answers "$TECHCORP_RABBITMQ" && echo "$TECHCORP_RABBITMQ" && sql "select 1"' >"$work/both.$i" 2>/dev/null &
done
wait
check "both work" eval '[[ $(cat "$work"/both.* | grep -cx 1) == 2 ]]'
check "on different ports" eval '[[ $(cat "$work"/both.* | grep amqp | sort -u | wc -l) == 2 ]]'

echo "# cluster"
run cluster run -- bash -c '
    [[ $TECHCORP_RABBITMQ == "${TECHCORP_RABBITMQ_NODES%%,*}" ]] && echo first=yes
    for uri in ${TECHCORP_RABBITMQ_NODES//,/ }; do amqp_answers "$uri" && echo "node=$uri"; done
    running() { "$services" rabbitmqctl --node "$1" --quiet --formatter json cluster_status | grep -o "\"running_nodes\":\[[^]]*" | grep -o @ | wc -l; }
    echo "running=$(running 1)"
    "$services" kill rabbitmq --node 2
    echo "after kill=$(running 3)"
    "$services" start rabbitmq --node 2
    echo "after start=$(running 2)"
    "$services" restart rabbitmq --node 9 2>/dev/null || echo "no node 9: $?"
    note'
check "three nodes run" eval 'prints running=3 && prints first=yes'
check "each answers AMQP" eval '[[ $(grep -c ^node= "$work/stdout") == 3 ]]'
check "one can be killed" prints 'after kill=2'
check "and started again" prints 'after start=3'
check "an unknown node is refused" prints 'no node 9: 2'
check "the cluster is gone afterwards" eval 'status_is 0 && noted_processes 5 && gone'
sed 's/^/# /' "$work/stderr"

if ((EUID == 0)) && unshare -m true 2>/dev/null; then
    echo "# another user, missing programs, a server that does not start"
    other=(setpriv --reuid=nobody "--regid=$(id -g nobody)" --clear-groups env HOME=/nonexistent)
    chmod 777 "$work"
    run_as_other() { status=0; unshare -m bash -c "$1; exec \"\$@\"" - "${other[@]}" "$services" "${@:2}" >"$work/stdout" 2>"$work/stderr" || status=$?; }
    rm -f "$work"/seen.*
    run_as_other : run -- bash -c 'note; sql "select 3"'
    check "works without root" eval 'status_is 0 && prints 3 && gone'
    run_as_other 'mount -t tmpfs none /usr/lib/rabbitmq; mount -t tmpfs none /usr/lib/postgresql' run -- true
    check "without root and servers: exit 2 and one line with what to install" \
        eval 'status_is 2 && one_line && says "apt-get install rabbitmq-server postgresql" && says "TECHCORP_RABBITMQ and TECHCORP_POSTGRES"'
    run_as_other 'mount --bind /bin/false /usr/bin/epmd' run -- true
    check "a server that does not start: exit 2" eval 'status_is 2 && says "did not start"'
    check "and nothing is left" eval '! ls -d /tmp/techcorp-services* -l | grep -q nobody'
fi

echo "# the mirrors of apt"
mkdir -p "$work/apt/sources.list.d"
cat >"$work/apt/sources.list" <<'END'
# deb http://commented.example/debian bookworm main
deb [arch=amd64 signed-by=/k] http://one.example/debian/ bookworm main
deb-src http://sources.example/debian bookworm main
deb file:/media/debian bookworm main
deb http://one.example/debian bookworm-updates main
END
cat >"$work/apt/sources.list.d/debian.sources" <<'END'
Types: deb
# http://snapshot.example/archive/debian/20250520T000000Z
#URIs: http://hidden.example/debian
URIs: http://two.example/debian
  https://three.example/debian/
Suites: bookworm

Types: deb
URIs: http://off.example/debian
Enabled: no

uris: http://two.example/debian-security
Types: deb
END
mirrors() { bash -euo pipefail -c '. "${services%.sh}/suite.sh"; apt_mirrors "$work/apt"' >"$work/stdout"; }
mirrors
check "those of Debian that are switched on, each once" \
    eval '[[ $(paste -sd " " "$work/stdout") == "http://one.example/debian http://two.example/debian https://three.example/debian" ]]'
rm "$work/apt/sources.list"
mirrors
check "without sources.list" eval '[[ $(paste -sd " " "$work/stdout") == "http://two.example/debian https://three.example/debian" ]]'

echo "# suites"
in_suite='
    note
    echo "versions=$TECHCORP_RABBITMQ_VERSION $TECHCORP_POSTGRES_VERSION"
    amqp_answers "$TECHCORP_RABBITMQ" && [[ $(sql "show server_version") == "$TECHCORP_POSTGRES_VERSION "* ]] && echo servers=answer
    [[ $(cat /proc/$TECHCORP_RABBITMQ_PID/comm) == beam.smp && $(cat /proc/$TECHCORP_POSTGRES_PID/comm) == postgres ]] && echo pids=named
    [[ $(stat -c %u /proc/$TECHCORP_RABBITMQ_PID) != 0 && $(stat -c %u /proc/$TECHCORP_POSTGRES_PID) != 0 ]] && echo users=unprivileged
    (printf "GET / HTTP/1.0\r\n\r\n" >&3 && head -n 1 <&3) 3<>"/dev/tcp/127.0.0.1/${TECHCORP_RABBITMQ_MANAGEMENT##*:}"
    for server in rabbitmq postgres; do "$services" restart $server && "$services" kill $server && "$services" start $server || echo failed=$server; done
    amqp_answers "$TECHCORP_RABBITMQ" && sql "select 40 + 2"
    [[ $("$services" rabbitmqctl --quiet list_users) == *guest*administrator* ]] && echo rabbitmqctl=works
    TECHCORP_POSTGRES=Host=here env -u TECHCORP_RABBITMQ "$services" run -- bash -c "echo nested=\$TECHCORP_RABBITMQ_VERSION"
    grep "$TECHCORP_SERVICES_STATE\|techcorp-patterns" /proc/self/mounts && echo mounted=outside
    note; exit 7'
for suite in trixie forky; do
    run --suite "$suite" install
    if status_is 3; then
        check "$suite is not available and one line says why" eval 'one_line && says "suite $suite is not available here: "'
        sed 's/^/# /' "$work/stderr"
        continue
    fi
    case $suite in trixie) expected='4\.0\.[0-9]* 17\.[0-9]*' ;; forky) expected='4\.[0-9]*\.[0-9]* 1[89]\.[0-9]*' ;; esac
    check "$suite is installed" status_is 0
    TECHCORP_RABBITMQ=amqp://here/ TECHCORP_POSTGRES=Host=here run --suite "$suite" run -- bash -c "$in_suite"
    check "$suite runs its versions, whatever is set" prints "versions=$expected"
    for line in servers=answer pids=named users=unprivileged 'HTTP/1.1 200 OK.*' 42 rabbitmqctl=works; do check "$suite: $line" prints "$line"; done
    check "$suite: servers can be restarted, killed and started" eval '! grep -q failed= "$work/stdout"'
    check "$suite: a run inside starts servers of the suite" prints "nested=${expected%% *}"
    check "$suite: nothing is mounted outside of its servers" eval '! grep -q mounted= "$work/stdout"'
    check "$suite: the exit code is passed on and nothing is left" eval 'status_is 7 && noted_processes 3 && gone'
    for i in 1 2; do
        "$services" --suite "$suite" run -- bash -c 'sleep 3; amqp_answers "$TECHCORP_RABBITMQ" && sql "select 1"' >"$work/both.$i" 2>/dev/null &
    done
    wait
    check "$suite: two runs at a time" eval '[[ $(cat "$work"/both.* | grep -cx 1) == 2 ]]'
    run --suite "$suite" cluster run -- bash -c '
        for uri in ${TECHCORP_RABBITMQ_NODES//,/ }; do amqp_answers "$uri" && echo "node=$uri"; done
        "$services" kill rabbitmq --node 2; "$services" start rabbitmq --node 2
        "$services" rabbitmqctl --node 2 --quiet --formatter json cluster_status | grep -o "\"running_nodes\":\[[^]]*" | grep -o @ | wc -l; note'
    check "$suite: a cluster, of which one node is killed and started" eval 'prints 3 && [[ $(grep -c ^node= "$work/stdout") == 3 ]]'
    check "$suite: the cluster is gone afterwards" eval 'status_is 0 && noted_processes 5 && gone'
    "$services" --suite "$suite" run -- bash -c 'rm -f "$work"/seen.*; note; exec sleep 600' 2>/dev/null &
    script=$!
    rm -f "$work"/seen.*
    until_noted "$script"
    kill -s KILL "$script"
    wait "$script" 2>/dev/null
    for _ in {1..100}; do gone && break; sleep 0.1; done
    check "$suite: the servers end even when the script itself is killed" gone
done

if ((EUID == 0)) && unshare -m true 2>/dev/null; then
    echo "# machines that cannot have a suite"
    chmod 777 "$work"
    unavailable() { # WHY COMMAND...
        why=$1 status=0
        "${@:2}" "$services" --suite trixie install >"$work/stdout" 2>"$work/stderr" </dev/null || status=$?
        check "$why: status 3 and one line" eval 'status_is 3 && one_line && says "$why"'
    }
    unavailable "only root may use chroot" setpriv --reuid=nobody "--regid=$(id -g nobody)" --clear-groups
    unavailable "no right to mount" setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin
    mkdir "$work/none"
    status=0
    unshare -m bash -c 'mount --bind "$work/none" /etc/apt/sources.list.d; : >"$work/empty"; [[ ! -e /etc/apt/sources.list ]] || mount --bind "$work/empty" /etc/apt/sources.list
        XDG_CACHE_HOME=$work/cache exec "$services" --suite trixie install' >"$work/stdout" 2>"$work/stderr" || status=$?
    check "no mirror: status 3, a line that says so, and no half of a suite" \
        eval 'status_is 3 && says "no mirror in /etc/apt has it" && [[ ! -e $work/cache/techcorp-patterns/trixie ]]'
fi

echo "$good ok, $bad not ok"
((bad == 0))
