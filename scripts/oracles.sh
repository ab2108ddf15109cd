#!/bin/sh
# Holds the signer against awscrt and botocore, AWS's own signers for C and for Python.
# SIGV4_DIFFERENTIAL_CASES sets the number of requests for each.
set -eu
cd "$(dirname "$0")/.."

python3 -m venv target/oracles
target/oracles/bin/pip install --quiet --disable-pip-version-check --requirement scripts/oracles.txt

SIGV4_PYTHON="$PWD/target/oracles/bin/python" \
    cargo test --package tests --test differential -- --ignored --show-output
