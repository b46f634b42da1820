#!/usr/bin/env bash
# Usage: deploy.sh STACK. Updates it; mandatory policies stop it before anything is changed.
set -euo pipefail
pulumi up --stack "$1" --yes --policy-pack policies --non-interactive --suppress-outputs
