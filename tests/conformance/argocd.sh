#!/usr/bin/env bash
# argocd.sh KILN [STATIC]: contrib/argocd's plugin under a real argocd-cmp-server, called by Argo CD's own repo-server code
# (cluster/cmp.sh); with STATIC, a kiln that needs no libraries, also as the image has it: in a root folder that holds nothing
# else, as user 999. Without the two programs, which cluster/install.sh builds, all of it is a counted, loud skip.
set -uo pipefail
# shellcheck disable=SC2317 # expect calls the functions
kiln=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
static=${2:+$(cd "$(dirname "$2")" && pwd)/$(basename "$2")}
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cluster=$top/tests/conformance/cluster
programs=${KILN_CONFORMANCE:-$HOME/.cache/kiln-conformance}/bin
for program in argocd-cmp-server cmpclient; do
  if [ ! -x "$programs/$program" ]; then
    echo "SKIPPED: no $programs/$program; tests/conformance/cluster/install.sh builds it"
    echo "argocd: 0 passed, 0 failed, 1 skipped"
    exit 0
  fi
done
# shellcheck source=cluster/check.sh
. "$cluster/check.sh"
total=0 skipped=0
try() { total=$((total + 1)); expect "$@"; }

tmp=$(mktemp -d "${TMPDIR:-/tmp}/kiln-argocd.XXXXXX")
server=
finish() {
  [ -z "$server" ] || kill -KILL "$server" 2> /dev/null
  rm -rf "$tmp"
}
trap finish EXIT
mkdir -p "$tmp/path" "$tmp/repo/deploy/services" "$tmp/repo/other"
ln -s "$kiln" "$tmp/path/kiln"
export PATH=$tmp/path:$PATH

# A project in a folder of its repository, with no .git, no output folder, and nothing above it.
digest=sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
cat > "$tmp/repo/deploy/kiln.yaml" << END
name: shop
domain: example.com
environments: [development, staging]
defaults: {owner: shop, ingress: {className: nginx}, secretStore: vault}
owners: {shop: shop@example.com}
END
cat > "$tmp/repo/deploy/services/web.yaml" << END
image: registry.example.com/shop/web:v1.2.3@$digest
ports: {http: 8080, metrics: 9090}
health: {liveness: /health, readiness: /ready}
ingress: {host: "shop.\${env.domain}"}
env: {MODE: "014", ANSWER: "yes", TIME: "12:30", MANY: 1e3, ONE: 1.10}
secrets: {TOKEN: token}
config: {config.yaml: {version: "1.10", on: true, list: ["0x1F", 8]}, run.sh: "#!/bin/sh\necho 'a: b'\n"}
END
cat > "$tmp/repo/deploy/services/sum.yaml" << END
kind: CronJob
schedule: "0 2 * * *"
image: registry.example.com/shop/sum:v1.2.3@$digest
environments: {development: {enabled: false}}
END
parameters() { printf '%s\n' "$@" > "$tmp/parameters.yaml"; }
manifests() { "$cluster/cmp.sh" "$tmp/repo" deploy "$top/contrib/argocd/plugin.yaml" -parameters "$tmp/parameters.yaml" "$@"; }
call() { { manifests "$@" > /dev/null; } 2>&1; }
# What Argo CD makes of the stream is what kiln meant.
same() { # KILN-ARGUMENT... : against the call with the present parameters
  manifests > "$tmp/argo.json" 2> /dev/null || return 1
  (cd "$tmp/repo/deploy" && kiln render -o - "$@") > "$tmp/own.yaml" 2> /dev/null || return 1
  python3 - "$tmp/argo.json" "$tmp/own.yaml" << 'END'
import json, sys, yaml
def key(o): return o["kind"], o["metadata"]["name"]
argo = [json.loads(line) for line in open(sys.argv[1])]
for o in argo:
    o["metadata"]["annotations"].pop("argocd.argoproj.io/tracking-id")
    if not o["metadata"]["annotations"]: del o["metadata"]["annotations"]
own = list(yaml.safe_load_all(open(sys.argv[2])))
for o in own:
    if o["metadata"].get("annotations") == {}: del o["metadata"]["annotations"]
assert sorted(argo, key=key) == sorted(own, key=key), "not the same objects"
print(len(own), "objects, all the same")
END
}

parameters '- {name: environment, string: staging}'
try "the parameters are announced" 0 'parameters.3 announced' call
try "environment: all objects, no value re-typed on the way" 0 '^18 objects, all the same' same -e staging
parameters '- {name: environment, string: development}'
try "another environment" 0 'objects, all the same' same -e development
parameters '- {name: environment, string: staging}' '- {name: services, array: [sum]}'
try "services: these alone" 0 '^[3-5] objects, all the same' same -e staging sum
parameters '- {name: environment, string: staging}' '- {name: services, array: []}'
try "services, empty: all" 0 '^18 objects, all the same' same -e staging
parameters '- {name: environment, string: staging}' '- {name: set, map: {replicas: "4", autoscaling.enabled: "false"}}' \
  '- {name: services, array: [web]}'
try "set: as --set" 0 'objects, all the same' same -e staging --set replicas=4 --set autoscaling.enabled=false web
try "set arrives" 0 '"replicas":4' manifests
parameters
try "no parameter: the Application's name decides" 0 '"namespace":"shop-staging"' manifests -name shop-staging
try "no parameter, another name: the user reads why" 1 \
  "failed exit status 2: error: no environment: .* name 'demo' is none of shop-development, shop-staging; set" call
