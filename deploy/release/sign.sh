#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# sign.sh FOLDER [COMMENT]: signs SHA256SUMS of the release in FOLDER with the secret key SIGN_KEY, a file of minisign. COMMENT is
# signed too.
set -euo pipefail

key=${SIGN_KEY:?is not set: the file of the secret key, which \'minisign -G\' makes}
(cd "$1" && sha256sum --check --quiet SHA256SUMS)
minisign -S -s "$key" -m "$1/SHA256SUMS" -t "${2:-regcred}" > /dev/null
echo "release: signed: $1/SHA256SUMS.minisig" >&2
