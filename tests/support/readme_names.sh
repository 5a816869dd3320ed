#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# readme_names.sh: every function and file that controller/README.md names exists.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../controller"

missing=0
say_missing() {
  printf 'controller/README.md names %s, which does not exist\n' "$1"
  missing=1
}

# The names in code spans: `class::function`, `folder/file.cpp`, `function`.
readonly span="\`[a-z_]+(::[a-z_]+)*\`|\`[a-z0-9_]+(/[a-z0-9_]+)*(\\.cpp|\\.hpp|\\.yaml|/)\`"
names=$(grep -oE "$span" README.md | tr -d '`' | sort -u)
count=0
for name in $names; do
  count=$((count + 1))
  case $name in
    *::*)
      class=${name%%::*}
      function=${name##*::}
      files=$(grep -rlE "(class|struct) $class\b" --include='*.hpp' . || true)
      # shellcheck disable=SC2086 # a list of files
      { [ -n "$files" ] && grep -qE "\b$function\(" $files; } || say_missing "$name"
      ;;
    crds/* | deploy/* | tests/*) [ -e "../$name" ] || say_missing "$name" ;;
    */* | *.*) [ -e "$name" ] || say_missing "$name" ;;
    now) ;;
    *) grep -rqE "\b$name\b( \{|\(|;|,)" --include='*.hpp' --include='*.cpp' . || say_missing "$name" ;;
  esac
done
((count >= 20)) || {
  echo "only $count names were found: the form of controller/README.md has changed"
  exit 1
}
[ "$missing" = 0 ] && echo "$count names exist"
exit "$missing"