parameters '- {name: environment, string: stagging}'
try "unknown environment" 1 "exit status 2: error: no environment 'stagging'; did you mean 'staging'" call
parameters '- {name: enviroment, string: staging}'
try "unknown parameter" 1 "exit status 2: ARGOCD_APP_PARAMETERS:1:[0-9]+: error: unknown parameter 'enviroment'; did you mean" call
parameters '- {name: environment, array: [staging]}'
try "parameter of another shape" 1 "ARGOCD_APP_PARAMETERS:1:[0-9]+: error: parameter 'environment': expected" call
parameters '- {name: environment, string: staging}' '- {name: services, array: [wep]}'
try "unknown service" 1 "error: no service 'wep'; did you mean 'web'" call
parameters '- {name: environment, string: staging}' '- {name: set, map: {replicas: many}}'
try "a value that does not fit" 1 "exit status 2: --set:1:10: error: replicas: expected an integer" call
parameters '- {name: environment, string: development}' '- {name: services, array: [sum]}'
try "zero objects is a failure" 1 'exit status 2: error: nothing to render' call
parameters '- {name: environment, string: staging}'
cp "$tmp/repo/deploy/services/web.yaml" "$tmp/web.yaml"
sed -i 's/MANY: 1e3/API_TOKEN: abc/' "$tmp/repo/deploy/services/web.yaml"
try "a finding of the gate: its place comes first" 1 'exit status 1: services/web.yaml:5:[0-9]+: error: .*no-literal-secret' call
try "and the secret does not appear" 1 '!API_TOKEN: abc' call
echo 'halth: {}' >> "$tmp/repo/deploy/services/web.yaml"
try "a mistake in a definition" 1 "exit status 2: services/web.yaml:8:1: error: unknown field 'halth'; did you mean 'health'" call
cp "$tmp/web.yaml" "$tmp/repo/deploy/services/web.yaml"
try "narrowed by manifest-generate-paths: no parent is there" 0 'generate.18 objects' call -generate-paths /deploy
mkdir "$tmp/repo/.git"
try "with a .git above" 0 'generate.18 objects' call
try "warnings and notes stay on stderr: 20 calls" 0 'generate.18 objects, .*mean of 20' call -repeat 20
call -repeat 20 2>&1 | grep '^generate' | sed 's/^/      /'

# Deadlines that fall into the transfer, into the render, and behind both: the whole stream or nothing.
mkdir -p "$tmp/large/services"
sed 's/shop/large/' "$tmp/repo/deploy/kiln.yaml" > "$tmp/large/kiln.yaml"
for i in $(seq 300); do sed '/^ingress/d' "$tmp/web.yaml" > "$tmp/large/services/web$i.yaml"; done
deadlines() {
  local seen='' count
  for timeout in 100ms 200ms 300ms 400ms 500ms 700ms 60s; do
    count=$("$cluster/cmp.sh" "$tmp/large" . "$top/contrib/argocd/plugin.yaml" -name large-staging -timeout "$timeout" 2> "$tmp/log" | wc -l)
    grep 'left in the server' "$tmp/log" && return 1
    seen+="$count "
  done
  echo "$seen"
}
try "deadlines: all objects or none, and nothing is left behind" 0 '^(0 )+(3004 )+$' deadlines
sed -n 's/^generate/      300 services: &/p' "$tmp/log"

# As the image has it.
boxed() {
  local root=$tmp/root socket=
  mkdir -p "$root/usr/local/bin" "$root/var/run/argocd" "$root/home/argocd/cmp-server/config" "$root/home/argocd/cmp-server/plugins" \
    "$root/tmp" "$root/dev"
  mknod -m 666 "$root/dev/null" c 1 3 # which every container has
  cp "$static" "$root/usr/local/bin/kiln"
  cp "$programs/argocd-cmp-server" "$root/var/run/argocd/"
  cp "$top/contrib/argocd/plugin.yaml" "$root/home/argocd/cmp-server/config/"
  chmod 755 "$tmp"
  chown 999:999 "$root/tmp" "$root/home/argocd/cmp-server/plugins"
  # The command, the user and the only variable of contrib/argocd/Dockerfile.
  env -i PATH=/usr/local/bin "$(command -v chroot)" --userspec=999:999 "$root" /var/run/argocd/argocd-cmp-server > "$tmp/log" 2>&1 &
  server=$!
  for _ in $(seq 100); do
    socket=$(find "$root/home/argocd/cmp-server/plugins" -name '*.sock')
    [ -z "$socket" ] || break
    sleep 0.1
  done
  [ -n "$socket" ] || { cat "$tmp/log"; return 1; }
  {
    TMPDIR=$tmp "$programs/cmpclient" -sockets "$(dirname "$socket")" -plugin kiln -repo "$tmp/repo" -app deploy \
      -parameters "$tmp/parameters.yaml" > /dev/null
  } 2>&1
}
if [ -n "$static" ] && [ "$(id -u)" -eq 0 ]; then
  try "static, alone in its root folder, as user 999, who may write nothing but /tmp" 0 'generate.18 objects' boxed
else
  echo "SKIPPED: the image's root folder, which needs a static kiln as second argument, and root"
  skipped=1
fi
echo "argocd: $((total - failures)) passed, $failures failed, $skipped skipped"
[ "$failures" -eq 0 ]
