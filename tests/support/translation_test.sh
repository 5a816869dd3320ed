#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# translation_test.sh: each translation, NAME.LANGUAGE.md beside NAME.md, shows the commands and the output of the original; and
# translation.sh notices where one does not.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tests/support/checks.sh
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

translations_are_true() {
  local translation count=0
  for translation in deploy/*/*.*.md; do
    tests/support/translation.sh "${translation%.*.md}.md" "$translation" | diff --unified "$translation" - || {
      echo "$translation shows other commands or output than ${translation%.*.md}.md. If that one is right: make tutorial"
      return 1
    }
    count=$((count + 1))
  done
  ((count > 0))
}

# shellcheck disable=SC2016 # Markdown
original() { printf 'One\n\n```console\n$ true\n%s\n```\n\n<!-- until: true -->\n\nTwo\n' "$1"; }
# shellcheck disable=SC2016
translation() { printf 'Один\n\n```console\n$ true\n%s\n```\n\n<!-- until: true -->\n\nДва\n' "$1"; }

output_is_replaced() {
  original now > "$folder/a.md"
  translation before > "$folder/a.uk.md"
  equal "$(tests/support/translation.sh "$folder/a.md" "$folder/a.uk.md")" "$(translation now)"
}

missing_block_is_named() {
  original now > "$folder/a.md"
  translation now | grep -v until > "$folder/a.uk.md"
  fails tests/support/translation.sh "$folder/a.md" "$folder/a.uk.md"
  contains "$said" 'has 1 code blocks and hidden commands, the original has 2'
}

check 'each translation shows the commands and the output of the original' translations_are_true
check 'the output of the original replaces that of the translation' output_is_replaced
check 'a block that the translation lacks is an error' missing_block_is_named
summary
