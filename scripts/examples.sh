#!/usr/bin/env bash
# Runs the examples, against a gateway of our own.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo run --quiet --example quickstart

source scripts/system.sh
system_package curl command -v curl
source scripts/build-examples.sh
build_examples
"$BINARIES/examples/explain" | tail -n 1
"$BINARIES/examples/without_tower"
"$BINARIES/examples/blocking"
"$BINARIES/examples/websocket"
"$BINARIES/examples/tonic_client"

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
# Those that services.py will give.
keys+=(--account ASIAREPORTS:secret-of-reports:token-of-reports)
keys+=(--account ASIAORDERSTENANT1:secret-of-orderstenant1:token-of-orderstenant1)
start_gateway --route "/busy=http://127.0.0.1:$busy_port" "${keys[@]}"
api=$GATEWAY_URL/prod/orders

sigv4_curl() { "$BINARIES/sigv4-curl" "$@"; }
sigv4_curl "$GATEWAY_URL/prod/orders?b=2&a=1" | grep '"accessKeyId":"AKIAEXAMPLES"'
sigv4_curl -X PUT -H 'content-type: application/json' -d '{"item":"tea"}' "$GATEWAY_URL/prod/orders" |
    grep '"method":"PUT"'

# What must not succeed: another secret, and a host that nobody allowed.
if AWS_SECRET_ACCESS_KEY=guess sigv4_curl --fail "$GATEWAY_URL/prod/orders"; then exit 1; fi
if refusal=$(sigv4_curl https://example.com/ 2>&1); then exit 1; fi
grep -e --allow-host <<<"$refusal"

"$BINARIES/examples/reqwest_client" "$GATEWAY_URL/prod" >"$folder/reqwest"
for expected in '"query":"b=2&a=1"' '"method":"POST"' 'refused to sign for `example.com`'; do
    grep --fixed-strings "$expected" "$folder/reqwest"
done
if AWS_SECRET_ACCESS_KEY=guess "$BINARIES/examples/reqwest_client" "$GATEWAY_URL/prod" >"$folder/reqwest" 2>&1; then
    exit 1
fi
grep '403 Forbidden' "$folder/reqwest"

# The first attempt gets a 503, and the second no answer: the third is signed like the others.
ADDRESS=127.0.0.1:0 UPSTREAM_URL=$GATEWAY_URL/busy "$BINARIES/examples/axum_service" >"$folder/axum" &
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
    "$BINARIES/examples/container_role" "$GATEWAY_URL/prod/orders" 16 |
    while read -r status _ key; do
        echo "$status $key"
        # This line may be read a little later than it was written.
        [ "$(date +%s)" -le $((${key#ASIA} + 2)) ] || { echo "$key is used after its end" >&2; exit 1; }
    done >"$folder/container"
[ "$(sort --unique "$folder/container" | wc --lines)" -ge 3 ]
sort "$folder/container" | uniq --count

services_port=$(free_port)
services=http://127.0.0.1:$services_port
scripts/services.py "$services_port" >"$folder/services" &
stop_at_exit $!
wait_for_line "$folder/services" listening

# Each session of a role signs two requests with keys that STS gives once.
start_gateway --service sts --route "/sts=$services"
export AWS_ENDPOINT_URL_STS=$GATEWAY_URL/sts
role=arn:aws:iam::123456789012:role
"$BINARIES/examples/assume_role" "$api" $role/reports $role/orders,tenant=1 >"$folder/roles"
for key in ASIAREPORTS ASIAORDERSTENANT1; do
    [ "$(grep --count --fixed-strings "200 OK {\"accessKeyId\":\"$key\"" "$folder/roles")" = 2 ]
done
[ "$(grep --count '^assumed' "$folder/services")" = 2 ]
if "$BINARIES/examples/assume_role" "$api" $role/forbidden 2>"$folder/roles"; then exit 1; fi
grep --only-matching 'STS: 403 .*AccessDenied' "$folder/roles"
if AWS_SECRET_ACCESS_KEY=guess "$BINARIES/examples/assume_role" "$api" $role/reports 2>"$folder/roles"; then exit 1; fi
grep --quiet 'STS: 403 .*signature' "$folder/roles"

# As a cluster of EKS does it: the URL in the token, with the cluster's name, to STS.
url=$("$BINARIES/examples/eks_token" production | python3 -c '
import base64, json, sys
token = json.load(sys.stdin)["status"]["token"].removeprefix("k8s-aws-v1.")
print(base64.urlsafe_b64decode(token + "==").decode())')
present() {
    curl --silent --show-error --fail-with-body --header "x-k8s-aws-id: $1" \
        --header 'host: sts.eu-west-1.amazonaws.com' "$GATEWAY_URL/${url#https://*/}"
}
present production | grep 'Action=GetCallerIdentity'
if present staging; then exit 1; fi

# What is compressed above the layer is signed as it is sent, and arrives as it was.
for service in es aoss; do
    start_gateway --service $service --route "/orders=$services/$service"
    printf '{"item":"tea"}\n{"item":"coffee"}\n' |
        "$BINARIES/examples/opensearch_bulk" "$GATEWAY_URL/orders" $service | grep '2 of 2 written'
    if echo '{"broken":1}' | "$BINARIES/examples/opensearch_bulk" "$GATEWAY_URL/orders" $service >"$folder/bulk" 2>&1; then
        exit 1
    fi
    grep --quiet '0 of 1 written' "$folder/bulk"
    grep --quiet mapper_parsing_exception "$folder/bulk"
done
start_gateway --service aps --route "/workspaces=$services/aps"
"$BINARIES/examples/remote_write" "$GATEWAY_URL/workspaces/ws-1/api/v1/remote_write" temperature_celsius 21.5 room=kitchen
grep --line-regexp 'sample __name__=temperature_celsius room=kitchen 21.5' "$folder/services"

# The service sends the end of its answer when the beginning was seen.
start_gateway --service bedrock --stream --route "/model=$services/bedrock"
export AWS_ENDPOINT_URL_BEDROCK_RUNTIME=$GATEWAY_URL
"$BINARIES/examples/bedrock_stream" 'What is tea?' >"$folder/bedrock" &
answer=$!
wait_for_line "$folder/bedrock" 'Tea is'
if grep hot "$folder/bedrock"; then exit 1; fi
curl --silent --show-error --fail --data '' "$services/bedrock/go-on"
wait $answer
grep --line-regexp 'Tea is hot.' "$folder/bedrock"
if "$BINARIES/examples/bedrock_stream" break >"$folder/bedrock" 2>&1; then exit 1; fi
grep 'Too many tokens' "$folder/bedrock"

start_gateway --service bedrock-agentcore --stream --route "/mcp=$services"
"$BINARIES/examples/mcp_client" "$GATEWAY_URL/mcp" brew '{"cups":2}' >"$folder/mcp"
grep '"brew": "Makes tea"' "$folder/mcp"
grep '2 cups of tea' "$folder/mcp"
grep --quiet 'session closed' "$folder/services"
if "$BINARIES/examples/mcp_client" "$GATEWAY_URL/mcp" burn 2>"$folder/mcp"; then exit 1; fi
grep 'Unknown tool' "$folder/mcp"
rm -r "$folder"
