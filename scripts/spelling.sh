#!/usr/bin/env bash
# Checks the spelling of code and documents by typos, which knows what is misspelt and not what is a
# word; exceptions stand in .typos.toml.
set -euo pipefail
cd "$(dirname "$0")/.."

source scripts/python.sh
python_tools 'typos==1.52.0'
typos --config .typos.toml
