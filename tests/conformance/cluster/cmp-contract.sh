#!/usr/bin/env bash
# cmp-contract.sh: what Argo CD does with a config management plugin, stated as expectations and tried on
# a real argocd-cmp-server through cmp.sh with trivial plugins.
# shellcheck disable=SC2016,SC2317 # what stands in single quotes is for the plugin; expect calls the functions
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=check.sh
. "$here/check.sh"
need argocd-cmp-server cmpclient

tmp=$(mktemp -d "${TMPDIR:-/tmp}/contract.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
repo=$tmp/repo
mkdir -p "$repo/apps/demo" "$repo/.git" "$repo/other"
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {n: "014", code: "014"}\n---\n# nothing\n---\napiVersion: v1\nkind: Service\nmetadata: {name: b}\n' > "$repo/apps/demo/all.yaml"
echo shared > "$repo/other/file"
echo ref > "$repo/.git/HEAD"
echo '[{"name":"image","title":"Image","itemType":"string","collectionType":"map","map":{"a":"b"}}]' > "$repo/apps/demo/parameters.json"
printf '#!/bin/sh\n' > "$repo/apps/demo/tool"
chmod +x "$repo/apps/demo/tool"
ln -s all.yaml "$repo/apps/demo/link.yaml"
ln -s ../../other "$repo/apps/demo/dirlink"

# plugin GENERATE [MORE]: GENERATE is a shell command line, MORE further lines of spec.
plugin() {
  cat > "$tmp/plugin.yaml" <<END
apiVersion: argoproj.io/v1alpha1
kind: ConfigManagementPlugin
metadata: {name: trial}
spec:
  generate: {command: [sh, -c], args: [$(python3 -c 'import json, sys; print(json.dumps(sys.argv[1]))' "$1")]}
END
  [ $# -eq 1 ] || printf '%s\n' "$2" >> "$tmp/plugin.yaml"
}
run() { "$here/cmp.sh" "$repo" apps/demo "$tmp/plugin.yaml" "$@"; }
stdout() { run "$@" 2> /dev/null; }
logged() { LOG=1 run "$@"; }
object='printf "kind: ConfigMap\napiVersion: v1\nmetadata: {name: made}\ndata: {seen: \"%s\"}\n"'

plugin 'cat all.yaml'
expect "documents come back as JSON, empty ones dropped, with the tracking annotation" 0 \
  '"argocd.argoproj.io/tracking-id":"demo:/Service:demo/b"' stdout
expect "a string stays a string; a plain key n is YAML 1.1's false" 0 '"code":"014","false":"014"' stdout
plugin "$object"' "$(pwd | sed "s|.*/||") $(wc -c < /dev/stdin) $(ls -A ../.. | tr "\n" " ")"'
expect "cwd is the application's folder, stdin is empty, the whole repository is there" 0 'demo 0 .git apps other' stdout
plugin "$object"' "$(ls -l tool | cut -c1-10) $(readlink link.yaml) $(readlink dirlink)"'
expect "without preserveFileMode a script is not executable; links stay" 0 '-rw-r--r-- all.yaml ../../other' stdout
plugin "$object"' "$(ls -l tool | cut -c1-10)"' '  preserveFileMode: true'
expect "preserveFileMode keeps the bit" 0 '-rwxr-xr-x' stdout
plugin "$object"' "$(pwd | sed "s|.*/||") $(ls -A | tr "\n" " ")$(ls -A .. | wc -l)"'
expect "manifest-generate-paths: a link that leaves the narrowed part fails the call" 1 'outside|illegal|symlink' run -generate-paths /apps/demo
rm "$repo/apps/demo/dirlink"
expect "manifest-generate-paths narrows what travels: no parent is there, the folder's name is random" 0 \
  '"seen":"[0-9a-f-]{36} all.yaml link.yaml parameters.json tool 1"' stdout -generate-paths /apps/demo
plugin "$object"' "$(env | grep -E "^(ARGOCD_|KUBE|PARAM_)" | sort | tr "\n" ";" | tr -d "\"")"'
cat > "$tmp/parameters.yaml" <<END
- {name: env-name, string: production}
- {name: "list", array: [a, b]}
- {name: m, map: {some.key: v}}
END
for variable in 'ARGOCD_APP_NAME=demo;' 'ARGOCD_APP_NAMESPACE=demo;' 'ARGOCD_APP_PROJECT_NAME=default;' \
  'ARGOCD_APP_REVISION=0123456789abcdef0123456789abcdef01234567;' 'ARGOCD_APP_REVISION_SHORT=0123456;' \
  'ARGOCD_APP_REVISION_SHORT_8=01234567;' 'ARGOCD_APP_SOURCE_PATH=apps/demo;' \
  'ARGOCD_APP_SOURCE_REPO_URL=https://git.example.com/demo.git;' 'ARGOCD_APP_SOURCE_TARGET_REVISION=main;' \
  'KUBE_VERSION=1.33.0;' 'KUBE_API_VERSIONS=v1,apps/v1,networking.k8s.io/v1;' 'ARGOCD_ENV_WHO=demo/main;' \
  'PARAM_ENV_NAME=production;' 'PARAM_LIST_0=a;PARAM_LIST_1=b;' 'PARAM_M_SOME_KEY=v;' \
  'ARGOCD_APP_PARAMETERS=\[\{name:env-name,string:production\}'; do
  expect "environment: ${variable%;}" 0 "$variable" stdout -parameters "$tmp/parameters.yaml" \
    -env 'WHO=${ARGOCD_APP_NAME}/${ARGOCD_APP_SOURCE_TARGET_REVISION}'
done
plugin 'echo broken at line 3 >&2; echo half: done; exit 7'
expect "a failing command: exit status and stderr reach the user" 1 'failed exit status 7: broken at line 3' run
plugin 'echo by the way >&2; cat all.yaml'
expect "stderr of a command that succeeds stays in the server's log" 0 'by the way' logged
expect "and does not reach the caller" 0 '!by the way' run
plugin 'true'
expect "empty stdout with exit 0 is no error: zero objects" 0 'generate.0 objects' run
plugin 'echo "a: b: c: ["'
expect "stdout that is no YAML is an error" 1 'failed' run
plugin 'echo rendering; cat all.yaml'
expect "a log line on stdout is an error" 1 'failed' run
plugin 'echo "just: a map"'
expect "an object without kind is an error" 1 "failed" run
plugin 'trap "echo got TERM >&2; exit 9" TERM; sleep 30 & wait'
expect "at the deadline the command is killed; its own TERM handler does not run" 1 'failed signal: killed' run -timeout 2s
plugin 'cat all.yaml' '  init: {command: [sh, -c], args: ["echo preparing; echo x > made-by-init"]}'
expect "init's stdout is ignored" 0 '"name":"b"' stdout
plugin 'test -f made-by-init && cat all.yaml' '  init: {command: [sh, -c], args: ["echo x > made-by-init"]}'
expect "init and generate share the folder" 0 '"name":"b"' stdout

discover() { plugin 'cat all.yaml' "  discover: $1"; }
discover '{fileName: all.yaml}'
expect "discover.fileName, below the application's folder" 0 'match.supported true' env DISCOVER=1 "$here/cmp.sh" "$repo" apps/demo "$tmp/plugin.yaml"
discover '{fileName: absent.yaml}'
expect "a plugin named by the Application whose discovery does not match is refused" 1 'could not find cmp-server plugin' run
discover '{find: {glob: "**/*.yaml"}}'
expect "discover.find.glob" 0 'match.supported true' run
discover '{find: {command: [sh, -c, "test -f all.yaml && echo yes"]}}'
expect "discover.find.command with output" 0 'match.supported true' run
discover '{find: {command: ["true"]}}'
expect "discover.find.command without output is no match" 1 'could not find cmp-server plugin' run
plugin 'cat all.yaml'
expect "no discovery: the Application has to name the plugin" 1 'could not find plugin supporting' env DISCOVER=1 "$here/cmp.sh" "$repo" apps/demo "$tmp/plugin.yaml"

plugin 'cat all.yaml' '  parameters:
    static: [{name: env-name, title: Environment, required: true, collectionType: string, string: staging}]
    dynamic: {command: [sh, -c], args: ["cat parameters.json"]}'
expect "parameters: dynamic first, then static" 0 'parameters.2 announced' run
plugin 'cat all.yaml' '  parameters: {dynamic: {command: ["false"]}}'
expect "parameters: a failing command fails the announcement, not the rendering" 0 'parameters.failed' run
plugin 'sleep 20 & cat all.yaml'
expect "a background child that holds stdout delays the answer to the deadline" 0 'generate.2 objects, 1\.9' run -timeout 2s
plugin 'cat all.yaml' '  version: v1.0'
expect "a version becomes part of the plugin's name" 0 'trial-v1.0.sock' run
plugin 'cat all.yaml' '  unknownField: 1'
expect "an unknown field in plugin.yaml is accepted" 0 '"name":"b"' stdout
exit $((failures > 0))
