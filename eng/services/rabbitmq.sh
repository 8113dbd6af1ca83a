# shellcheck shell=bash
# Private RabbitMQ nodes: rabbitmq-1, or rabbitmq-1 to rabbitmq-3 in a cluster, and the epmd they share.

rabbitmq_prepare() { # COUNT
    local n
    claim_port && EPMD_PORT=$PORT
    for ((n = 1; n <= $1; n++)); do
        claim_port && RABBITMQ_PORTS[n]=$PORT
        claim_port && RABBITMQ_DIST_PORTS[n]=$PORT
        RABBITMQ_NAMES[n]="techcorp-$EPMD_PORT-$n@localhost"
    done
    mkdir "$STATE/rabbitmq"
    (umask 077 && random_hex 20 >"$STATE/rabbitmq/.erlang.cookie")
    echo '[].' >"$STATE/rabbitmq/enabled_plugins"
    if (($1 == 1)); then # the nodes of a cluster share one configuration, and a port is for one node only
        claim_port && RABBITMQ_MANAGEMENT_PORT=$PORT
        echo '[rabbitmq_management].' >"$STATE/rabbitmq/enabled_plugins"
    fi
    cat >"$STATE/rabbitmq/rabbitmq.conf" <<-END
		vm_memory_high_watermark.absolute = 1GB
		disk_free_limit.absolute = 50MB
		log.console = true
		log.console.level = info
		log.console.use_colors = off
		log.file = false
	END
    if (($1 == 1)); then
        echo 'management.tcp.ip = 127.0.0.1'
        echo "management.tcp.port = $RABBITMQ_MANAGEMENT_PORT"
        echo 'management_agent.disable_metrics_collector = true'
    fi >>"$STATE/rabbitmq/rabbitmq.conf"
    if (($1 > 1)); then
        echo 'cluster_formation.peer_discovery_backend = classic_config'
        echo "cluster_formation.classic_config.nodes.1 = ${RABBITMQ_NAMES[1]}"
    fi >>"$STATE/rabbitmq/rabbitmq.conf"
    own rabbitmq "$STATE/rabbitmq"
}

rabbitmq_environment() { # NODE: sets RABBITMQ_ENVIRONMENT
    local folder=$STATE/rabbitmq loopback='-kernel inet_dist_use_interface {127,0,0,1}'
    RABBITMQ_ENVIRONMENT=(
        HOME="$folder"
        ERL_EPMD_ADDRESS=127.0.0.1
        ERL_EPMD_PORT="$EPMD_PORT"
        ERL_CRASH_DUMP_SECONDS=0
        RUNNING_UNDER_SYSTEMD=true # makes the start script exec the VM, so that the pid is the VM's
        RABBITMQ_NODENAME="${RABBITMQ_NAMES[$1]}"
        RABBITMQ_NODE_IP_ADDRESS=127.0.0.1
        RABBITMQ_NODE_PORT="${RABBITMQ_PORTS[$1]}"
        RABBITMQ_DIST_PORT="${RABBITMQ_DIST_PORTS[$1]}" # else AMQP port + 20000, too high above 45535
        RABBITMQ_CTL_DIST_PORT_MIN=0 RABBITMQ_CTL_DIST_PORT_MAX=0
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="$loopback"
        RABBITMQ_CTL_ERL_ARGS="$loopback"
        RABBITMQ_MNESIA_BASE="$folder/mnesia"
        RABBITMQ_LOG_BASE="$folder/log"
        RABBITMQ_CONFIG_FILE="$folder/rabbitmq.conf"
        RABBITMQ_ADVANCED_CONFIG_FILE="$folder/none.config"
        RABBITMQ_CONF_ENV_FILE="$folder/none.conf"
        RABBITMQ_ENABLED_PLUGINS_FILE="$folder/enabled_plugins"
    )
}

rabbitmq_launch() { # NODE
    if ! member_pid epmd >/dev/null; then
        launch epmd rabbitmq epmd -address 127.0.0.1 -port "$EPMD_PORT"
        await_member epmd epmd port_answers "$EPMD_PORT"
    fi
    rabbitmq_environment "$1"
    launch "rabbitmq-$1" rabbitmq "${RABBITMQ_ENVIRONMENT[@]}" "$RABBITMQ_BIN/rabbitmq-server"
}

rabbitmq_await() { await_member "rabbitmq-$1" RabbitMQ rabbitmq_ready "$1"; } # NODE

rabbitmq_ready() { # NODE: started, and answers the AMQP header with a method frame
    local first
    grep -q 'Server startup complete' "$STATE/rabbitmq-$1.log" || return 1
    first=$(
        exec 3<>"/dev/tcp/127.0.0.1/${RABBITMQ_PORTS[$1]}"
        printf 'AMQP\0\0\11\1' >&3
        timeout 5 head -c 1 <&3 | od -An -tu1
    ) 2>/dev/null || return 1
    [[ $first == *1 ]]
}

rabbitmq_ctl() { # NODE ARG...; replaces the shell
    rabbitmq_environment "$1"
    as_account rabbitmq "${RABBITMQ_ENVIRONMENT[@]}" "$RABBITMQ_BIN/rabbitmqctl" "${@:2}"
}

rabbitmq_await_cluster() { # COUNT
    (rabbitmq_ctl "$1" await_online_nodes "$1" --timeout 60) >"$STATE/cluster.log" 2>&1 && return
    tail -n 20 "$STATE/cluster.log" "$STATE"/rabbitmq-*.log >&2
    fail "the $1 RabbitMQ nodes did not form a cluster; the last lines of their logs are above."
}

rabbitmq_version() { sed -n 's/.*Starting RabbitMQ \([0-9][0-9.]*\).*/\1/p' "$STATE/rabbitmq-1.log" | head -n 1; }
