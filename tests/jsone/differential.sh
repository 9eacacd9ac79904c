#!/bin/sh
# Compares src/jsone with the reference implementation, npm's json-e, on random templates.
#   tests/jsone/differential.sh DRIVER [COUNT [SEED]]
# DRIVER is tests/jsone/driver.c, built. JSONE_MODULES names a node_modules folder with json-e 4.8.4 in it; without one it is
# fetched into a temporary folder. No node or no registry: the test is skipped, loudly.
set -eu
here=$(dirname "$0")
driver=$1 count=${2:-20000} seed=${3:-1}
if ! command -v node >/dev/null; then
    echo "SKIPPED: no node: the differential test of jsone ($count cases)"
    exit 0
fi
if [ -z "${JSONE_MODULES:-}" ]; then
    temporary=$(mktemp -d)
    trap 'rm -rf "$temporary"' EXIT
    if ! npm install --silent --no-save --prefix "$temporary" json-e@4.8.4 >/dev/null 2>&1; then
        echo "SKIPPED: json-e cannot be fetched: the differential test of jsone ($count cases)"
        exit 0
    fi
    JSONE_MODULES=$temporary/node_modules
fi
NODE_PATH=$JSONE_MODULES node "$here/differential.js" "$driver" "$count" "$seed"
