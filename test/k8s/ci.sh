#!/usr/bin/env bash
# ci.sh COMMAND…: runs the tests, then those on a cluster, and ends with the sum of both, `N passed, N failed`.
set -uo pipefail
said=$(mktemp)
trap 'rm -f "$said"' EXIT
count() { sed -nE 's/^([0-9]+) passed, ([0-9]+) failed$/\1 \2/p' "$said" | tail -n 1; }

"$@" 2>&1 | tee "$said"
code=$?
read -r passed failed <<<"$(count)"
"$(dirname "$0")/on-cluster.sh" 2>&1 | tee "$said"
cluster_code=$?
read -r cluster_passed cluster_failed <<<"$(count)"

passed=$((${passed:-0} + ${cluster_passed:-0}))
failed=$((${failed:-0} + ${cluster_failed:-0}))
# What ends with an error without having counted one.
if [ "$failed" -eq 0 ] && [ "$((code + cluster_code))" -ne 0 ]; then failed=1; fi
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
