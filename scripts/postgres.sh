# To be sourced: a PostgreSQL for a script, on the loopback interface, that ends when it ends.

source scripts/gateway.sh
source scripts/system.sh

# Starts a PostgreSQL that lets everybody in, on a free port, and sets POSTGRES_ADDRESS.
start_postgres() {
    system_package postgresql compgen -G '/usr/lib/postgresql/*/bin/initdb'
    local programs data port
    programs=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
    data=$(mktemp --directory)
    port=$(free_port)
    # It refuses to run as root.
    local as=()
    if [ "$(id -u)" = 0 ]; then
        as=(setpriv --reuid=postgres --regid=postgres --clear-groups)
        chown postgres "$data"
    fi
    "${as[@]}" "$programs/initdb" --pgdata "$data" --auth trust --username postgres \
        --encoding UTF8 --locale C --no-sync >/dev/null
    "${as[@]}" "$programs/postgres" -D "$data" -p "$port" -k "$data" -F \
        -c listen_addresses=127.0.0.1 -c log_min_messages=fatal &
    at_exit "kill -INT $!; wait $!; rm -rf $data"
    for _ in $(seq 100); do
        if "$programs/pg_isready" --quiet --host 127.0.0.1 --port "$port" --username postgres; then
            POSTGRES_ADDRESS=127.0.0.1:$port
            return
        fi
        sleep 0.1
    done
    echo "PostgreSQL did not start" >&2
    return 1
}
