# To be sourced: `rust_tools NAME...` installs tools from crates.io into target/tools, in the versions of
# scripts/tools.txt, or in that of `NAME@VERSION`, and puts them first on the path.

rust_tools() {
    local tools=${CARGO_TARGET_DIR:-target}/tools tool
    for tool in "$@"; do
        [[ $tool = *@* ]] || tool=$(grep "^$tool@" scripts/tools.txt)
        # They compile faster without optimisation than that would save.
        cargo install --quiet --locked --debug --root "$tools" "$tool"
    done
    PATH=$(realpath "$tools")/bin:$PATH
}
