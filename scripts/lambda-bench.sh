#!/usr/bin/env bash
# Measures the function of `lambda` beside two others that make the same call: one with the AWS SDK's
# default chain under the layer, and one with a client of the SDK's. Prints the figures of docs/lambda.md.
set -euo pipefail
cd "$(dirname "$0")/.."

starts=${1:-20} invocations=${2:-200}
# By itself, so that it has nothing of what the others need.
cargo build --quiet --release --package examples --bin lambda --features lambda
cargo build --quiet --release --package examples --bin lambda_default_chain --bin lambda_sdk \
    --features lambda-bench
binaries=${CARGO_TARGET_DIR:-target}/release

source scripts/gateway.sh
export AWS_ACCESS_KEY_ID=ASIALAMBDA AWS_SECRET_ACCESS_KEY=secret AWS_SESSION_TOKEN=session-token
export AWS_REGION=eu-west-1
folder=$(mktemp -d)
at_exit rm -r "$folder"
port=$(free_port)
scripts/services.py "$port" >"$folder/services" &
stop_at_exit $!
wait_for_line "$folder/services" listening
start_gateway --service execute-api --route "/=http://127.0.0.1:$port/sts"
api=$GATEWAY_URL
start_gateway --service sts --route "/=http://127.0.0.1:$port/sts"
sts=$GATEWAY_URL

measure() {
    strip -o "$folder/$1" "$binaries/$1"
    printf '%s MB  ' "$(stat --format %s "$folder/$1" | awk '{ printf "%.1f", $1 / 1e6 }')"
    UPSTREAM_URL=$2 scripts/lambda-runtime.py "$folder/$1" "$starts" "$invocations"
}
measure lambda "$api"
measure lambda_default_chain "$api"
measure lambda_sdk "$sts"
