#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# strip.sh BINARY FILE: the binary as it is shipped: without its symbols, and without the build ID, which is a hash over the debug
# information too, and that names the folder of the sources. STRIP is the tool of the binary's architecture.
set -euo pipefail
"${STRIP:-strip}" --strip-all --remove-section=.note.gnu.build-id -o "$2" "$1"
chmod 0555 "$2"
