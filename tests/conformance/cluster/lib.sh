# shellcheck shell=bash disable=SC2034 # the scripts that source this use what it sets
# Sourced by the scripts of this folder. Sets dir (where install.sh puts things), bin, crds, here.
here=$(cd "$(dirname "$0")" && pwd)
dir=${KILN_CONFORMANCE:-$HOME/.cache/kiln-conformance}
bin=$dir/bin
crds=$dir/crds

die() { echo "${0##*/}: $*" >&2; exit 2; }

need() {
  for tool in "$@"; do
    [ -x "$bin/$tool" ] || die "no $bin/$tool: run install.sh first"
  done
}

# free_ports N: prints N unused loopback ports.
free_ports() {
  python3 -c '
import socket, sys
held = [socket.socket() for _ in range(int(sys.argv[1]))]
for s in held: s.bind(("127.0.0.1", 0))
print(*[s.getsockname()[1] for s in held])' "$1"
}
