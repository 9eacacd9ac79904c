#!/usr/bin/env bash
# apply.sh TREE_OR_STREAM: has a real kube-apiserver judge rendered manifests. TREE_OR_STREAM is a folder
# (every .yaml, .yml and .json below it), a file, or - for stdin: the objects of ONE cluster, so one
# environment of a rendered tree. Starts etcd and kube-apiserver on loopback with the CRDs of install.sh,
# then, in order:
#   namespaces first · each object as a server-side dry run, for its own verdict and warnings ·
#   kubectl apply --server-side --validate=strict · a bare Pod from each pod template, so that
#   Pod Security enforces · the same apply again: did any generation change?
# BASE=PATH is applied first and not judged: what the platform owns (PriorityClass, ClusterSecretStore, …).
# PSA=restricted|baseline|privileged is what namespaces without labels get (default restricted).
# KEEP=1 leaves the servers up and prints how to use and stop them. VERBOSE=1 shows kubectl's own output.
# Exit status: 0 everything admitted and idempotent (warnings and rewritten values are shown, WARN=1 makes them count),
# 1 rejected, duplicated, warned or rewritten (WARN=1) or not idempotent, 2 trouble.
set -euo pipefail
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
[ $# -eq 1 ] || die "usage: apply.sh TREE_OR_STREAM"
need etcd kube-apiserver kubectl judge

tmp=$(mktemp -d "${TMPDIR:-/tmp}/apply.XXXXXX")
etcd="" apiserver=""
# stop_servers: the API server first; without its etcd it takes minutes to give up.
stop_servers() {
  local pid
  for pid in $apiserver $etcd; do
    kill "$pid" 2> /dev/null || true
    for _ in $(seq 100); do
      kill -0 "$pid" 2> /dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2> /dev/null || true
    wait "$pid" 2> /dev/null || true
  done
  etcd="" apiserver=""
}
trap 'stop_servers; rm -rf "$tmp"' EXIT

src=$1
if [ "$src" = - ]; then
  src=$tmp/stdin.yaml
  cat > "$src"
fi
[ -e "$src" ] || die "$src: no such file or folder"

start_etcd() {
  "$bin/etcd" --data-dir "$1" --unsafe-no-fsync --log-level error \
    --listen-client-urls "http://127.0.0.1:$etcd_port" --advertise-client-urls "http://127.0.0.1:$etcd_port" \
    --listen-peer-urls "http://127.0.0.1:$peer_port" --initial-advertise-peer-urls "http://127.0.0.1:$peer_port" \
    --initial-cluster "default=http://127.0.0.1:$peer_port" > "$tmp/etcd.log" 2>&1 &
  etcd=$!
}

start_apiserver() {
  cat > "$tmp/admission.yaml" <<END
apiVersion: apiserver.config.k8s.io/v1
kind: AdmissionConfiguration
plugins:
- name: PodSecurity
  configuration:
    apiVersion: pod-security.admission.config.k8s.io/v1
    kind: PodSecurityConfiguration
    defaults: {enforce: ${PSA:-restricted}, enforce-version: latest, audit: ${PSA:-restricted}, audit-version: latest, warn: ${PSA:-restricted}, warn-version: latest}
    exemptions: {usernames: [], runtimeClasses: [], namespaces: [kube-system]}
END
  openssl genrsa -out "$tmp/sa.key" 2048 2> /dev/null
  echo "kiln,admin,admin,system:masters" > "$tmp/tokens"
  "$bin/kube-apiserver" --etcd-servers "http://127.0.0.1:$etcd_port" --bind-address 127.0.0.1 \
    --advertise-address 127.0.0.1 --secure-port "$port" --cert-dir "$tmp/certs" --endpoint-reconciler-type none \
    --service-cluster-ip-range 10.96.0.0/16 --authorization-mode AlwaysAllow --token-auth-file "$tmp/tokens" \
    --service-account-issuer https://kubernetes.default.svc --service-account-key-file "$tmp/sa.key" \
    --service-account-signing-key-file "$tmp/sa.key" --admission-control-config-file "$tmp/admission.yaml" \
    --enable-priority-and-fairness=false --v 0 > "$tmp/apiserver.log" 2>&1 &
  apiserver=$!
  cat > "$tmp/kubeconfig" <<END
apiVersion: v1
kind: Config
current-context: kiln
clusters: [{name: kiln, cluster: {server: "https://127.0.0.1:$port", insecure-skip-tls-verify: true}}]
users: [{name: kiln, user: {token: kiln}}]
contexts: [{name: kiln, context: {cluster: kiln, user: kiln}}]
END
  export KUBECONFIG=$tmp/kubeconfig
  for _ in $(seq 300); do
    [ "$(kubectl get --raw /readyz 2> /dev/null)" = ok ] && return
    kill -0 "$apiserver" 2> /dev/null || { tail -5 "$tmp/apiserver.log" >&2; die "kube-apiserver ended"; }
    sleep 0.2
  done
  tail -5 "$tmp/apiserver.log" >&2
  die "kube-apiserver is not ready after a minute"
}

kubectl() { HOME=$tmp "$bin/kubectl" "$@"; }

install_crds() {
  kubectl apply --server-side -R -f "$crds" > "$tmp/crds.log" 2>&1 || { tail -5 "$tmp/crds.log" >&2; die "the CRDs were not accepted"; }
  kubectl wait --for=condition=Established crd --all --timeout=60s > /dev/null
}

# The server writes every PersistentVolumeClaim a second time at its first update, however it was made, with the same
# content; it has no generation, and its values are compared below.
snapshot() { "$bin/judge" snapshot "$src" | sed '/^persistentvolumeclaim /s/\t[0-9]*$//' > "$1"; }

apply() { kubectl apply --server-side --validate=strict -R -f "$src" > "$1" 2>&1 || true; }

read -r etcd_port peer_port port <<<"$(free_ports 3)"
began=$SECONDS
# The CRDs cost most of a start; they are kept as an etcd data folder that each run copies.
seed=$dir/seed/$(find "$crds" "$bin/kube-apiserver" -type f -printf '%s %P\n' | sort | sha256sum | cut -c1-16)
if [ -d "$seed" ]; then
  cp -r "$seed" "$tmp/data"
  start_etcd "$tmp/data"
  start_apiserver
else
  start_etcd "$tmp/data"
  start_apiserver
  install_crds
  stop_servers
  rm -rf "$dir/seed"
  mkdir -p "$dir/seed"
  cp -r "$tmp/data" "$seed.part" && mv "$seed.part" "$seed"
  start_etcd "$tmp/data"
  start_apiserver
fi
ready=$((SECONDS - began))

if [ -n "${BASE:-}" ]; then
  kubectl apply --server-side --validate=strict -R -f "$BASE" > "$tmp/base" 2>&1 || { cat "$tmp/base" >&2; die "BASE was not accepted"; }
fi

status=0
"$bin/judge" count "$src" > "$tmp/count" || [ $? -eq 1 ] || die "$src could not be read"
total=$(awk -F'\t' '$1 == "objects" { print $2 }' "$tmp/count")
[ "$total" -gt 0 ] || die "no objects in $1"
"$bin/judge" prepare "$src" > "$tmp/verdicts" || [ $? -eq 1 ]
"$bin/judge" admit "$src" >> "$tmp/verdicts" || [ $? -eq 1 ]
apply "$tmp/first"
"$bin/judge" pods "$src" > "$tmp/pods" || [ $? -eq 1 ]
snapshot "$tmp/before"
apply "$tmp/second"
snapshot "$tmp/after"
"$bin/judge" rewritten "$src" > "$tmp/rewritten"

accepted=$(grep -c ' serverside-applied$' "$tmp/first" || true)
changed=$({ diff "$tmp/before" "$tmp/after" || true; } | awk -F'\t' '/^>/ { print $1 }' | cut -c3-)
warned=$(cat "$tmp/verdicts" "$tmp/pods" | grep -c '^warning' || true)
pods=$(grep -c '^admitted' "$tmp/pods" || true)
refused=$(grep -c '^rejected' "$tmp/pods" || true)

grep '^duplicate' "$tmp/count" || true
grep -v '^admitted' "$tmp/verdicts" || true
grep -v '^admitted' "$tmp/pods" || true
cat "$tmp/rewritten"
if [ -n "${VERBOSE:-}" ]; then cat "$tmp/first"; else grep -v -e ' serverside-applied$' -e '^Warning: ' "$tmp/first" | sed 's/^/kubectl\t/' || true; fi
[ -z "$changed" ] || printf 'changed by the second apply\t%s\n' "$changed"
echo "objects $total: accepted $accepted, rejected $((total - accepted)); warnings $warned; rewritten values $(wc -l < "$tmp/rewritten")"
echo "pods from templates: admitted $pods, rejected $refused"
echo "second apply: $(printf '%s' "$changed" | grep -c . || true) of $(wc -l <"$tmp/before") objects changed"
echo "servers ready in $ready s, all done in $((SECONDS - began)) s"

[ "$accepted" -eq "$total" ] && [ "$refused" -eq 0 ] && [ -z "$changed" ] || status=1
! grep -q '^duplicate' "$tmp/count" || status=1
if [ -n "${WARN:-}" ] && { [ "$warned" -ne 0 ] || [ -s "$tmp/rewritten" ]; }; then status=1; fi
if [ -n "${KEEP:-}" ]; then
  trap - EXIT
  echo "still running: export KUBECONFIG=$KUBECONFIG; stop with: kill $apiserver, then kill $etcd; rm -r $tmp"
fi
exit $status
