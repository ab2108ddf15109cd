#!/usr/bin/env bash
# Starts the `lambda` example under cargo-lambda's emulator, invokes it, and sees its signed call
# verified by iam-gateway. cargo-lambda comes from PyPI.
set -euo pipefail
cd "$(dirname "$0")/.."

source scripts/python.sh
source scripts/gateway.sh
system_package curl command -v curl
python_tools cargo-lambda==1.9.2

export AWS_ACCESS_KEY_ID=ASIALAMBDA AWS_SECRET_ACCESS_KEY=secret AWS_SESSION_TOKEN=session-token
export AWS_REGION=eu-west-1
start_gateway
export UPSTREAM_URL=$GATEWAY_URL/prod

cargo build --quiet --package examples --bin lambda --features lambda
port=$(free_port)
cargo lambda watch --invoke-address 127.0.0.1 --invoke-port "$port" --ignore-changes \
    --package examples --features lambda &
stop_at_exit $!

answer=$(curl --silent --show-error --fail-with-body --retry 60 --retry-delay 1 --retry-connrefused \
    --max-time 120 --header 'content-type: application/json' --data '{"item":"tea"}' \
    "http://127.0.0.1:$port/lambda-url/lambda/orders?b=2&a=1")
echo "$answer"
for expected in '"accessKeyId":"ASIALAMBDA"' '"method":"POST"' '/prod/orders' 'tea'; do
    grep --quiet --fixed-strings "$expected" <<<"$answer"
done
echo "The function's signed call was verified."

# By the stand-in that scripts/lambda-bench.sh measures with.
scripts/lambda-runtime.py "${CARGO_TARGET_DIR:-target}/debug/lambda" 2 3
