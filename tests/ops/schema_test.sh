#!/bin/sh
# The dashboards, checked against the types that Grafana publishes.
set -eu
ops=$(cd "$(dirname "$0")" && pwd)
if [ ! -e "$ops/schema/node_modules/.package-lock.json" ]; then
  echo "skipped: tests/fetch_modules tests/ops/schema has not fetched the types"
  exit 77
fi
node "$ops/schema/check.mjs"
