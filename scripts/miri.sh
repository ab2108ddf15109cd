#!/usr/bin/env bash
# Runs unit tests of the libraries under Miri, which looks for undefined behaviour and leaks: there is no
# unsafe code of ours, but there is in what it calls. Needs a nightly toolchain with the component miri.
set -euo pipefail
cd "$(dirname "$0")/.."

source scripts/tools.sh
# Without a network, the one there is.
rustup_gives toolchain install nightly --profile minimal --component miri,rust-src ||
    cargo +nightly miri --version
# A backtrace takes Miri minutes, and some tests panic on purpose.
export RUST_BACKTRACE=0
# Nothing in the signer wants the operating system's random numbers or clock, which are behind the isolation.
# The tests of the hash that is kept hash hundreds of requests, which takes Miri hours.
cargo +nightly miri test --package http-sigv4 --lib --features chunked,explain,tokens -- --skip kept_hash
# The policy of the cache, and the layer's, begin with the time of the machine and a random delay.
export MIRIFLAGS=-Zmiri-disable-isolation
# A payload of a panic that panics when it is dropped is leaked, with the reason in panic.rs.
cargo +nightly miri test --package credentials-cache --lib --features metrics -- \
    --skip a_panic_is_an_error_that_names_the_provider_and_not_the_message
# Two tests fill the table of hosts and one that of keys, which takes Miri many minutes.
cargo +nightly miri test --package tower-sigv4 --lib --features chunked,explain,grpc,metrics,retry,tokens -- \
    --skip at_most_256_hosts_are_kept --skip hosts_without_an_offset_make_room_first \
    --skip the_number_of_keys_is_bounded
