#!/usr/bin/env bash
# Usage: verify.sh STACK. Fails when an update would still change something.
set -euo pipefail
pulumi preview --stack "$1" --expect-no-changes --policy-pack policies --non-interactive --suppress-outputs
