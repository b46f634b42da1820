#!/usr/bin/env bash
# Usage: drift.sh STACK FOLDER. Writes FOLDER/STACK.json; fails when the cloud is not as the state says.
set -euo pipefail
stack=$1 folder=$2
mkdir -p "$folder"
pulumi refresh --stack "$stack" --preview-only --expect-no-changes --json --non-interactive >"$folder/$stack.json"
