#!/usr/bin/env bash
# kustomize.sh KILN: kiln fn as a KRM function under a real kustomize, as generator, gate and validator. Without kustomize, which
# cluster/install.sh builds, all of it is a counted, loud skip.
set -uo pipefail
# shellcheck disable=SC2317 # expect calls the functions
kiln=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
kustomize=${KILN_CONFORMANCE:-$HOME/.cache/kiln-conformance}/bin/kustomize
if [ ! -x "$kustomize" ]; then
  echo "SKIPPED: no $kustomize; tests/conformance/cluster/install.sh builds it"
  echo "kustomize: 0 passed, 0 failed, 1 skipped"
  exit 0
fi
# shellcheck source=cluster/check.sh
. "$top/tests/conformance/cluster/check.sh"
total=0
try() { total=$((total + 1)); expect "$@"; }
tmp=$(mktemp -d "${TMPDIR:-/tmp}/kiln-kustomize.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$tmp/bin" "$tmp/shop/services" "$tmp/app" "$tmp/over"
ln -s "$kiln" "$tmp/bin/kiln"
export PATH=$tmp/bin:$PATH
cd "$tmp" || exit 2

digest=sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
cat > shop/kiln.yaml << END
name: shop
environments: [staging]
owners: {shop: shop@example.com}
defaults: {owner: shop}
END
cat > shop/services/web.yaml << END
image: registry.example.com/shop/web:v1.2.3@$digest
ports: 8080
health: {liveness: /health, readiness: /ready}
env: {MODE: "014", ANSWER: "yes", TIME: "12:30", MANY: 1e3, ONE: 1.10, DAY: "2026-11-21"}
config: {config.yaml: {version: "1.10", list: ["0x1F", 8]}, run.sh: "#!/bin/sh\necho 'a: b'\n"}
END
# function ROLE KIND SPEC: the function in that role (generators, transformers or validators).
function_in() {
  cat > app/fn.yaml << END
apiVersion: kiln/v1alpha1
kind: $2
metadata:
  name: fn
  annotations:
    config.kubernetes.io/function: |
      exec: {path: kiln, args: [fn]}
spec: $3
END
  { [ "$1" = generators ] || echo 'resources: [given.yaml]'; printf '%s: [fn.yaml]\n' "$1"; } > app/kustomization.yaml
}
build() { "$kustomize" build --enable-alpha-plugins --enable-exec "${1:-app}"; }
quiet() { build "${1:-app}" 2> /dev/null; }
# Both sides as the objects that they are, whatever the order.
same() { # FILE: build's output is what is in there
  quiet app > built.yaml && python3 - built.yaml "$1" << 'END'
import sys, yaml
class Text(yaml.SafeLoader): pass
key = lambda o: (o["kind"], o["metadata"]["name"])
sides = [sorted((o for o in yaml.load_all(open(name), Text) if o), key=key) for name in sys.argv[1:]]
assert sides[0] == sides[1], "not the same objects"
print(len(sides[0]), "objects, all the same")
END
}

# Render
(cd shop && kiln render -e staging -o - > ../own.yaml 2> /dev/null)
function_in generators Render '{project: ../shop, environment: staging}'
try "Render: the objects of the environment, no value re-typed" 0 '^1[0-9] objects, all the same' same own.yaml
try "Render: its own config is none of them" 0 '!kiln/v1alpha1' quiet
function_in generators Render '{project: ../shop, environment: staging, services: [web], set: {replicas: 3, autoscaling.enabled: false}}'
try "Render: services and set" 0 'replicas: 3' quiet
try "Render: services leave the Namespace to others" 0 '!kind: Namespace' quiet
printf 'resources: [../app]\nnamePrefix: x-\n' > over/kustomization.yaml
try "Render: in an overlay's base" 0 'name: x-web' quiet over
function_in generators Render '{project: ../shop, enviroment: staging}'
try "Render: a misspelt field" 1 "unknown field 'spec.enviroment'; did you mean 'environment'" build
function_in generators Render '{project: ../shop}'
try "Render: no environment" 1 'spec.environment is missing' build
function_in generators Rendr '{}'
try "an unknown kind" 1 "unknown kind 'Rendr'; did you mean 'Render'" build
function_in generators Render '{project: ../shop, environment: stagging}'
try "Render: an unknown environment" 1 "no environment 'stagging'; did you mean 'staging'" build
function_in generators Render '{project: ../nowhere, environment: staging}'
try "Render: no such folder" 1 'cannot open folder ../nowhere' build
cp shop/services/web.yaml web.yaml
echo 'halth: {}' >> shop/services/web.yaml
function_in generators Render '{project: ../shop, environment: staging}'
try "Render: a mistake in a definition, with its place" 1 "shop/services/web.yaml:6:1: error: unknown field 'halth'" build
try "Render: and the build fails" 1 "couldn't execute function: exit status 2" build
cp web.yaml shop/services/web.yaml

# Check
cp own.yaml app/given.yaml
function_in transformers Check '{tier: staging, project: ../shop}'
try "Check: what passes comes back as it was" 0 '^1[0-9] objects, all the same' same own.yaml
cat > app/given.yaml << 'END'
apiVersion: v1
kind: ConfigMap
metadata: {name: nasty, namespace: shop}
data: {a: "014", b: "yes", c: "1e3", d: "null", e: "~", f: " x", g: "2026-11-21", h: "12:30", i: "a: b # c", j: "tab\there", k: ""}
---
apiVersion: example.com/v1
kind: Thing
metadata: {name: numbers, namespace: shop, labels: {b: "1", a: "2"}}
spec: {z: 1.10, y: 1000000000000000000001, x: 1e3, w: [3, 1, 2, null, true], v: 0.1, u: -0, t: {}, s: []}
END
cp app/given.yaml given.yaml
printf 'resources: [given.yaml]\n' > over/kustomization.yaml
unchanged() { cp app/given.yaml over/ && quiet app | diff - <("$kustomize" build over); }
try "Check: strings that look like something else, numbers, order: byte by byte what kustomize prints without it" 0 '^$' unchanged
cat >> app/given.yaml << 'END'
---
apiVersion: v1
kind: Service
metadata: {name: bare, namespace: shop}
spec: {clusterIP: None, ports: [{port: 80}]}
END
try "Check: warnings do not fail the build" 0 'standard-labels' build
try "Check: and with warnings, which makes kiln write the list itself: the same" 0 '^$' unchanged
try "Check: nothing of it stays in the output" 0 '!kiln/v1alpha1|config.kubernetes.io' quiet
cat >> app/given.yaml << 'END'
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: bad, namespace: shop}
spec:
  selector: {matchLabels: {app: bad}}
  template:
    metadata: {labels: {app: bad}}
    spec: {containers: [{name: c, image: nginx, securityContext: {privileged: true}}]}
