#!/usr/bin/env bash
# Usage: report.sh FOLDER OUTPUT [OPTION...]. One report of all previews in a folder; says so when there are none.
set -euo pipefail
folder=$1 output=$2
shift 2
shopt -s nullglob
files=("$folder"/*.json)
if [ ${#files[@]} -eq 0 ]; then
  echo "No preview was written into $folder: the jobs before this one say why." >&2
  exit 1
fi
npm run --silent preview:report -- "${files[@]}" "$@" >"$output"
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then cat "$output" >>"$GITHUB_STEP_SUMMARY"; fi
