#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# tutorial.sh DOCUMENT FOLDER: runs every command of DOCUMENT, a Markdown file, in FOLDER, and prints the document with what they
# print now in place of what it says they print. What differs from run to run (ages, names that are made up) is made constant.
#
#   ```console            a block of commands and their output:
#   $ kubectl get pods    a command; it goes on in the next line after a backslash
#   <!-- run: CMD -->     CMD is run, and must succeed, but is not shown
#   <!-- until: CMD -->   CMD is run again and again until it succeeds
set -euo pipefail
readonly document=$1 patience=120 # seconds
cd "$2"

die() {
  printf 'tutorial: line %d: %s\n' "$number" "$*" >&2
  exit 1
}

constant() {
  sed -E \
    -e 's/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/00000000-0000-0000-0000-000000000000/g' \
    -e 's/20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/2026-01-01T00:00:00Z/g' \
    -e 's/(resourceVersion: ")[0-9]+"/\11000"/' \
    -e 's/(regcred-controller)-[0-9a-z]{6,10}-[0-9a-z]{5}/\1-5d8f9c7b6c-x2x4z/g' \
    -e 's/^NAME {25,}(READY   STATUS    RESTARTS   AGE)$/NAME                                  \1/' \
    -e 's/( +)([0-9]+[smhd]){1,2}$/\110s/' \
    -e 's/ +$//' \
    -e '/^Waiting for deployment/d' # as often as it has to
}

# A command's failure is part of what is shown: whether it is the right one, the comparison tells.
show() {
  local output
  printf '%s\n' "\$ $1"
  output=$({ bash -c "$1" 2>&1 || true; } | constant)
  [ -z "$output" ] || printf '%s\n' "$output"
}

until_it_succeeds() {
  local deadline=$((SECONDS + patience))
  until bash -c "$1" > /dev/null 2>&1; do
    ((SECONDS < deadline)) || die "not within $patience s: $1. It says: $(bash -c "${1%% | grep *}" 2>&1)"
    sleep 0.2
  done
}

number=0 inside=''
while IFS= read -r line <&3; do
  number=$((number + 1))
  case $inside$line in
    '```console') inside='console ' && echo "$line" ;;
    'console ```') inside='' && echo "$line" ;;
    'console $ '*)
      command=${line#'$ '}
      while [[ $command == *\\ ]]; do
        IFS= read -r line <&3
        number=$((number + 1)) command+=$'\n'$line
      done
      show "$command"
      ;;
    'console '*) ;; # what it printed when the document was written
    '<!-- run: '*' -->')
      echo "$line"
      command=${line#'<!-- run: '}
      bash -c "${command%' -->'}" > /dev/null 2>&1 || die "failed: ${command%' -->'}"
      ;;
    '<!-- until: '*' -->')
      echo "$line"
      command=${line#'<!-- until: '}
      until_it_succeeds "${command%' -->'}"
      ;;
    *) echo "$line" ;;
  esac
done 3< "$document"
