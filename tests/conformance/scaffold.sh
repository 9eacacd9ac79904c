#!/usr/bin/env bash
# scaffold.sh KILN: what a new user gets. For each language a service, a worker and a cron job in an empty repository; besides
# repositories that have only sources, one with a Dockerfile of its own, and a project in a folder of its repository. What kiln
# init, new and render make there is judged by kiln, by buildkit's own parser, and by the validators that users trust
# (validators/check.py); what is not installed is a loud, counted skip. Exit 1 on a failure.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
kiln=$(cd "$(dirname "${1:-build/kiln}")" && pwd)/$(basename "${1:-build/kiln}")
export KILN_CONFORMANCE=${KILN_CONFORMANCE:-$HOME/.cache/kiln-conformance} PYTHONDONTWRITEBYTECODE=1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
passed=0 failed=0 skipped=0
digest=sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08

check() { # NAME COMMAND...
  local name=$1
  shift
  if "$@" > "$scratch/log" 2>&1; then passed=$((passed + 1)); else failed=$((failed + 1)) && echo "FAILED: $name" && head -40 "$scratch/log"; fi
}
skip() { skipped=$((skipped + 1)) && echo "SKIPPED: $1"; }

# begin NAME [FOLDER]: an empty repository, its project perhaps in a folder of it, where the next commands run.
begin() {
  name=$1 top=$scratch/$1
  mkdir -p "$top"
  git init -q "$top"
  "$kiln" init "$top/${2:-.}" --name "$1" --registry ghcr.io/acme --domain acme.example > "$scratch/log" 2>&1 || { cat "$scratch/log"; exit 2; }
  cd "$top/${2:-.}" || exit 2
}
finds_nothing() { "$kiln" check > "$scratch/sum" 2>&1; cat "$scratch/sum"; grep -q ': 0 errors, 0 warnings$' "$scratch/sum"; }
# The first releases, and the two steps that switch production on. An owner is what validators ask for beyond the rules.
judge() { # SERVICE...
  local service file
  printf 'owners: {team: team@acme.example}\n' >> kiln.yaml
  sed -i 's/^defaults:$/&\n  owner: team/' kiln.yaml
  for service in "$@"; do
    for environment in development staging; do
      check "$name: kiln release $service" "$kiln" release "$environment" "$service" "ghcr.io/acme/$service:v0.1.0@$digest"
    done
    check "$name: kiln promote $service" "$kiln" promote staging production "$service"
    sed -i '/^environments:/,$d' "services/$service.yaml"
  done
  check "$name: kiln render" "$kiln" render
  check "$name: kiln check" finds_nothing
  check "$name: a second run" "$kiln" render --check
  [ ! -d "$top/.github" ] || check "$name: kiln check of workflows" "$kiln" check -f "$top/.github/workflows"
  "$kiln" render -o "$scratch/trees/$name" > "$scratch/log" 2>&1
  find "$scratch/trees/$name" -name .kiln-owned -delete
  while read -r file; do
    check "$name: kiln check of $file" "$kiln" check -f "$file"
    cp "$file" "$scratch/trees/$name/Dockerfile.$(basename "$(dirname "$file")")"
    dockerfiles+=("$file")
  done < <(find "$top" -name Dockerfile)
}

refuses() { ! "$scratch/parse" "$1"; }

mkdir "$scratch/trees"
dockerfiles=()
for language in go rust python node java dotnet none; do
  begin "$language"
  for kind in service worker cron; do check "$language: kiln new --kind $kind" "$kiln" new "my-$kind" --language "$language" --kind "$kind"; done
  judge my-service my-worker my-cron
done

begin detected
for pair in go.mod Cargo.toml pyproject.toml package.json pom.xml; do
  service=a-${pair%.*}
  service=${service,,}
  mkdir "$service" && touch "$service/$pair"
  check "detected: kiln new by $pair" "$kiln" new "$service"
done
judge a-go a-cargo a-pyproject a-package a-pom

begin beside
echo '{}' > package.json
check "beside: kiln new" "$kiln" new web
judge web

begin kept
mkdir web && touch web/go.mod && cp ../go/my-service/Dockerfile web/Dockerfile && echo '# mine' >> web/Dockerfile
check "kept: kiln new" "$kiln" new web
check "kept: the Dockerfile" grep -q '^# mine$' web/Dockerfile
judge web

begin below deploy
mkdir ../web && touch ../web/go.mod
check "below: kiln new" "$kiln" new web
check "below: the Dockerfile" test -f ../web/Dockerfile
judge web

if command -v go > /dev/null && (cd "$here/scaffold/dockerfiles" && go build -o "$scratch/parse" .) > "$scratch/log" 2>&1; then
  for file in "${dockerfiles[@]}"; do check "buildkit's parser on ${file#"$scratch/"}" "$scratch/parse" "$file"; done
  printf 'FROM scratch\nCOPY --from=nowhere a b\n' > "$scratch/bad"
  check "buildkit's parser finds what is planted" refuses "$scratch/bad"
else
  skip "buildkit's parser: Go is not installed, or its modules cannot be had: $(tail -1 "$scratch/log")"
fi

# Trivy and Kyverno, a minute each, judge the same manifests of the examples (tests/conformance/run).
tools=yamllint,kubeconform,kube-linter,kube-score,psa-oracle,checkov,actionlint,zizmor,hadolint,exclusions
python=$KILN_CONFORMANCE/py/bin/python
if [ -x "$python" ]; then
  "$python" "$here/validators/check.py" --registries ghcr.io --tools "$tools" "$KILN_CONFORMANCE" "$scratch"/trees/* | tee "$scratch/validators"
  IFS=' ' read -r more_passed more_failed more_skipped < <(
    sed -nE 's/^validators: ([0-9]+) passed, ([0-9]+) failed, ([0-9]+) skipped.*/\1 \2 \3/p' "$scratch/validators")
  passed=$((passed + ${more_passed:-0})) failed=$((failed + ${more_failed:-1})) skipped=$((skipped + ${more_skipped:-0}))
else
  skip "the validators: none is installed; make conformance installs them"
fi
printf 'scaffold: %d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
