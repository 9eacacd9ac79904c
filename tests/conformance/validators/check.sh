#!/usr/bin/env bash
# check.sh [-d DIR] TREE: runs every validator that install.sh DIR has installed over a tree of rendered files.
# TREE/<environment>/**.yaml are manifests, TREE/.github/workflows/*.yml workflows, TREE/**/Dockerfile* Dockerfiles.
# One line per tool: tool, files read, objects judged, findings, seconds; the findings below. Exit 1 on any finding,
# 2 when a tool is missing, breaks, or has not read everything. ONLY="trivy kyverno" narrows the run.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
dir=${KILN_CONFORMANCE:-$HOME/.cache/kiln-conformance}
if [ "${1:-}" = -d ]; then
  dir=$2
  shift 2
fi
[ $# -eq 1 ] || { sed -n '2,5s/^# //p' "${BASH_SOURCE[0]}" >&2; exit 2; }
exec "$dir/py/bin/python" "$here/check.py" "$dir" "$1"
