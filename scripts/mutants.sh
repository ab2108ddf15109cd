#!/usr/bin/env bash
# Changes the code that decides most (the signer, host policy, clock, credentials policy and the encoder of
# chunks) in one place at a time, by cargo-mutants, and fails where no test notices and scripts/mutants.txt
# does not say why that may be. Takes hours: `scripts/mutants.sh 1/4` takes a quarter of the changes, and
# `scripts/mutants.sh 1/1 FILE...` those of some files.
set -euo pipefail
cd "$(dirname "$0")/.."

shard=${1:-1/1}
files=("${@:2}")
if [ ${#files[@]} = 0 ]; then
    files=(
        'crates/credentials-cache/src/backoff.rs'
        'crates/credentials-cache/src/policy.rs'
        'crates/credentials-cache/src/schedule.rs'
        'crates/http-sigv4/src/*.rs'
        'crates/http-sigv4/src/canonical/*.rs'
        'crates/http-sigv4/src/chunked/*.rs'
        'crates/http-sigv4/src/signer/*.rs'
        'crates/tower-sigv4/src/clock/*.rs'
        'crates/tower-sigv4/src/host_policy/*.rs'
    )
fi

target=${CARGO_TARGET_DIR:-target}
mkdir -p "$target"
target=$(cd "$target" && pwd)
source scripts/tools.sh
rust_tools cargo-mutants

# The changes are made in a copy, which stands in the same place each time, so that no dependency is compiled
# anew. Its files are of now: what was compiled of an earlier copy, perhaps with a change in it, is not of them.
# What is compiled there has the names of what is compiled here, and so a folder of its own.
out=$target/mutants/results
tree=$target/mutants/tree
rm -rf "$out" "$tree"
mkdir -p "$out" "$tree"
git ls-files -z --cached --others --exclude-standard | tar --null --files-from=- -cf - | tar -C "$tree" --touch -xf -
export CARGO_TARGET_DIR=$target/mutants/build
export CARGO_PROFILE_DEV_DEBUG=0

# Tries changes: `try FOLDER ARGUMENT...`
try() {
    local status=0
    mkdir -p "$out/$1"
    cargo mutants --dir "$tree" --in-place --output "$out/$1" --minimum-test-timeout 30 --timeout-multiplier 4 \
        "${@:2}" || status=$?
    # 2 is of changes that no test noticed, and 3 of tests that took too long.
    [[ $status = [023] ]]
}

# Most changes are noticed by few tests, which compile soonest and end soonest: `few PACKAGE` prints those.
few() {
    case $1 in
    credentials-cache) echo --cargo-arg=--lib ;;
    http-sigv4)
        # Less optimized, it compiles sooner.
        echo --features=chunked --cargo-arg=--config=profile.dev.package.http-sigv4.opt-level=0 --cargo-arg=--lib
        echo --cargo-arg=--test={chunked,framing,headers,iceberg,path_prefix,presign,profiles,signer,suite,targets}
        echo -- -- --skip={memory,properties,tampering,the_prefix_and_the_path_are_one_text_by_both_rules}
        ;;
    tower-sigv4) echo --cargo-arg=--lib --cargo-arg=--test={clock,host_policy,hosts} ;;
    esac
}

for package in credentials-cache http-sigv4 tower-sigv4; do
    of_package=()
    for file in "${files[@]}"; do
        if [[ $file = crates/$package/* ]]; then of_package+=("--file=$file"); fi
    done
    if [ ${#of_package[@]} = 0 ]; then continue; fi
    read -r -d '' -a arguments < <(few "$package") || true
    # cargo-mutants counts from 0.
    try "$package/few" --shard="$((${shard%/*} - 1))/${shard#*/}" "${of_package[@]}" "${arguments[@]}"

    # What those do not notice, all tests of the package have to. By its file too, as cargo-mutants 27.1 tries
    # a field that is left out whatever expression is asked for.
    alive=()
    while IFS= read -r change; do
        alive+=("--file=${change%%:*}" "--re=^$(sed 's/[][\.*+?(){}^$|]/\\&/g' <<<"$change")\$")
    done <"$out/$package/few/mutants.out/missed.txt"
    if [ ${#alive[@]} = 0 ]; then continue; fi
    try "$package/all" --all-features --cargo-arg=--tests "${alive[@]}"
done

scripts/survivors.py "$out"
