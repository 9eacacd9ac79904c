#!/usr/bin/env bash
# helm.sh [POST_RENDERER]: what Helm 3 and Helm 4 do with a post-renderer, stated as expectations.
# POST_RENDERER is an executable that honours MODE and SEEN as examples/helm-post.py does; that by default.
# shellcheck disable=SC2016,SC2317 # what stands in single quotes is for the plugin; expect calls the functions
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=check.sh
. "$here/check.sh"
need helm3 helm4
post=$(realpath "${1:-$here/examples/helm-post.py}")
chart=$here/examples/chart

tmp=$(mktemp -d "${TMPDIR:-/tmp}/helm.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
export HOME=$tmp HELM_PLUGINS=$tmp/plugins SEEN=$tmp/seen
cp "$post" "$tmp/post"
cd "$tmp"
mkdir -p plugins/post
plugin() {
  cat > plugins/post/plugin.yaml <<END
apiVersion: v1
name: post
version: 0.1.0
type: postrenderer/v1
runtime: subprocess
runtimeConfig:
  platformCommand:
  - command: ${1:-$tmp/post}
$2
END
}
seen() { cat "$SEEN"; }

three() { "$bin/helm3" template rel "$chart" --post-renderer ./post "$@"; }
expect "Helm 3: manifests go through" 0 'kind: ConfigMap' three
expect "Helm 3: arguments arrive" 0 "args=\['a', 'b'\]" sh -c "'$bin/helm3' template rel '$chart' --post-renderer ./post --post-renderer-args a --post-renderer-args b >&2; cat '$SEEN'"
expect "Helm 3: the text is the templates' own, comments and Source lines included" 0 '# a comment' seen
expect "Helm 3: in install order" 0 'ConfigMap Service' sh -c "grep kind: '$SEEN' | cut -d' ' -f2 | xargs"
expect "Helm 3: hooks do not go through it" 0 '!kind: Job' seen
expect "Helm 3: stderr of a success is dropped" 0 '!a word on stderr' three
expect "Helm 3: failure shows stderr and status" 1 'exit status 3' env MODE=fail "$bin/helm3" template rel "$chart" --post-renderer ./post
expect "Helm 3: the same, stderr" 1 'a word on stderr' env MODE=fail "$bin/helm3" template rel "$chart" --post-renderer ./post
expect "Helm 3: empty output is accepted: everything but hooks is gone" 0 '!kind: Service' env MODE=empty "$bin/helm3" template rel "$chart" --post-renderer ./post

plugin "" ""
four() { "$bin/helm4" template rel "$chart" --post-renderer post "$@"; }
expect "Helm 4: manifests go through" 0 'kind: ConfigMap' four
expect "Helm 4: an executable's path is no longer a post-renderer" 1 'not found' "$bin/helm4" template rel "$chart" --post-renderer ./post
expect "Helm 4: arguments arrive after the plugin's own" 0 "args=\['own', 'a'\]" sh -c "sed -i 's|command: \(.*\)|command: \1\n    args: [own]|' plugins/post/plugin.yaml; '$bin/helm4' template rel '$chart' --post-renderer post --post-renderer-args a >&2; cat '$SEEN'"
expect "Helm 4: HELM_PLUGIN_DIR and HELM_PLUGIN_NAME are set" 0 'HELM_PLUGIN_DIR.*HELM_PLUGIN_NAME' seen
expect "Helm 4: hooks go through it as well" 0 'kind: Job' seen
expect "Helm 4: every document carries its file's name as an annotation" 0 'postrenderer.helm.sh/postrender-filename: .*tiny/templates/all.yaml' seen
expect "Helm 4: which is gone from the result" 0 '!postrender-filename' four
expect "Helm 4: comments survive" 0 '# a comment' seen
plugin '${HELM_PLUGIN_DIR}/../../post' ""
expect "Helm 4: the command may use HELM_PLUGIN_DIR" 0 'kind: ConfigMap' four
plugin post ""
expect "Helm 4: a bare command is looked up in PATH, not beside plugin.yaml" 1 'executable file not found' four
plugin "" "unknown: 1"
expect "Helm 4: an unknown field in plugin.yaml makes the plugin not be found" 1 'not found' four
plugin "" ""
expect "Helm 4: failure says only this" 1 'plugin "post" exited with error' env MODE=fail "$bin/helm4" template rel "$chart" --post-renderer post
expect "Helm 4: stderr is never shown, not even with --debug" 1 '!a word on stderr' env MODE=fail "$bin/helm4" template rel "$chart" --post-renderer post --debug
expect "Helm 4: empty output is an error" 1 'produced empty output' env MODE=empty "$bin/helm4" template rel "$chart" --post-renderer post
exit $((failures > 0))
