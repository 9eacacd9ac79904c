#!/usr/bin/env bash
# readers.sh [DRIVER]: has every YAML reader at hand read what yaml_write wrote and compare it with what was meant. DRIVER is
# the program built from tests/conformance/readers/corpus.c. What readers need goes to KILN_CONFORMANCE_CACHE; a reader
# that is not there or cannot be installed is skipped, loudly and counted. Exit: 0 all agree, 1 one differs, 2 no driver.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)/readers
driver=${1:-${BUILD:-build}/conformance/readers}
cache=${KILN_CONFORMANCE_CACHE:-$HOME/.cache/kiln-conformance}/readers
passed=0 failed=0 skipped=0

if [ ! -x "$driver" ]; then
  echo "readers.sh: no driver at $driver; build it with: make $driver" >&2
  exit 2
fi
mkdir -p "$cache"
corpus=$(mktemp)
trap 'rm -f "$corpus"' EXIT
"$driver" > "$corpus" || exit 2

# check NAME COMMAND…: the reader gets the corpus on standard input.
check() {
  local name=$1 result
  shift
  if result=$("$@" < "$corpus"); then
    passed=$((passed + 1))
    printf 'ok       %-16s %s\n' "$name" "$result"
  else
    failed=$((failed + 1))
    printf 'FAILED   %-16s %s\n' "$name" "$result"
  fi
}

skip() {
  skipped=$((skipped + 1))
  printf 'SKIPPED  %-16s %s\n' "$1" "$2"
}

check "kiln read" "$driver" --check-read
check "kiln manifests" "$driver" --check-manifests

if python3 -c 'import yaml' 2> /dev/null; then
  check PyYAML python3 "$here/read.py" pyyaml
  if python3 -c 'from yaml import CSafeLoader' 2> /dev/null; then
    check "PyYAML (libyaml)" python3 "$here/read.py" pyyaml-c
  else
    skip "PyYAML (libyaml)" "PyYAML was built without libyaml"
  fi
else
  skip PyYAML "python3-yaml is not installed"
  skip "PyYAML (libyaml)" "python3-yaml is not installed"
fi

python=$cache/python/bin/python
if "$python" -c 'import ruamel.yaml' 2> /dev/null ||
  { python3 -m venv "$cache/python" && "$python" -m pip -q install ruamel.yaml==0.18.6; } > "$cache/python.log" 2>&1; then
  check ruamel.yaml "$python" "$here/read.py" ruamel
else
  skip ruamel.yaml "cannot be installed: see $cache/python.log"
fi

modules=$cache/js/node_modules
if ! command -v npm > /dev/null; then
  for reader in "js-yaml 3" "js-yaml 4" "yaml (npm)"; do skip "$reader" "npm is not installed"; done
elif [ -d "$modules/yaml" ] || npm install --silent --no-audit --no-fund --prefix "$cache/js" \
  js-yaml3@npm:js-yaml@3.14.1 js-yaml4@npm:js-yaml@4.1.0 yaml@2.6.1 > "$cache/js.log" 2>&1; then
  check "js-yaml 3" node "$here/read.js" js-yaml3 "$modules"
  check "js-yaml 4" node "$here/read.js" js-yaml4 "$modules"
  check "yaml (npm)" node "$here/read.js" yaml "$modules"
else
  for reader in "js-yaml 3" "js-yaml 4" "yaml (npm)"; do skip "$reader" "cannot be installed: see $cache/js.log"; done
fi

if ! command -v go > /dev/null; then
  for reader in sigs.k8s.io/yaml "go-yaml 3" goccy/go-yaml; do skip "$reader" "go is not installed"; done
elif (cd "$here/go" && GOFLAGS=-mod=readonly go build -o "$cache/go-readers" .) > "$cache/go.log" 2>&1; then
  check sigs.k8s.io/yaml "$cache/go-readers" sigs
  check "go-yaml 3" "$cache/go-readers" v3
  check goccy/go-yaml "$cache/go-readers" goccy
else
  for reader in sigs.k8s.io/yaml "go-yaml 3" goccy/go-yaml; do skip "$reader" "cannot be built: see $cache/go.log"; done
fi

if command -v ruby > /dev/null; then
  check "Ruby Psych" ruby "$here/read.rb"
else
  skip "Ruby Psych" "ruby is not installed"
fi

echo "readers: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
