# shellcheck shell=bash
# Ports and processes. A member is one process of a private server: its name, a pid file and a log in the state folder.

# The kernel hands out no port below 32768 by itself, so no other process takes one of these while its server is being restarted.
claim_port() { # sets PORT
    local claim
    while true; do
        PORT=$((20000 + RANDOM % 12000))
        claim=/tmp/techcorp-services-port-$PORT
        (set -o noclobber && echo $$ >"$claim") 2>/dev/null || continue
        CLAIMS+=("$claim")
        port_answers "$PORT" || return 0
    done
}

port_answers() { (: <>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

account() { # NAME: the ids, UID:GID, of the unprivileged user that runs a server
    local user=$1
    if ((EUID != 0)); then
        user=$(id -un)
    elif [[ -n $SUITE_ROOT ]]; then
        awk -F : -v name="$1" '$1 == name { print $3 ":" $4 }' "$SUITE_ROOT/etc/passwd" && return
    elif ! id -u "$1" >/dev/null 2>&1; then
        user=nobody
    fi
    echo "$(id -u "$user"):$(id -g "$user")"
}

as_account() { # NAME COMMAND...: with an empty environment; replaces the shell
    local ids drop=() path=$PATH enter=(exec)
    ids=$(account "$1")
    if ((EUID == 0)); then drop=(setpriv "--reuid=${ids%:*}" "--regid=${ids#*:}" --init-groups --); fi
    if [[ -n $SUITE_ROOT ]]; then enter=(suite_enter) path=/usr/sbin:/usr/bin:/sbin:/bin; fi
    "${enter[@]}" "${drop[@]}" env -i -C "$STATE/$1" PATH="$path" LANG=C.UTF-8 "${@:2}"
}

launch() { # MEMBER ACCOUNT COMMAND...: in a separate session, so that Ctrl-C reaches the command and not its servers
    local member=$1
    [[ ! -s $STATE/$member.log ]] || mv "$STATE/$member.log" "$STATE/$member.previous.log"
    as_account "$2" setsid env "${@:3}" </dev/null >"$STATE/$member.log" 2>&1 &
    echo "$! $(started_at $!)" >"$STATE/$member.pid"
    disown $!
}

started_at() { # PID: ticks since boot; with the pid it identifies a process, even after the pid is used again. Empty for a zombie
    local stat fields
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
    read -ra fields <<<"${stat##*) }"
    [[ ${fields[0]} == [ZX] ]] || echo "${fields[19]}"
}

member_pid() { # MEMBER: prints the pid if the process runs
    local pid started
    read -r pid started 2>/dev/null <"$STATE/$1.pid" || return 1
    [[ -n $started && $(started_at "$pid") == "$started" ]] && echo "$pid"
}

stop_member() { # MEMBER SIGNAL SECONDS: KILL when the signal was not enough
    local pid deadline=$((SECONDS + $3))
    pid=$(member_pid "$1") || return 0
    kill -s "$2" "$pid" 2>/dev/null || true
    while member_pid "$1" >/dev/null; do
        if ((SECONDS > deadline)); then kill -s KILL "$pid" 2>/dev/null || true; fi
        sleep 0.05
    done
}

await_member() { # MEMBER WHAT CHECK...: until the check holds; a server that dies or stays silent ends the script
    local member=$1 what=$2 deadline=$((SECONDS + 120))
    until "${@:3}"; do
        if ! member_pid "$member" >/dev/null || ((SECONDS > deadline)); then
            tail -n 20 "$STATE/$member.log" >&2
            fail "$what did not start; the last lines of its log are above."
        fi
        sleep 0.1
    done
}

descendants() { # PID: the pid and all that it started, parents first
    local child children
    echo "$1"
    read -ra children < <(cat /proc/"$1"/task/*/children 2>/dev/null) || true
    for child in "${children[@]}"; do descendants "$child"; done
}

stop_tree() { # PID: the process and all that it started; KILL for what is left after 10 s
    local pid deadline=$((SECONDS + 10))
    local -A tree
    for pid in $(descendants "$1"); do tree[$pid]=$(started_at "$pid"); done
    kill -s TERM "${!tree[@]}" 2>/dev/null || true
    while ((${#tree[@]} > 0)); do
        for pid in "${!tree[@]}"; do
            if [[ -z ${tree[$pid]} || $(started_at "$pid") != "${tree[$pid]}" ]]; then
                unset "tree[$pid]"
            elif ((SECONDS > deadline)); then
                kill -s KILL "$pid" 2>/dev/null || true
            fi
        done
        sleep 0.05
    done
}

now_ms() { echo $((${EPOCHREALTIME/[.,]/} / 1000)); }

seconds_since() { # MILLISECONDS
    local passed=$(($(now_ms) - $1))
    printf '%d.%d s' $((passed / 1000)) $((passed % 1000 / 100))
}
