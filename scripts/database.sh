#!/usr/bin/env bash
# Runs the `database_token` example against a PostgreSQL from Debian's packages.
set -euo pipefail
cd "$(dirname "$0")/.."

source scripts/postgres.sh
start_postgres
psql --quiet --host "${POSTGRES_ADDRESS%:*}" --port "${POSTGRES_ADDRESS#*:}" --username postgres \
    --command 'create role app login' --command 'create database orders owner app'

export POSTGRES_ADDRESS
cargo run --quiet --package examples --example database_token --features database-token
