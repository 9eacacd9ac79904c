#!/usr/bin/env bash
# install.sh [--api-server] [DIR]: builds the real consumers of rendered manifests from the Go module proxy alone: etcd,
# kube-apiserver, kubectl and the CRDs that come with their modules (all that apply.sh needs, and all with --api-server),
# then kustomize, Helm 3, Helm 4 and argocd-cmp-server.
# Idempotent: what is already there in the pinned version is left alone. Versions are pinned here and
# in kube/go.mod and argo/go.mod; checksums are Go's own. Needs Go 1.26, python3. JOBS=1 to go gently.
set -euo pipefail
only=
if [ "${1:-}" = --api-server ]; then
  only=api-server
  shift
fi
[ $# -eq 0 ] || export KILN_CONFORMANCE=$1
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

kustomize=v5.8.2
helm3=v3.22.0
helm4=v4.3.1
prometheus_operator=v0.93.0
external_secrets=v1.3.2
argo_rollouts=v1.10.1
gateway_api=v1.6.3
istio_api=v1.31.1
cilium=v1.19.0

export CGO_ENABLED=0 GOFLAGS="-p=${JOBS:-2} -buildvcs=false -trimpath"
mkdir -p "$bin" "$crds" "$dir/stamp"

# once NAME STAMP COMMAND...: runs COMMAND unless it was run for this STAMP before.
once() {
  local name=$1 stamp=$2 start=$SECONDS
  shift 2
  if [ "$(cat "$dir/stamp/$name" 2> /dev/null)" = "$stamp" ]; then
    echo "$name $stamp: there"
    return
  fi
  "$@"
  echo "$stamp" > "$dir/stamp/$name"
  echo "$name $stamp: $((SECONDS - start)) s"
}

# in_module FOLDER LDFLAGS OUTPUT PACKAGE
in_module() {
  (cd "$here/$1" && nice -n 10 go build -mod=readonly -ldflags "-s -w $2" -o "$bin/$3" "$4")
}

# standalone OUTPUT PACKAGE@VERSION
standalone() {
  local tmp
  tmp=$(mktemp -d "$dir/tmp.XXXXXX")
  (cd "$tmp" && GOBIN=$tmp nice -n 10 go install -ldflags "-s -w" "$2")
  mv "$tmp"/* "$bin/$1"
  rm -rf "$tmp"
}

# crds_of NAME MODULE@VERSION FILE...: copies CRDs out of a module's tree, in which they are read-only.
crds_of() {
  local name=$1 module=$2 tree
  shift 2
  tree=$(cd "$dir" && go mod download -json "$module" | python3 -c 'import json, sys; print(json.load(sys.stdin)["Dir"])')
  rm -rf "${crds:?}/$name"
  mkdir -p "$crds/$name"
  (cd "$tree" && cp -r --no-preserve=mode "$@" "$crds/$name/")
  rm -f "$crds/$name/kustomization.yaml"
}

version_of() { awk -v m="$2" '$1 == m && $2 ~ /^v/ { print $2; exit } $2 == m && $3 ~ /^v/ { print $3; exit }' "$here/$1/go.mod"; }

kubernetes=$(version_of kube k8s.io/kubernetes)
etcd=$(version_of kube go.etcd.io/etcd/server/v3)
argocd=$(version_of argo github.com/argoproj/argo-cd/v3)
minor=${kubernetes#v1.}
pkg=k8s.io/component-base/version
stamped="-X $pkg.gitVersion=$kubernetes -X $pkg.gitMajor=1 -X $pkg.gitMinor=${minor%%.*} -X $pkg.gitTreeState=clean"
# sources FILE...: a stamp of our own programs' texts.
sources() { cat "$@" | sha256sum | cut -c1-12; }

once etcd "$etcd" in_module kube "" etcd go.etcd.io/etcd/server/v3
once kubectl "$kubernetes" in_module kube "$stamped" kubectl k8s.io/kubernetes/cmd/kubectl
once kube-apiserver "$kubernetes" in_module kube "$stamped" kube-apiserver k8s.io/kubernetes/cmd/kube-apiserver
once judge "$kubernetes-$(sources "$here"/kube/judge/*.go)" in_module kube "" judge ./judge
once crds-prometheus "$prometheus_operator" crds_of prometheus-operator \
  "github.com/prometheus-operator/prometheus-operator@$prometheus_operator" example/prometheus-operator-crd/.
once crds-external-secrets "$external_secrets" crds_of external-secrets \
  "github.com/external-secrets/external-secrets@$external_secrets" config/crds/bases/.
once crds-argo-cd "$argocd" crds_of argo-cd "github.com/argoproj/argo-cd/v3@$argocd" manifests/crds/.
once crds-argo-rollouts "$argo_rollouts" crds_of argo-rollouts "github.com/argoproj/argo-rollouts@$argo_rollouts" manifests/crds/.
once crds-gateway-api "$gateway_api" crds_of gateway-api "sigs.k8s.io/gateway-api@$gateway_api" config/crd/standard/.
once crds-istio "$istio_api" crds_of istio "istio.io/api@$istio_api" kubernetes/customresourcedefinitions.gen.yaml
once crds-cilium "$cilium" crds_of cilium "github.com/cilium/cilium@$cilium" \
  pkg/k8s/apis/cilium.io/client/crds/v2/ciliumnetworkpolicies.yaml
if [ "$only" = api-server ]; then exit; fi

once kustomize "$kustomize" standalone kustomize "sigs.k8s.io/kustomize/kustomize/v5@$kustomize"
once helm3 "$helm3" standalone helm3 "helm.sh/helm/v3/cmd/helm@$helm3"
once helm4 "$helm4" standalone helm4 "helm.sh/helm/v4/cmd/helm@$helm4"
once argocd-cmp-server "$argocd-$(sources "$here"/argo/cmpserver/*.go)" in_module argo "-X github.com/argoproj/argo-cd/v3/common.version=${argocd#v}" argocd-cmp-server ./cmpserver
once cmpclient "$argocd-$(sources "$here"/argo/cmpclient/*.go)" in_module argo "" cmpclient ./cmpclient
du -sh "$bin" "$crds" | sed 's/^/disk: /'
