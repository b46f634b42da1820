#!/usr/bin/env bash
# Usage: upsert-issue.sh OWNER/REPOSITORY FILE RESULT. One open issue of drift: edited, opened, or closed when RESULT is success.
set -euo pipefail
repository=$1 file=$2 result=$3
marker=$(head -n 1 "$file")
export marker
found=$(gh api --paginate "repos/$repository/issues?state=open&per_page=100" \
  --jq '.[] | select(.pull_request == null) | select(.user.login == "github-actions[bot]") | select((.body // "") | startswith(env.marker)) | .number' | head -n 1)
if [ "$result" = success ]; then
  if [ -n "$found" ]; then
    gh api --method PATCH "repos/$repository/issues/$found" --field state=closed --field state_reason=completed --silent
  fi
elif [ -n "$found" ]; then
  gh api --method PATCH "repos/$repository/issues/$found" --field "body=@$file" --silent
else
  gh api --method POST "repos/$repository/issues" --field "title=Drift: the cloud is not as the program says" \
    --field "body=@$file" --silent
fi
