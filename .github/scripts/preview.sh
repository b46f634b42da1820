#!/usr/bin/env bash
# Usage: preview.sh STACK FOLDER. Writes FOLDER/STACK.json; fails as the preview does, mandatory policies included.
set -euo pipefail
stack=$1 folder=$2
mkdir -p "$folder"
status=0
# The engine's events, and not its digest: only they say which policies are violated. Lines for debugging tell too much.
PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true \
  pulumi preview --stack "$stack" --json --policy-pack policies --non-interactive >"$folder/$stack.events" || status=$?
grep -v '"severity":"debug"' "$folder/$stack.events" >"$folder/$stack.json" || true
rm "$folder/$stack.events"
exit "$status"
