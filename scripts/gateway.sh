# To be sourced: servers for a script, on the loopback interface, that end when it ends.

exits=()
trap 'for command in "${exits[@]}"; do eval "$command" || true; done' EXIT

# Runs a command when the script ends, in the order in which they were given.
at_exit() { exits+=("$*"); }

# Ends a process when the script ends.
stop_at_exit() { at_exit "kill $1 2>/dev/null"; }

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# Waits, for ten seconds at most, until a file has a line with a text.
wait_for_line() {
    for _ in $(seq 100); do
        grep --quiet --no-messages --fixed-strings -- "$2" "$1" && return
        sleep 0.1
    done
    echo "no line with '$2' in $1:" >&2
    cat "$1" >&2
    return 1
}

# Starts an iam-gateway for the keys in the environment, on a free port, and sets GATEWAY_URL. Takes
# more of its options.
start_gateway() {
    local account=$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY${AWS_SESSION_TOKEN:+:$AWS_SESSION_TOKEN}
    local output
    output=$(mktemp)
    [ -n "${gateway_is_built:-}" ] || cargo build --quiet --package iam-gateway --features cli
    gateway_is_built=yes
    "${CARGO_TARGET_DIR:-target}/debug/iam-gateway" --listen 127.0.0.1:0 --service execute-api \
        --region "$AWS_REGION" --account "$account" "$@" >"$output" &
    stop_at_exit $!
    for _ in $(seq 100); do
        GATEWAY_URL=$(grep --only-matching 'http://[^ ]*' "$output" | head -n 1) && break
        sleep 0.1
    done
    rm -f "$output"
    [ -n "$GATEWAY_URL" ] || { echo "the gateway did not start" >&2; return 1; }
}
