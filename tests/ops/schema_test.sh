#!/bin/sh
# The dashboards and the manifests, checked against the types that Grafana and Kubernetes publish.
set -eu
ops=$(cd "$(dirname "$0")" && pwd)
if [ ! -e "$ops/schema/node_modules/.package-lock.json" ]; then
  echo "skipped: tests/fetch_modules tests/ops/schema has not fetched the types"
  exit 77
fi
node "$ops/schema/check.mjs"
manifests='import json, sys, yaml; json.dump(list(yaml.safe_load_all(sys.stdin)), sys.stdout)'
/usr/bin/python3 -c "$manifests" <"$ops/../../packaging/kubernetes/ike-exporter.yaml" |
  node "$ops/schema/kubernetes.mjs"
