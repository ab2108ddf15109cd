#!/usr/bin/env bash
# Runs the examples, against a gateway of our own.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo run --quiet --example quickstart

# The others by one build: each by itself would compile most crates once more.
cargo build --quiet --package examples --package sigv4-curl --examples --bins \
    --features examples/aws-config,examples/axum,examples/reqwest,examples/s3-upload,examples/websocket
binaries=${CARGO_TARGET_DIR:-target}/debug/examples
"$binaries/explain" | tail -n 1
"$binaries/without_tower"
"$binaries/blocking"
"$binaries/websocket"

source scripts/gateway.sh
export AWS_ACCESS_KEY_ID=AKIAEXAMPLES AWS_SECRET_ACCESS_KEY=secret AWS_REGION=eu-west-1
folder=$(mktemp -d)
busy_port=$(free_port)
scripts/busy-service.py "$busy_port" >"$folder/busy" &
stop_at_exit $!
wait_for_line "$folder/busy" listening
# The keys that container-endpoint.py will give within the next minutes.
keys=()
for expiry in $(seq "$(date +%s)" $(($(date +%s) + 600))); do
    keys+=(--account "ASIA$expiry:secret-$expiry:token-$expiry")
done
start_gateway --route "/busy=http://127.0.0.1:$busy_port" "${keys[@]}"

sigv4_curl() { "${CARGO_TARGET_DIR:-target}/debug/sigv4-curl" "$@"; }
sigv4_curl "$GATEWAY_URL/prod/orders?b=2&a=1" | grep '"accessKeyId":"AKIAEXAMPLES"'
sigv4_curl -X PUT -H 'content-type: application/json' -d '{"item":"tea"}' "$GATEWAY_URL/prod/orders" |
    grep '"method":"PUT"'

# What must not succeed: another secret, and a host that nobody allowed.
if AWS_SECRET_ACCESS_KEY=guess sigv4_curl --fail "$GATEWAY_URL/prod/orders"; then exit 1; fi
if refusal=$(sigv4_curl https://example.com/ 2>&1); then exit 1; fi
grep -e --allow-host <<<"$refusal"

"$binaries/reqwest_client" "$GATEWAY_URL/prod" >"$folder/reqwest"
for expected in '"query":"b=2&a=1"' '"method":"POST"' 'refused to sign for `example.com`'; do
    grep --fixed-strings "$expected" "$folder/reqwest"
done
if AWS_SECRET_ACCESS_KEY=guess "$binaries/reqwest_client" "$GATEWAY_URL/prod" >"$folder/reqwest" 2>&1; then
    exit 1
fi
grep '403 Forbidden' "$folder/reqwest"

# The first attempt gets a 503, and the second no answer: the third is signed like the others.
ADDRESS=127.0.0.1:0 UPSTREAM_URL=$GATEWAY_URL/busy "$binaries/axum_service" >"$folder/axum" &
axum=$!
stop_at_exit $axum
wait_for_line "$folder/axum" 'listening on '
service=$(sed --quiet 's/^listening on //p' "$folder/axum")
trace=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01
answer=$(curl --silent --show-error --fail-with-body --header "traceparent: $trace" "$service/orders/1")
echo "$answer"
grep --quiet --fixed-strings "\"traceparent\": \"$trace\"" <<<"$answer"
grep --quiet --fixed-strings '"x-request-id"' <<<"$answer"
[ "$(grep --count --line-regexp /busy/orders/1 "$folder/busy")" = 3 ]
# A request that is under way when the service is told to stop is answered, and then it ends.
curl --silent --show-error --fail --output /dev/null "$service/orders/slow" &
slow=$!
wait_for_line "$folder/busy" /busy/orders/slow
kill -TERM $axum
wait $slow
wait $axum

# Keys that live for five seconds are replaced, each time for another token, and none is used longer.
token_file=$folder/token
port=$(free_port)
scripts/container-endpoint.py "$port" "$token_file" 5 >"$folder/endpoint" &
stop_at_exit $!
wait_for_line "$folder/endpoint" listening
env --unset AWS_ACCESS_KEY_ID --unset AWS_SECRET_ACCESS_KEY AWS_CONFIG_FILE=/dev/null \
    AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_CONTAINER_CREDENTIALS_FULL_URI="http://127.0.0.1:$port/role" \
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE="$token_file" \
    "$binaries/container_role" "$GATEWAY_URL/prod/orders" 16 |
    while read -r status _ key; do
        echo "$status $key"
        # This line may be read a little later than it was written.
        [ "$(date +%s)" -le $((${key#ASIA} + 2)) ] || { echo "$key is used after its end" >&2; exit 1; }
    done >"$folder/container"
[ "$(sort --unique "$folder/container" | wc --lines)" -ge 3 ]
sort "$folder/container" | uniq --count

# As a cluster of EKS does it: the URL in the token, with the cluster's name, to STS.
start_gateway --service sts
url=$("$binaries/eks_token" production | python3 -c '
import base64, json, sys
token = json.load(sys.stdin)["status"]["token"].removeprefix("k8s-aws-v1.")
print(base64.urlsafe_b64decode(token + "==").decode())')
present() {
    curl --silent --show-error --fail-with-body --header "x-k8s-aws-id: $1" \
        --header 'host: sts.eu-west-1.amazonaws.com' "$GATEWAY_URL/${url#https://*/}"
}
present production | grep 'Action=GetCallerIdentity'
if present staging; then exit 1; fi
rm -r "$folder"
