#!/usr/bin/env bash
# Runs the examples as the README tells people to, against a gateway of our own.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo run --quiet --example quickstart
cargo run --quiet --example explain | tail -n 1
cargo run --quiet --example without_tower
cargo run --quiet --example blocking
cargo run --quiet --package examples --example websocket --features websocket

source scripts/gateway.sh
export AWS_ACCESS_KEY_ID=AKIAEXAMPLES AWS_SECRET_ACCESS_KEY=secret AWS_REGION=eu-west-1
start_gateway

sigv4_curl() { cargo run --quiet --package sigv4-curl -- "$@"; }
sigv4_curl "$GATEWAY_URL/prod/orders?b=2&a=1" | grep '"accessKeyId":"AKIAEXAMPLES"'
sigv4_curl -X PUT -H 'content-type: application/json' -d '{"item":"tea"}' "$GATEWAY_URL/prod/orders" |
    grep '"method":"PUT"'

# What must not succeed: another secret, and a host that nobody allowed.
if AWS_SECRET_ACCESS_KEY=guess sigv4_curl --fail "$GATEWAY_URL/prod/orders"; then exit 1; fi
if refusal=$(sigv4_curl https://example.com/ 2>&1); then exit 1; fi
grep -e --allow-host <<<"$refusal"

# As a cluster of EKS does it: the URL in the token, with the cluster's name, to STS.
start_gateway sts
url=$(cargo run --quiet --example eks_token -- production | python3 -c '
import base64, json, sys
token = json.load(sys.stdin)["status"]["token"].removeprefix("k8s-aws-v1.")
print(base64.urlsafe_b64decode(token + "==").decode())')
present() {
    curl --silent --show-error --fail-with-body --header "x-k8s-aws-id: $1" \
        --header 'host: sts.eu-west-1.amazonaws.com' "$GATEWAY_URL/${url#https://*/}"
}
present production | grep 'Action=GetCallerIdentity'
if present staging; then exit 1; fi
