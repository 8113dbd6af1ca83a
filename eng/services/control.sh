# shellcheck shell=bash
# What a command started by 'run' may do to the private servers around it.

load_state() { # SERVER
    STATE=${TECHCORP_SERVICES_STATE-}
    [[ -n $STATE && -r $STATE/settings ]] || fail "no private servers here: run the command with 'eng/services.sh --private run -- COMMAND'."
    # shellcheck source=/dev/null
    . "$STATE/settings"
    has "$1" || fail "the private servers here do not include $1: run the command with 'eng/services.sh --private run -- COMMAND'."
    find_postgres || true
}

node_option() { # ARG...: sets NODE, empty without the option, and REST
    NODE=
    REST=("$@")
    if [[ ${1-} == --node && ${2-} =~ ^[0-9]+$ ]]; then
        NODE=$2
        REST=("${@:3}")
        [[ -n ${RABBITMQ_PORTS[NODE]-} ]] || fail "there is no node $NODE; the nodes are ${!RABBITMQ_PORTS[*]}."
    fi
}

control() { # ACTION SERVER [--node N]
    local action=$1 server=${2-} nodes=() n
    [[ $server == rabbitmq || $server == postgres ]] || usage
    load_state "$server"
    node_option "${@:3}"
    ((${#REST[@]} == 0)) || usage
    if [[ $server == postgres ]]; then
        [[ -z $NODE ]] || usage
        control_postgres "$action"
        exit 0
    fi
    nodes=("${!RABBITMQ_PORTS[@]}")
    [[ -z $NODE ]] || nodes=("$NODE")
    case $action in
        stop | restart) for n in "${nodes[@]}"; do stop_member "rabbitmq-$n" TERM 60; done ;;
        kill) for n in "${nodes[@]}"; do stop_member "rabbitmq-$n" KILL 10; done ;;
        pid) for n in "${nodes[@]}"; do member_pid "rabbitmq-$n" || fail "RabbitMQ node $n is not running."; done ;;
    esac
    if [[ $action == start || $action == restart ]]; then
        for n in "${nodes[@]}"; do member_pid "rabbitmq-$n" >/dev/null || rabbitmq_launch "$n"; done
        for n in "${nodes[@]}"; do rabbitmq_await "$n"; done
    fi
    exit 0
}

control_postgres() { # ACTION
    case $1 in
        stop | restart) stop_member postgres INT 60 ;;
        kill) stop_member postgres KILL 10 ;;
        pid) member_pid postgres || fail "PostgreSQL is not running." ;;
    esac
    if [[ $1 == start || $1 == restart ]]; then
        member_pid postgres >/dev/null || postgres_launch
        postgres_await
    fi
}

control_rabbitmqctl() { # [--node N] ARG...
    load_state rabbitmq
    node_option "$@"
    ((${#REST[@]} > 0)) || usage
    rabbitmq_ctl "${NODE:-1}" "${REST[@]}"
}
