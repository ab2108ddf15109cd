#!/usr/bin/env bash
# Holds the endpoint tables against AWS's own, which botocore brings: what is generated from them has
# to be what is in the repository, and every host that botocore makes is read as botocore signs for
# it. With --update, writes what is generated.
set -euo pipefail
cd "$(dirname "$0")/.."

source scripts/python.sh
python_tools --requirement scripts/oracles.txt

tables=${CARGO_TARGET_DIR:-target}/endpoints
python scripts/botocore-endpoints.py "$tables"

keep() {
    if [ "$update" = --update ]; then
        cp "$tables/$1" "$2"
    else
        diff --unified "$2" "$tables/$1"
    fi
}
update=${1:-}
keep names.rs crates/http-sigv4/src/endpoint/names.rs
keep partitions.tsv crates/http-sigv4/tests/data/partitions.tsv

BOTOCORE_HOSTS=$(realpath "$tables")/hosts.tsv \
    cargo test --package http-sigv4 --test botocore -- --ignored --show-output
