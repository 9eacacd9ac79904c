#!/usr/bin/env bash
# apply-contract.sh: proves that apply.sh can fail: each mistake of cases/bad is found, cases/good is clean.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=check.sh
. "$here/check.sh"
bad() { expect "$1" "$2" "$3" "$here/apply.sh" "$here/cases/bad/$1.yaml"; }

expect good 0 'accepted 11, rejected 0; warnings 0' "$here/apply.sh" "$here/cases/good"
bad root-container 1 'warning.deployment.apps shop/web.would violate PodSecurity "restricted'
bad root-container 1 'rejected.pod of deployment/web in shop.*violates PodSecurity "restricted'
bad unknown-field 1 'rejected.service shop/web.*field not declared in schema'
bad unknown-field-crd 1 'rejected.servicemonitor.monitoring.coreos.com shop/web.*field not declared in schema'
bad selector 1 'rejected.deployment.apps shop/web.*does not match template'
bad unserved-version 1 'no matches for kind "ExternalSecret" in version "external-secrets.io/v1beta1"'
bad deprecated 0 'warning.endpoints shop/web.*deprecated'
bad missing-account 1 'rejected.pod of cronjob/web in shop.*serviceaccount "absent" not found'
bad quota 1 'rejected.pod of deployment/web in shop.*must specify requests.cpu'
bad quantities 0 'rewritten.deployment.apps shop/web.*2000m -> 2'
bad twice 1 'duplicate.configmap shop/web'
exit $((failures > 0))
