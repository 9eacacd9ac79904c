#!/usr/bin/env bash
# krm.sh [FUNCTION]: what kustomize does with an exec KRM function, stated as expectations. FUNCTION is an
# executable that honours examples/krm-echo.py's modes; by default that file itself.
# shellcheck disable=SC2016,SC2317 # what stands in single quotes is for the plugin; expect calls the functions
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=check.sh
. "$here/check.sh"
need kustomize kubectl
fn=$(realpath "${1:-$here/examples/krm-echo.py}")

tmp=$(mktemp -d "${TMPDIR:-/tmp}/krm.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
mkdir "$tmp/app" "$tmp/over" "$tmp/home"
cd "$tmp"
cp "$fn" app/fn
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: given}\n' > app/given.yaml

# as ROLE MODE: the function runs in that role (generators, transformers or validators).
as() {
  cat > app/fn.yaml <<END
apiVersion: kiln.example/v1
kind: Function
metadata:
  name: fn
  annotations:
    config.kubernetes.io/function: |
      exec: {path: ./fn, args: [one]}
spec: {mode: $2}
END
  printf 'resources: [given.yaml]\n%s: [fn.yaml]\n' "$1" > app/kustomization.yaml
}
build() { "$bin/kustomize" build --enable-alpha-plugins --enable-exec "$@"; }
quiet() { build "$@" 2> /dev/null; }

as generators generate
expect "generator: its items are added" 0 'name: made' build app
expect "generator: arguments of exec arrive; cwd is the kustomization's folder" 0 "fn mode=generate cwd=app args=\['one'\]" build app
as generators echo
expect "generator: its own functionConfig is the only item, and returning it adds nothing" 0 '!kind: Function' quiet app
as transformers echo
expect "transformer: items come back" 0 'name: given' quiet app
expect "transformer: no annotation of kustomize's stays" 0 '!annotations:' quiet app
as transformers none
expect "transformer: no items means nothing is left, and no error" 0 '!given' quiet app
as transformers fail
expect "transformer: exit 1 fails the build; the function's stderr is shown as it comes" 1 'fn mode=fail' build app
expect "transformer: and this is all that kustomize says" 1 "couldn't execute function: exit status 1" build app
as validators echo
expect "validator: items returned unchanged are refused (kustomize issue 5036)" 1 "validator shouldn't modify the resource map" build app
as validators none
expect "validator: no items passes, and the resources stay" 0 'name: given' quiet app
as validators fail
expect "validator: exit 1 fails the build" 1 "couldn't execute function" build app
as transformers echo
printf 'resources: [../app]\n' > over/kustomization.yaml
expect "in an overlay's base: cwd is the folder that declares the function" 0 'cwd=app' build over
expect "without --enable-exec the function is skipped in silence" 0 '!fn mode' "$bin/kustomize" build --enable-alpha-plugins app
expect "without --enable-alpha-plugins it is an error" 1 'external plugins disabled' "$bin/kustomize" build app
expect "kubectl kustomize has no --enable-exec" 1 'unknown flag: --enable-exec' "$bin/kubectl" kustomize --enable-exec app
expect "kubectl kustomize skips it in silence too" 0 '!fn mode' "$bin/kubectl" kustomize --enable-alpha-plugins app

# The older kind: an executable found by apiVersion and kind, which kubectl kustomize runs as well.
mkdir -p home/kiln.example/v1/legacy
cat > home/kiln.example/v1/legacy/Legacy <<'END'
#!/bin/sh
echo "legacy: $# argument, stdin $(wc -c | tr -d ' ') bytes" >&2
grep -q 'kind: Legacy' "$1" || exit 1
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: made-by-legacy}\n'
END
chmod +x home/kiln.example/v1/legacy/Legacy
printf 'apiVersion: kiln.example/v1\nkind: Legacy\nmetadata: {name: l}\n' > app/legacy.yaml
printf 'resources: [given.yaml]\ngenerators: [legacy.yaml]\n' > app/kustomization.yaml
export KUSTOMIZE_PLUGIN_HOME=$tmp/home
expect "legacy exec plugin: kustomize runs it without --enable-exec" 0 'made-by-legacy' "$bin/kustomize" build --enable-alpha-plugins app
expect "legacy exec plugin: kubectl kustomize runs it" 0 'made-by-legacy' "$bin/kubectl" kustomize --enable-alpha-plugins app
expect "legacy exec plugin: its stderr is not shown" 0 '!legacy:' "$bin/kustomize" build --enable-alpha-plugins app
exit $((failures > 0))
