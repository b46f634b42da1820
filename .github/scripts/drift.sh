#!/usr/bin/env bash
# Usage: drift.sh STACK FOLDER. Writes FOLDER/STACK.json; fails when the cloud is not as the state says.
set -euo pipefail
stack=$1 folder=$2
mkdir -p "$folder"
status=0
# The engine's events, and not its digest: only they say how a resource was found. Lines for debugging tell too much.
PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true \
  pulumi refresh --stack "$stack" --preview-only --expect-no-changes --json --non-interactive >"$folder/$stack.events" || status=$?
grep -v '"severity":"debug"' "$folder/$stack.events" >"$folder/$stack.json" || true
rm "$folder/$stack.events"
exit "$status"
