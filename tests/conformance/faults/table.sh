#!/usr/bin/env bash
# table.sh KILN: writes TABLE.md, which validator finds which fault, from what the validators that are installed say.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tools=${KILN_CONFORMANCE:-$HOME/.cache/kiln-conformance}
export PYTHONDONTWRITEBYTECODE=1
"$tools/py/bin/python" "$here/table.py" "$1" "$tools" > "$here/TABLE.md.part"
mv "$here/TABLE.md.part" "$here/TABLE.md"
