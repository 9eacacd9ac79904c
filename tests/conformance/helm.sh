#!/usr/bin/env bash
# helm.sh KILN: kiln check --pass-through as post-renderer of a real Helm 3, and of Helm 4 as contrib/helm's plugin. Without the two,
# which cluster/install.sh builds, all of it is a counted, loud skip.
# shellcheck disable=SC2317,SC2119,SC2120 # expect calls the functions, with and without arguments
set -uo pipefail
kiln=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
programs=${KILN_CONFORMANCE:-$HOME/.cache/kiln-conformance}/bin
for program in helm3 helm4; do
  if [ ! -x "$programs/$program" ]; then
    echo "SKIPPED: no $programs/$program; tests/conformance/cluster/install.sh builds it"
    echo "helm: 0 passed, 0 failed, 1 skipped"
    exit 0
  fi
done
# shellcheck source=cluster/check.sh
. "$top/tests/conformance/cluster/check.sh"
total=0
try() { total=$((total + 1)); expect "$@"; }
tmp=$(mktemp -d "${TMPDIR:-/tmp}/kiln-helm.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$tmp/bin" "$tmp/plugins" "$tmp/chart/templates" "$tmp/hooks/templates"
ln -s "$kiln" "$tmp/bin/kiln"
cp -r "$top/contrib/helm" "$tmp/plugins/kiln"
export PATH=$tmp/bin:$PATH HOME=$tmp HELM_PLUGINS=$tmp/plugins
cd "$tmp" || exit 2

printf 'apiVersion: v2\nname: tiny\nversion: 0.1.0\n' | tee chart/Chart.yaml > hooks/Chart.yaml
cat > chart/templates/all.yaml << 'END'
# a comment
apiVersion: v1
kind: ConfigMap
metadata: {name: "{{ .Release.Name }}-settings", namespace: shop}
data: {a: "014", b: "yes", c: "1e3", d: 'x: "y"'}   # kept as it is
{{- if .Values.pod }}
---
apiVersion: v1
kind: Pod
metadata: {name: bad, namespace: shop}
spec: {containers: [{name: c, image: nginx, securityContext: {privileged: true}}]}
{{- end }}
END
cat > hooks/templates/hook.yaml << 'END'
apiVersion: v1
kind: ConfigMap
metadata: {name: hook, namespace: shop, annotations: {helm.sh/hook: pre-install}}
END

three() { HELM_PLUGINS=$tmp/none "$programs/helm3" template rel "$tmp/chart" "$@"; }
checked3() {
  three --post-renderer kiln --post-renderer-args check --post-renderer-args=-f --post-renderer-args=- \
    --post-renderer-args=--pass-through "$@"
}
same3() { diff <(checked3) <(three --post-renderer cat); }
try "Helm 3: what passes goes on byte by byte" 0 '^$' same3
try "Helm 3: comments too" 0 '# kept as it is' checked3
try "Helm 3: a finding refuses it" 1 'exit status 1' checked3 --set pod=true
try "Helm 3: and says why" 1 'Pod bad, spec.containers\[0\].securityContext.privileged' checked3 --set pod=true
try "Helm 3: nothing comes out then" 1 '!kind: ConfigMap' checked3 --set pod=true
try "Helm 3: another tier" 1 'exit status 1' checked3 --set pod=true --post-renderer-args=--tier=development
try "Helm 3: a mistake in the arguments" 1 "unknown option '--teer=development'; did you mean '--tier'" checked3 --post-renderer-args=--teer=development
hooks3() {
  HELM_PLUGINS=$tmp/none "$programs/helm3" template rel "$tmp/hooks" --post-renderer kiln --post-renderer-args check --post-renderer-args=-f \
    --post-renderer-args=- --post-renderer-args=--pass-through
}
try "Helm 3: nothing at all to judge is an error, since hooks do not come by" 1 'nothing to check' hooks3

four() { "$programs/helm4" template rel "$tmp/chart" "$@"; }
checked4() { four --post-renderer kiln "$@"; }
mkdir -p plugins/cat
sed 's/^name: kiln/name: cat/; s/command: kiln/command: cat/; s/args: .*/args: []/' plugins/kiln/plugin.yaml > plugins/cat/plugin.yaml
same4() { diff <(checked4) <(four --post-renderer cat); }
report() { cat "${1:-kiln-report.txt}"; }
try "Helm 4: what passes goes on byte by byte" 0 '^$' same4
try "Helm 4: comments too" 0 '# kept as it is' checked4
try "Helm 4: the report says that all is well" 0 'as production: 0 errors' report
try "Helm 4: a finding refuses it" 1 'plugin "kiln" exited with error' checked4 --set pod=true
try "Helm 4: the report says why" 0 'Pod bad, spec.containers\[0\].securityContext.privileged' report
try "Helm 4: and from which file of the chart's stream" 0 'standard input:[0-9]+:[0-9]+: error' report
try "Helm 4: arguments of one's own" 1 'exited with error' checked4 --set pod=true --post-renderer-args=--tier=development \
  --post-renderer-args=--report=other.txt
try "Helm 4: another report" 0 'as development: [1-9][0-9]* errors' report other.txt
try "Helm 4: a mistake in the arguments" 1 'exited with error' checked4 --post-renderer-args=--tier=high
try "Helm 4: is in the report" 0 "option --tier: expected development, staging or production, found 'high'" report
# shellcheck disable=SC2154 # check.sh sets it
echo "helm: $((total - failures)) passed, $failures failed, 0 skipped"
[ "$failures" -eq 0 ]
