#!/usr/bin/env bash
# `bun run k8s:test` for CI, on a cluster that can be had: the one of KUBECONFIG, kind or k3d; else ../shared/k8s/up.sh
# beside the checkout, which builds a real one, once, into the cache. Elsewhere this says so and passes by.
set -euo pipefail
cd "$(dirname "$0")/../.."

cluster=${FAIRPASS_CLUSTER:-../shared/k8s/up.sh}
test_it() { npx --yes bun@1.4.5 run k8s:test; }
pass_by() { echo "skipped: the marketplace on a cluster ($1)"; echo '0 passed, 0 failed, 1 skipped'; exit 0; }

[ -z "${KUBECONFIG:-}" ] || { test_it; exit; }
if [ ! -x "$cluster" ]; then
  command -v kind >/dev/null || command -v k3d >/dev/null || pass_by 'there is none to test on: bun run k8s:test --help'
  test_it
  exit
fi
[ "$(id -u)" = 0 ] && command -v go >/dev/null || pass_by "$cluster wants root and Go"

export W="${XDG_CACHE_HOME:-$HOME/.cache}/fairpass-k8s"
mkdir -p "$W/img"
# One cluster at a time on one machine.
exec 8>"$W/in-use"
flock 8
quietly() { "$cluster" "$1" >"$W/$1.log" 2>&1 8>&-; }
step() {
  echo "The cluster: $1"
  quietly "$1" || { tail -n 40 "$W/$1.log"; echo '0 passed, 1 failed'; exit 1; }
}

command -v containerd >/dev/null || step apt
[ -x "$W/bin/injector" ] && [ -x "$W/bin/pause" ] || step build
[ "$W/img/dapr-daprd.tar" -nt "$W/bin/daprd" ] || step images
npx --yes bun@1.4.5 run images --archive --out "$W/img/fairpass.tar"
npx --yes bun@1.4.5 run images orders payments --runtime deno --tag local-deno --archive --out "$W/img/fairpass-deno.tar"
# Whatever is left of a run that was cut short.
quietly down || true
trap 'quietly down || true' EXIT
step up
step dapr
export KUBECONFIG="$W/run/admin.kubeconfig" PATH="$W/bin:$PATH"
# What the settings of docs/deploy.md do at an installation: sidecars without capabilities, and no pod without a sidecar.
kubectl --namespace dapr-system set env deployment/dapr-sidecar-injector SIDECAR_DROP_ALL_CAPABILITIES=true >/dev/null
kubectl --namespace dapr-system rollout status deployment/dapr-sidecar-injector --timeout=120s >/dev/null
kubectl patch mutatingwebhookconfiguration dapr-sidecar-injector --type json --patch '[
  { "op": "replace", "path": "/webhooks/0/failurePolicy", "value": "Fail" },
  { "op": "add", "path": "/webhooks/0/namespaceSelector",
    "value": { "matchLabels": { "kubernetes.io/metadata.name": "fairpass-test" } } }]' >/dev/null
test_it
