# To be sourced: `python_tools PACKAGE...` installs packages from PyPI into target/python, and puts
# their programs and their `python` first on the path.

python_tools() {
    local venv=${CARGO_TARGET_DIR:-target}/python
    if ! python3 -m venv "$venv" 2>/dev/null; then
        apt-get update -qq && apt-get install -qq -y python3-venv
        python3 -m venv "$venv"
    fi
    PATH=$(realpath "$venv")/bin:$PATH
    python -m pip install --quiet --disable-pip-version-check "$@"
}
