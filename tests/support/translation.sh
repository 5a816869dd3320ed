#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# translation.sh ORIGINAL TRANSLATION: prints TRANSLATION with the code blocks and the hidden commands of ORIGINAL, one after the
# other, in place of its own. Both must have the same number of them. So a translation shows what a run of the original shows
# (document.sh), and only its text is written by hand.
#
#   ```console ... ```    a code block of any kind
#   <!-- until: CMD -->   a hidden command
set -euo pipefail

LC_ALL=C exec awk -v translation="$2" '
  function is_fence(line) { return line ~ /^```/ }
  function is_hidden(line) { return line ~ /^<!-- (run|until): / }
  FNR == 1 { ++file }
  file == 1 {
    if (in_block) {
      blocks[count] = blocks[count] "\n" $0
      if (is_fence($0)) in_block = 0
    } else if (is_fence($0) || is_hidden($0)) {
      blocks[++count] = $0
      in_block = is_fence($0)
    }
    next
  }
  in_block { if (is_fence($0)) in_block = 0; next }
  is_fence($0) || is_hidden($0) {
    in_block = is_fence($0)
    if (++used <= count) print blocks[used]
    next
  }
  { print }
  END {
    if (used == count) exit
    printf "%s has %d code blocks and hidden commands, the original has %d\n", translation, used, count > "/dev/stderr"
    exit 1
  }' "$1" "$2"
