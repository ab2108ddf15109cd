#!/usr/bin/env bash
# A minute on real threads: rotation, rejection, cancellation and dropped runtimes. Every signature is
# computed again by aws-sigv4; at least a million, and none may be wrong.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo test --release --package tower-sigv4 --test stress -- --ignored --nocapture
