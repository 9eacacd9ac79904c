# shellcheck shell=bash
# Sourced by the scripts that state a contract: each expectation is one line of output, and one that does
# not hold makes the script fail.
failures=0

# expect WHAT STATUS PATTERN COMMAND...: the command ends with STATUS and its output (both streams)
# matches PATTERN, an extended regular expression; a PATTERN that starts with ! must not match.
expect() {
  local what=$1 status=$2 pattern=$3 got=0 text ok=yes
  shift 3
  text=$("$@" 2>&1) || got=$?
  [ "$got" -eq "$status" ] || ok=
  case $pattern in
  !*) ! grep -qE -- "${pattern#!}" <<<"$text" || ok= ;;
  *) grep -qE -- "$pattern" <<<"$text" || ok= ;;
  esac
  if [ -n "$ok" ]; then
    echo "ok    $what"
  else
    echo "WRONG $what: exit $got, wanted $status and /$pattern/"
    printf '      | %s\n' "${text//$'\n'/$'\n'      | }"
    failures=$((failures + 1))
  fi
}
