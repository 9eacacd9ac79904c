#!/usr/bin/env bash
# schemas.sh KILN: ajv and the YAML language server (npm) take the JSON Schemas of `kiln schema`, accept every file of the examples
# and of the case files that run without trouble, and refuse planted mistakes. Without node or npm: a loud, counted skip.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
kiln=$(cd "$(dirname "${1:-build/kiln}")" && pwd)/$(basename "${1:-build/kiln}")
cache=${KILN_CONFORMANCE_CACHE:-$HOME/.cache/kiln-conformance}/schemas
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

skip() {
  echo "SKIPPED: $1; the schemas were not judged"
  echo "schemas: 0 passed, 0 failed, 1 skipped"
  exit 0
}

if ! command -v node > /dev/null || ! command -v npm > /dev/null; then skip "node or npm is not installed"; fi
mkdir -p "$cache"
if ! cmp -s "$here/schemas/package.json" "$cache/package.json" || [ ! -d "$cache/node_modules/ajv" ]; then
  cp "$here/schemas/package.json" "$cache/package.json"
  (cd "$cache" && npm install --no-audit --no-fund --ignore-scripts) > "$cache/install.log" 2>&1 ||
    { rm -f "$cache/package.json"; skip "npm cannot install ajv, see $cache/install.log"; }
fi

mkdir "$scratch/schemas" "$scratch/files"
for kind in service environment project release standard; do
  "$kiln" schema "$kind" > "$scratch/schemas/$kind.json" || exit 2
  "$kiln" schema "$kind" | cmp -s - "$scratch/schemas/$kind.json" || { echo "FAILED: schema $kind differs between two runs"; exit 1; }
done
python3 "$here/schemas/collect.py" "$root/examples" "$root/tests/cases" "$root/standards" "$scratch/files" > "$scratch/list" || exit 2
result=$(NODE_PATH=$cache/node_modules node "$here/schemas/check.js" "$scratch/schemas" "$scratch/list") || { echo "$result"; exit 2; }
sed '$d' <<< "$result"
read -r passed failed skipped <<< "$(tail -1 <<< "$result")"
echo "schemas: $passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
