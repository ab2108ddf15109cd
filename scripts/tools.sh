# To be sourced, for tools of Rust's:
#
# `rust_tools NAME...` installs some from crates.io into target/tools, in the versions of scripts/tools.txt, or
# in that of `NAME@VERSION`, and puts them first on the path.
#
# `rustup_gives ARGUMENT...` lets rustup install something, and returns whether it could. What cannot be had
# without a network is left out where there is none; GitHub's machines have one, and there it ends the script.

rust_tools() {
    local tools=${CARGO_TARGET_DIR:-target}/tools tool
    for tool in "$@"; do
        [[ $tool = *@* ]] || tool=$(grep "^$tool@" scripts/tools.txt)
        # They compile faster without optimisation than that would save.
        cargo install --quiet --locked --debug --root "$tools" "$tool"
    done
    PATH=$(realpath "$tools")/bin:$PATH
}

rustup_gives() {
    local said
    if said=$(rustup "$@" 2>&1); then return; fi
    printf 'rustup %s fails:\n%s\n' "$*" "$said" >&2
    if [ "${GITHUB_ACTIONS-}" = true ]; then exit 1; fi
    return 1
}