END
function_in transformers Check '{tier: development}'
try "Check: a finding fails the build" 1 "couldn't execute function: exit status 1" build
try "Check: and names rule, object and place" 1 'no-privileged' build
try "Check: which item and where in it" 1 'in item 4: Deployment bad, spec.template.spec.containers\[0\]' build
function_in transformers Check '{tier: develop}'
try "Check: an unknown tier" 1 'expected development, staging or production' build
function_in transformers Check '{teer: development}'
try "Check: a misspelt field" 1 "unknown field 'spec.teer'; did you mean 'tier'" build
function_in transformers Check '{environment: staging}'
try "Check: a field of the other kind" 1 "unknown field 'spec.environment'; it has project, tier, validator" build
function_in validators Check '{tier: development, validator: true}'
try "Check, validator: a finding fails the build" 1 'exit status 1' build
cp given.yaml app/given.yaml
try "Check, validator: what passes stays" 0 'name: nasty' quiet

# What kustomize fn run keeps of the results.
mkdir -p tree results
cp app/fn.yaml tree/fn.yaml
sed -i 's/validator: true/validator: false/' tree/fn.yaml
cat > tree/bad.yaml << 'END'
apiVersion: v1
kind: Pod
metadata: {name: bad, namespace: shop}
spec: {containers: [{name: c, image: nginx, securityContext: {privileged: true}}]}
END
try "fn run: fails" 1 '' "$kustomize" fn run --enable-exec --results-dir results tree
results() { cat results/*.yaml; }
try "fn run: results name the file and its index" 0 'path: bad.yaml' results
try "fn run: and object, field and rule" 0 'path: "spec.containers' results
try "fn run: the severity" 0 'severity: error' results
# shellcheck disable=SC2154 # check.sh sets it
echo "kustomize: $((total - failures)) passed, $failures failed, 0 skipped"
[ "$failures" -eq 0 ]
