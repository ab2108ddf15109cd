#!/usr/bin/env bash
# Holds the signer against awscrt and botocore, AWS's own signers for C and for Python.
# SIGV4_DIFFERENTIAL_CASES sets the number of requests for each.
set -euo pipefail
cd "$(dirname "$0")/.."

source scripts/python.sh
python_tools --requirement scripts/oracles.txt

SIGV4_PYTHON=$(command -v python) \
    cargo test --package tests --test differential -- --ignored --show-output
