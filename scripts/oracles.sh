#!/usr/bin/env bash
# Holds the signer against awscrt and botocore, AWS's own signers for C and for Python; the tokens
# against those that AWS's tools make; and chunked bodies against botocore's, whose checksums are
# awscrt's. SIGV4_DIFFERENTIAL_CASES sets the number of requests for each, SIGV4_TOKEN_CASES that of
# tokens, SIGV4_CHUNKED_CASES that of bodies.
set -euo pipefail
cd "$(dirname "$0")/.."

source scripts/python.sh
python_tools --requirement scripts/oracles.txt

SIGV4_PYTHON=$(command -v python) \
    cargo test --package tests --test differential --test tokens -- --ignored --show-output
