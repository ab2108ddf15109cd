#!/usr/bin/env bash
# Lets credentials rotate while requests flow: from a container's endpoint, from moto's STS, and from
# a token file. Takes about two minutes. moto comes from PyPI.
set -euo pipefail
cd "$(dirname "$0")/.."

source scripts/python.sh
source scripts/gateway.sh
system_package curl command -v curl
python_tools 'moto[server]==5.2.5'

port=$(free_port)
moto_server --host 127.0.0.1 --port "$port" 2>/dev/null &
stop_at_exit $!
export STS_URL=http://127.0.0.1:$port
curl --silent --show-error --fail --output /dev/null --retry 60 --retry-delay 1 --retry-connrefused \
    "$STS_URL/moto-api/"

cargo test --package tests --features rotation --test rotation -- --include-ignored --nocapture
# What needs the SDK's configuration to compile.
cargo test --package tower-sigv4 --features aws-config --test default_chain
cargo test --package tower-sigv4 --features aws-config --doc
cargo test --package tests --features rotation --doc
