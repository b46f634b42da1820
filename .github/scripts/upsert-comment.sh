#!/usr/bin/env bash
# Usage: upsert-comment.sh OWNER/REPOSITORY NUMBER FILE. Edits the comment with the file's first line, or writes a new one.
set -euo pipefail
repository=$1 number=$2 file=$3
marker=$(head -n 1 "$file")
export marker
found=$(gh api --paginate "repos/$repository/issues/$number/comments" \
  --jq '.[] | select(.user.login == "github-actions[bot]") | select(.body | startswith(env.marker)) | .id' | head -n 1)
if [ -n "$found" ]; then
  gh api --method PATCH "repos/$repository/issues/comments/$found" --field "body=@$file" --silent
else
  gh api --method POST "repos/$repository/issues/$number/comments" --field "body=@$file" --silent
fi
