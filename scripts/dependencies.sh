#!/usr/bin/env bash
# Looks at what the published crates depend on: licences, sources, versions that are there twice, and
# dependencies that nothing uses (see deny.toml); and counts what a user of the layer compiles.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly most=60

source scripts/tools.sh
rust_tools cargo-deny cargo-machete

cargo machete
# The tests, the benches and the examples may use what the libraries may not. Known faults of
# dependencies (`advisories`) need a download; a workflow looks at them each night.
private=()
for package in benches examples sigv4-testkit tests; do private+=(--exclude "$package"); done
cargo deny --workspace --all-features "${private[@]}" check licenses sources
# Without features: the SDK, which `aws-config` brings, has several versions of some crates. sigv4-curl
# asks for it.
cargo deny --workspace "${private[@]}" --exclude sigv4-curl --exclude iam-gateway --exclude-dev check bans

crates=$(cargo tree --locked --package tower-sigv4 --edges normal --prefix none | sed 's/ (\*)$//' | sort --unique | wc --lines)
echo "$crates crates in the default tree of tower-sigv4, $most at most"
[ "$crates" -le "$most" ]
