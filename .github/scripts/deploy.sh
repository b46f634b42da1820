#!/usr/bin/env bash
# Usage: deploy.sh STACK [REFRESH]. Updates it; mandatory policies stop it before anything is changed. With REFRESH "true", what
# was changed by hand is put back.
set -euo pipefail
refresh=()
if [ "${2:-false}" = true ]; then refresh=(--refresh); fi
pulumi up --stack "$1" --yes --policy-pack policies --non-interactive --suppress-outputs "${refresh[@]}"
