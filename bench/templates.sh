#!/usr/bin/env bash
# templates.sh BUILD: CPU time and memory of evaluating the deployment template for 1,000 services, beside npm's json-e on the
# same templates and contexts. README.md says how to read it. Exit 1 where results differ, memory grows, or the ratio is missed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
program=$1/bench/templates
cache=${KILN_BENCH:-$HOME/.cache/kiln-bench}
target=20
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# shellcheck disable=SC2016 # ${…} is the project's own
# 1,000 services; every second one has secrets and configuration, every fifth a command, every tenth a fixed size.
make_project() {
  mkdir -p "$1/services"
  cat > "$1/kiln.yaml" << 'END'
name: bench
domain: bench.example.com
registry: registry.example.com/bench
environments: [production]
defaults: {secretStore: vault}
END
  for ((i = 0; i < 1000; i++)); do
    name=$(printf 'service-%04d' "$i")
    {
      printf 'image: ${project.registry}/%s:v1.%d.0\n' "$name" $((i % 17))
      printf 'ports: {http: 8080, metrics: 9090}\nhealth: {liveness: /health, readiness: /ready}\n'
      printf 'env: {ENVIRONMENT: "${env.name}", NUMBER: "%d"}\n' "$i"
      if ((i % 2)); then
        printf 'secrets: {DATABASE_PASSWORD: database-password, TOKEN: token-%d}\n' "$i"
        printf 'config: {config.yaml: {server: {port: 8080}, shard: %d}}\n' "$i"
      fi
      if ((i % 5 == 0)); then printf 'command: [/bin/server]\nargs: [--shard, "%d"]\n' "$i"; fi
      if ((i % 10 == 3)); then printf 'autoscaling: {enabled: false}\nreplicas: 3\n'; fi
      if ((i)); then printf 'access: {to: {service-%04d: true}}\n' $((i - 1)); fi
    } > "$1/services/$name.yaml"
  done
}

value() { awk -v name="$2" '$1 == name { print $2 }' "$1"; }

skip() {
  echo "SKIPPED: $1: json-e in node was not compared"
  echo "bench-templates: $passed passed, $failed failed, 2 skipped"
  exit $((failed > 0))
}

passed=0 failed=0
judge() { # WHAT CONDITION
  if awk "BEGIN { exit !($2) }"; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $1"; fi
}

make_project "$scratch/project"
mkdir "$scratch/dump"
"$program" "$scratch/project" production "$scratch/dump" > "$scratch/kiln"
services=$(value "$scratch/kiln" services)
ours=$(value "$scratch/kiln" median_seconds)
once=$(value "$scratch/kiln" memory_1_round_kib) tenfold=$(value "$scratch/kiln" memory_10_rounds_kib)
awk -v s="$ours" -v first="$(value "$scratch/kiln" first_seconds)" -v n="$services" 'BEGIN {
  printf "kiln:   %8.2f ms CPU for %d evaluations, %7.1f us each (first round %.2f ms)\n", s * 1e3, n, s * 1e6 / n, first * 1e3 }'
echo "kiln:   memory $(value "$scratch/kiln" memory_loaded_kib) KiB loaded; peak $once KiB in 1,000 evaluations, $tenfold KiB in 10,000"
judge "memory grows with the number of evaluations" "$tenfold <= $once + 256"

command -v node > /dev/null || skip "no node"
if [ ! -d "$cache/node_modules/json-e" ]; then
  mkdir -p "$cache"
  npm install --silent --no-save --prefix "$cache" json-e@4.8.4 > /dev/null 2>&1 || skip "json-e 4.8.4 cannot be fetched"
fi
if NODE_PATH=$cache/node_modules node "$here/templates.js" "$scratch/dump" > "$scratch/node"; then
  passed=$((passed + 1)); echo "equal:  all $(value "$scratch/node" compared) results"
else
  failed=$((failed + 1)); echo "FAILED: $(value "$scratch/node" differing) results differ"
fi
theirs=$(value "$scratch/node" median_seconds)
awk -v s="$theirs" -v first="$(value "$scratch/node" first_seconds)" -v n="$services" 'BEGIN {
  printf "json-e: %8.2f ms CPU for %d evaluations, %7.1f us each (first round %.2f ms)\n", s * 1e3, n, s * 1e6 / n, first * 1e3 }'
echo "json-e: peak memory $(value "$scratch/node" memory_kib) KiB"
awk -v a="$theirs" -v b="$ours" -v t="$target" 'BEGIN { printf "ratio:  %.1f times less CPU (target: %d)\n", a / b, t }'
judge "kiln needs more than 1/$target of json-e's CPU time" "$theirs >= $target * $ours"
echo "bench-templates: $passed passed, $failed failed, 0 skipped"
exit $((failed > 0))
