#!/usr/bin/env bash
# diff.sh BUILD [SERVICES]: what kiln diff costs beside one render, and beside dyff on the same two rendered trees. README.md says
# how to read it. Exit 1 where a target is missed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
kiln=$(realpath "$1/kiln")
services=${2:-1000}
cache=${KILN_BENCH:-$HOME/.cache/kiln-bench}
dyff_version=v1.12.0
rounds=${ROUNDS:-5}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

passed=0 failed=0 skipped=0
judge() { # WHAT CONDITION
  if awk "BEGIN { exit !($2) }"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $1"; fi
}

# measure sets them; folders_cpu is read by way of its name alone.
# shellcheck disable=SC2034
base_cpu="" render_cpu="" folders_cpu="" dyff_cpu=""

# measure NAME ROUNDS COMMAND...: median CPU seconds and peak KiB of a whole process, into NAME_cpu and NAME_kib.
measure() {
  local name=$1 times=$2 figures
  shift 2
  figures=$(python3 - "$times" "$@" << 'END'
import os, subprocess, sys
runs = []
for _ in range(int(sys.argv[1])):
    process = subprocess.Popen(sys.argv[2:], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit("failed: " + " ".join(sys.argv[2:]))
    runs.append((usage.ru_utime + usage.ru_stime, usage.ru_maxrss))
runs.sort()
print(*runs[len(runs) // 2])
END
)
  printf -v "${name}_cpu" %s "${figures% *}"
  printf -v "${name}_kib" %s "${figures#* }"
  printf '%-34s %8.3f s CPU, %7d KiB\n' "$name" "${figures% *}" "${figures#* }"
}

"$here/fixture" "$services" "$scratch/project"
cd "$scratch/project"
git init -q .
git add .
git -c user.name=bench -c user.email=bench@example.com commit -qm one
"$kiln" render -o "$scratch/old" 2> "$scratch/log"
# Every twentieth service has another version: all its objects change, in all environments.
awk 'FNR == 1 && NR > 1 { n++ } n % 20 == 0 { print FILENAME }' services/*.yaml | sort -u | xargs sed -i 's/:v1\.\([0-9]*\)\.0@/:v2.\1.0@/'
"$kiln" render -o "$scratch/new" 2> "$scratch/log"
echo "$services services; $("$kiln" diff "$scratch/old" "$scratch/new" | tail -2 | head -1)"

measure render "$rounds" "$kiln" render -o "$scratch/new" 2> /dev/null
measure base "$rounds" "$kiln" diff --base HEAD
measure affected "$rounds" "$kiln" affected --base HEAD
measure folders "$rounds" "$kiln" diff "$scratch/old" "$scratch/new"
judge "diff --base costs at most 2.5 renders" "$base_cpu <= 2.5 * $render_cpu"

# dyff compares files, not folders: each tree as one stream, which favours it.
dyff=$cache/bin/dyff
if [ ! -x "$dyff" ]; then
  GOBIN=$cache/bin go install "github.com/homeport/dyff/cmd/dyff@$dyff_version" > "$scratch/log" 2>&1 || true
fi
if [ -x "$dyff" ]; then
  find "$scratch/old" -name '*.yaml' | sort | xargs cat > "$scratch/old.yaml"
  find "$scratch/new" -name '*.yaml' | sort | xargs cat > "$scratch/new.yaml"
  measure dyff 1 "$dyff" between "$scratch/old.yaml" "$scratch/new.yaml"
  measure streams "$rounds" "$kiln" diff "$scratch/old.yaml" "$scratch/new.yaml"
  for side in folders base; do
    cpu=${side}_cpu
    awk "BEGIN { printf \"$side: %.1f times less CPU than dyff (target: 20)\\n\", $dyff_cpu / ${!cpu} }"
    judge "$side: 20 times faster than dyff" "$dyff_cpu >= 20 * ${!cpu}"
  done
else
  echo "SKIPPED: dyff $dyff_version cannot be installed: $(tail -1 "$scratch/log")"
  skipped=1
fi
echo "bench-diff: $passed passed, $failed failed, $skipped skipped"
exit $((failed > 0))
