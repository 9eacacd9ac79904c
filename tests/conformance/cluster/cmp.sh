#!/usr/bin/env bash
# cmp.sh REPO_DIR APP_SUBDIR PLUGIN_YAML [cmpclient flag...]: runs a real argocd-cmp-server with that
# plugin and lets Argo CD's repo-server code use it. stdout: the manifests, one JSON object per line.
# stderr: what the calls answered and how long they took; with LOG=1 also the server's log.
# The Application names the plugin; DISCOVER=1 leaves that to discovery. -repeat 50 measures a call.
# Exit status: 0 manifests came back, 1 the plugin failed, 2 trouble.
# shellcheck disable=SC2317 # the trap calls finish
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
[ $# -ge 3 ] || die "usage: cmp.sh REPO_DIR APP_SUBDIR PLUGIN_YAML [cmpclient flag...]"
need argocd-cmp-server cmpclient
repo=$1 app=$2 plugin=$3
shift 3

tmp=$(mktemp -d "${TMPDIR:-/tmp}/cmp.XXXXXX")
server=""
finish() {
  if [ -n "$server" ]; then
    kill -KILL "$server" 2> /dev/null || true # SIGTERM only removes its socket
    wait "$server" 2> /dev/null || true
  fi
  if [ -n "${LOG:-}" ]; then cat "$tmp/log" >&2; fi
  rm -rf "$tmp"
}
trap finish EXIT

mkdir "$tmp/config" "$tmp/plugins" "$tmp/home" "$tmp/work" "$tmp/tmp"
cp "$plugin" "$tmp/config/plugin.yaml"
# A sidecar starts with its image's environment only, so nothing of ours leaks in but PATH.
env -i PATH="$PATH" HOME="$tmp/home" TMPDIR="$tmp/tmp" \
  ARGOCD_PLUGINSOCKFILEPATH="$tmp/plugins" ARGOCD_CMP_WORKDIR="$tmp/work" \
  "$bin/argocd-cmp-server" --config-dir-path "$tmp/config" --logformat text --loglevel "${LOGLEVEL:-info}" \
  > "$tmp/log" 2>&1 &
server=$!
for _ in $(seq 100); do
  socket=$(find "$tmp/plugins" -name '*.sock')
  [ -n "$socket" ] && break
  kill -0 "$server" 2> /dev/null || { cat "$tmp/log" >&2; server=; die "argocd-cmp-server ended"; }
  sleep 0.1
done
[ -n "$socket" ] || die "argocd-cmp-server made no socket"
name=$(basename "$socket" .sock)
[ -z "${DISCOVER:-}" ] || name=

status=0
TMPDIR=$tmp/tmp "$bin/cmpclient" -sockets "$tmp/plugins" -plugin "$name" -repo "$repo" -app "$app" "$@" || status=$?
# The server answers a call that ran out of time before it has cleaned up after it.
for _ in $(seq 50); do
  left=$(find "$tmp/work" -mindepth 2 | head -3)
  [ -n "$left" ] || break
  sleep 0.1
done
[ -z "$left" ] || echo "left in the server's work folder: $left" >&2
exit $status
