# shellcheck shell=bash
# A private PostgreSQL server.

postgres_prepare() {
    local folder=$STATE/postgres
    claim_port && POSTGRES_PORT=$PORT
    POSTGRES_PASSWORD=$(random_hex 16)
    mkdir "$folder"
    (umask 077 && echo "$POSTGRES_PASSWORD" >"$folder/password")
    own postgres "$folder"
    if ! (as_account postgres "$POSTGRES_BIN/initdb" -D "$folder/data" --username=techcorp --pwfile="$folder/password" \
        --locale=C --encoding=UTF8 --auth-local=scram-sha-256 --auth-host=scram-sha-256 --no-sync) >"$STATE/initdb.log" 2>&1; then
        tail -n 20 "$STATE/initdb.log" >&2
        fail "initdb failed; the last lines of its output are above."
    fi
    cat >>"$folder/data/postgresql.conf" <<-END
		listen_addresses = '127.0.0.1'
		port = $POSTGRES_PORT
		unix_socket_directories = '$folder'
		max_connections = 200
		shared_buffers = 64MB
		fsync = on
		synchronous_commit = on
	END
}

postgres_launch() { launch postgres postgres "$POSTGRES_BIN/postgres" -D "$STATE/postgres/data"; }

postgres_await() { await_member postgres PostgreSQL postgres_ready; }

postgres_ready() {
    postgres_query postgres 'select 1' && return
    # The processes of a killed server keep its memory until they notice, and its pid is taken until its new parent has reaped it.
    if ! member_pid postgres >/dev/null && grep -q -e 'pre-existing shared memory block' -e 'lock file "postmaster.pid" already exists' "$STATE/postgres.log"; then
        sleep 0.2
        postgres_launch
    fi
    return 1
}

# A server that was killed leaves a segment of System V shared memory; its lock file names the segment.
# shellcheck disable=SC2317 # called by the trap
postgres_release() {
    local segment
    segment=$(sed -n '7s/.* //p' "$STATE/postgres/data/postmaster.pid" 2>/dev/null)
    [[ -z $segment ]] || ipcrm --shmem-id "$segment" 2>/dev/null
}

postgres_query() { # DATABASE SQL
    (as_account postgres PGPASSWORD="$POSTGRES_PASSWORD" "$POSTGRES_BIN/psql" -X -q -A -t -h 127.0.0.1 -p "$POSTGRES_PORT" \
        -U techcorp -d "$1" -c "$2") >/dev/null 2>&1
}

postgres_version() { (as_account postgres "$POSTGRES_BIN/postgres" --version) | sed -n 's/^postgres (PostgreSQL) \([^ ]*\).*/\1/p'; }
