#!/bin/sh
# Compares src/jsone with the reference implementation, npm's json-e, on random templates.
#   tests/jsone/differential.sh DRIVER [COUNT [SEED]]
# DRIVER is tests/jsone/driver.c, built. JSONE_MODULES names a node_modules folder with json-e 4.8.4 in it; without one it is
# fetched into a temporary folder. No node or no registry: the test is skipped, loudly.
set -eu
here=$(dirname "$0")
driver=$1 count=${2:-20000} seed=${3:-1}
skip() {
    echo "SKIPPED: $1: the differential test of jsone ($count cases)"
    echo "jsone-differential: 0 passed, 0 failed, $count skipped"
    exit 0
}
command -v node >/dev/null || skip "no node"
if [ -z "${JSONE_MODULES:-}" ]; then
    temporary=$(mktemp -d)
    trap 'rm -rf "$temporary"' EXIT
    npm install --silent --no-save --prefix "$temporary" json-e@4.8.4 >/dev/null 2>&1 || skip "json-e cannot be fetched"
    JSONE_MODULES=$temporary/node_modules
fi
NODE_PATH=$JSONE_MODULES node "$here/differential.js" "$driver" "$count" "$seed"
