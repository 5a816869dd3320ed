#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# document_test.sh: what document.sh does with each kind of block.
# shellcheck disable=SC2016 # Markdown
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck disable=SC1091
source tests/support/checks.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# document TEXT: what document.sh makes of it.
document() {
  printf '%b' "$1" > "$folder/document.md"
  tests/support/document.sh "$folder/document.md" "$folder"
}

output_is_replaced() {
  equal "$(document 'Text\n\n```console\n$ echo one\nold\n$ printf two; \\\n    echo three\nold\n```\n')" \
    "$(printf 'Text\n\n```console\n$ echo one\none\n$ printf two; \\\n    echo three\ntwothree\n```\n')"
}

ages_are_constant() { contains "$(document '```console\n$ echo "pod   7m12s"\n```\n')" $'\npod   10s\n'; }

script_runs_as_a_whole() {
  document '```sh\ngreeting=hello\necho $greeting > said\n```\n'
  equal "$(cat "$folder/said")" hello
}

failure_is_told() {
  fails document 'Text\n\n```sh\ntrue\necho why >&2; false\ntrue\n```\n'
  contains "$said" 'line 7: failed: true'
  contains "$said" 'It says: why'
}

marked_block_is_not_run() { equal "$(document '```sh not-run\nfalse\n```\n')" "$(printf '```sh not-run\nfalse\n```\n')"; }

make_is_left_out() { document '```sh\nmake no-such-target # why\ntrue\n```\n'; }

hidden_commands_run() {
  rm -f "$folder/made"
  document '<!-- run: echo a > made -->\n<!-- until: echo a >> made; test $(grep -c a made) -gt 2 -->\n'
  equal "$(grep -c a "$folder/made")" 3
  fails document '<!-- run: false -->\n'
}

check 'the output of a command replaces what the document shows' output_is_replaced
check 'ages become constant' ages_are_constant
check 'a block of kind sh runs as one script' script_runs_as_a_whole
check 'a command of it that fails ends the run, which says where and why' failure_is_told
check 'a block marked with not-run is not run' marked_block_is_not_run
check 'make is left to .ci/run' make_is_left_out
check 'hidden commands run' hidden_commands_run
summary
