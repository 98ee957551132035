#!/usr/bin/env bash
# The test on a cluster, for CI. Where ../shared/k8s/up.sh stands beside the checkout, it brings the cluster up (built once
# into the cache); where KUBECONFIG, kind or k3d is there, that serves; elsewhere this says so and passes by.
set -euo pipefail
cd "$(dirname "$0")/../.."
bun() { npx --yes bun@1.4.5 "$@"; }

cluster=${FAIRPASS_CLUSTER:-../shared/k8s/up.sh}
if [ -n "${KUBECONFIG:-}" ] || { [ ! -x "$cluster" ] && { command -v kind || command -v k3d; } >/dev/null; }; then
  exec npx --yes bun@1.4.5 run k8s:test
fi
if [ ! -x "$cluster" ]; then
  echo 'No cluster to test on (see bun run k8s:test --help); the manifests were compared with their sources only.'
  echo '0 passed, 0 failed'
  exit 0
fi
if [ "$(id -u)" != 0 ] || ! command -v go >/dev/null; then
  echo "$cluster needs root and Go"
  echo '0 passed, 0 failed'
  exit 0
fi

export W="${XDG_CACHE_HOME:-$HOME/.cache}/fairpass-k8s"
mkdir -p "$W"
# One cluster at a time on one machine.
exec 8>"$W/in-use"
flock 8
log="$W/ci.log"
step() { echo "cluster: $1"; "$cluster" "$1" >"$log" 2>&1 8>&- || { tail -n 40 "$log"; echo '0 passed, 1 failed'; exit 1; }; }

command -v containerd >/dev/null || step apt
[ -x "$W/bin/injector" ] && [ -x "$W/bin/pause" ] || step build
ls "$W"/img/dapr-daprd.tar >/dev/null 2>&1 || step images
bun run images --archive --out "$W/img/fairpass.tar"
# Whatever is left of a run that was ended.
"$cluster" down >/dev/null 2>&1 8>&- || true
trap '"$cluster" down >/dev/null 2>&1 8>&- || true' EXIT
step up
step dapr
export KUBECONFIG="$W/run/admin.kubeconfig" PATH="$W/bin:$PATH"
kubectl --namespace dapr-system set env deployment/dapr-sidecar-injector SIDECAR_DROP_ALL_CAPABILITIES=true >/dev/null
kubectl --namespace dapr-system rollout status deployment/dapr-sidecar-injector --timeout=120s >/dev/null
bun run k8s:test
