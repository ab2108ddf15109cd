# To be sourced: `system_package PACKAGE TEST...` installs a package of Debian's or Ubuntu's, unless the test
# shows that it is there.

system_package() {
    local package=$1 as_root=() target=${CARGO_TARGET_DIR:-target}
    shift
    if "$@" >/dev/null 2>&1; then return; fi
    if ! command -v apt-get >/dev/null; then
        echo "\`$*\` fails, and there is no apt to install $package with: install it by hand" >&2
        return 1
    fi
    # It must not wait for a password that nobody sees it ask for.
    if [ "$(id -u)" != 0 ]; then as_root=(sudo --non-interactive); fi
    echo "\`$*\` fails: installing $package" >&2
    mkdir -p "$target"
    # Two scripts of `.ci/run` may want something at the same time.
    if ! (
        flock 9
        # A server that a package starts must not hold the lock.
        "${as_root[@]}" apt-get update -qq 9>&- &&
            "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes "$package" 9>&-
    ) 9>"$target/system_package.lock" >/dev/null || ! "$@" >/dev/null; then
        echo "$package cannot be installed: install it by hand" >&2
        return 1
    fi
}
