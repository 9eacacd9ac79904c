#!/usr/bin/env bash
# api.sh KILN: the rules schema-valid and api-current against kubeconform -strict: the same verdict on every object of every
# example, and on thousands of single faults planted in them. And src/api/table.txt against its sources, where those are
# at hand. A tool that is not installed (validators/install.sh) is a loud, counted skip.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
kiln=$(cd "$(dirname "${1:-build/kiln}")" && pwd)/$(basename "${1:-build/kiln}")
dir=${KILN_CONFORMANCE:-$HOME/.cache/kiln-conformance}
python=$dir/py/bin/python
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0 failed=0 skipped=0

if [ -x "$dir/bin/kubeconform" ] && [ -x "$python" ] && [ -f "$dir/schemas/pod-v1.json" ]; then
  for example in "$root"/examples/*/; do
    "$kiln" render -C "$example" -o "$scratch/trees/$(basename "$example")" 2> /dev/null || { echo "FAILED: $example does not render"; failed=$((failed + 1)); }
  done
  if "$python" "$here/api/compare.py" "$kiln" "$dir" "$scratch"; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
else
  echo "SKIPPED: kubeconform, its schemas or Python's yaml are not installed, so no verdicts were compared"
  skipped=$((skipped + 1))
fi

# Nothing is fetched for this: the modules together are a few hundred megabytes.
status=3
[ -x "$python" ] && command -v go > /dev/null &&
  { GOPROXY=off "$python" "$root/tools/api-table.py" > "$scratch/table.txt" 2> "$scratch/log"; status=$?; }
if [ "$status" -eq 0 ] && cmp -s "$scratch/table.txt" "$root/src/api/table.txt"; then
  passed=$((passed + 1))
elif [ "$status" -eq 3 ]; then
  echo "SKIPPED: the sources of src/api/table.txt are not at hand: $(tail -1 "$scratch/log" 2> /dev/null)"
  skipped=$((skipped + 1))
else
  echo "FAILED: src/api/table.txt is not what tools/api-table.py makes of its sources"
  tail -3 "$scratch/log"
  diff "$root/src/api/table.txt" "$scratch/table.txt" | head -20
  failed=$((failed + 1))
fi
printf 'api: %d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
