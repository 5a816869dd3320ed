#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# document.sh DOCUMENT FOLDER: runs every command of DOCUMENT, a Markdown file, in FOLDER, and prints the document with what they
# print now in place of what it says they print. What differs from run to run (ages, names that are made up) is made constant.
#
#   ```console            a block of commands and their output:
#   $ kubectl get pods    a command; it goes on in the next line after a backslash
#   ```sh                 a block of commands that must succeed; what they print is not shown. 'make' is for .ci/run to run
#   ```sh not-run         (and any other kind) is not run
#   <!-- run: CMD -->     CMD is run, and must succeed, but is not shown
#   <!-- until: CMD -->   CMD is run again and again until it succeeds
set -euo pipefail
readonly document=$1 patience=120 # seconds
# shellcheck disable=SC1091
source "$(dirname "${BASH_SOURCE[0]}")/constant.sh"
cd "$2"

die() {
  printf 'document.sh: line %d: %s\n' "$number" "$*" >&2
  exit 1
}

# A command's failure is part of what is shown: whether it is the right one, the comparison tells.
show() {
  local output
  printf '%s\n' "\$ $1"
  output=$({ bash -c "$1" 2>&1 || true; } | constant)
  [ -z "$output" ] || printf '%s\n' "$output"
}

must_succeed() {
  local said
  said=$(bash -euo pipefail -c "$1" 2>&1) || die "failed: $1. It says: $said"
}

until_it_succeeds() {
  local deadline=$((SECONDS + patience))
  until bash -c "$1" > /dev/null 2>&1; do
    ((SECONDS < deadline)) || die "not within $patience s: $1. It says: $(bash -c "${1%% | grep *}" 2>&1)"
    sleep 0.2
  done
}

number=0 inside='' script=''
while IFS= read -r line <&3; do
  number=$((number + 1))
  case $inside$line in
    '```console') inside='>console ' && echo "$line" ;;
    '>console ```') inside='' && echo "$line" ;;
    '>console $ '*)
      command=${line#'$ '}
      while [[ $command == *\\ ]]; do
        IFS= read -r line <&3
        number=$((number + 1)) command+=$'\n'$line
      done
      show "$command"
      ;;
    '>console '*) ;; # what it printed when the document was written
    '```sh') inside='>sh ' script='' && echo "$line" ;;
    '>sh ```')
      inside='' && echo "$line"
      must_succeed "$script"
      ;;
    '>sh '*)
      echo "$line"
      [[ $line == 'make '* ]] || script+=$line$'\n'
      ;;
    '<!-- run: '*' -->')
      echo "$line"
      command=${line#'<!-- run: '}
      must_succeed "${command%' -->'}"
      ;;
    '<!-- until: '*' -->')
      echo "$line"
      command=${line#'<!-- until: '}
      until_it_succeeds "${command%' -->'}"
      ;;
    *) echo "$line" ;;
  esac
done 3< "$document"
