#!/usr/bin/env bash
# Usage: rotate.sh STACK. Renews the credentials that are due. Where an update would do more than that, it changes nothing and fails.
set -euo pipefail
stack=$1
scripts=$(dirname "$0")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# What an update would do is credentials alone, or this ends here.
judge() {
  local status=0
  pulumi preview --stack "$stack" --json --policy-pack policies --non-interactive >"$folder/preview.json" || status=$?
  "$scripts/only-credentials.cjs" "$folder/preview.json" "$folder/first"
  return "$status"
}
update() {
  pulumi up --stack "$stack" --yes --skip-preview --policy-pack policies --non-interactive --suppress-outputs "$@"
}

judge
if [ -s "$folder/first" ]; then
  # Operations are pinned to a secret that is due: with its new version, all that they become is known.
  mapfile -t first <"$folder/first"
  update "${first[@]/#/--target=}"
  judge
  if [ -s "$folder/first" ]; then
    echo "What the connector's operations become is still not known: start the workflow Deploy." >&2
    exit 1
  fi
fi
update
