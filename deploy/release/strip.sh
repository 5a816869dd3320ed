#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# strip.sh BINARY FILE: the binary as it is shipped: without its symbols, and without the build ID, which is a hash over the debug
# information too, and that names the folder of the sources. LLVM's strip is for every architecture, and keeps the segment GNU_RELRO
# as this version of lld writes it: that of binutils leaves it out, and with it the protection.
set -euo pipefail
llvm-strip-19 --strip-all --remove-section=.note.gnu.build-id -o "$2" "$1"
chmod 0555 "$2"
