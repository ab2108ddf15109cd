# To be sourced: `python_tools PACKAGE...` installs packages from PyPI into target/python, and puts
# their programs and their `python` first on the path.

source scripts/system.sh

python_tools() {
    local venv=${CARGO_TARGET_DIR:-target}/python
    # Debian keeps this part of Python's own library in a package of its own.
    system_package python3-venv python3 -c 'import ensurepip'
    python3 -m venv "$venv"
    PATH=$(realpath "$venv")/bin:$PATH
    python -m pip install --quiet --disable-pip-version-check "$@"
}
