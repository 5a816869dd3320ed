#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# picture_test.sh: demo.svg, which README.md shows, is made from transcript.txt; .ci/run compares that with what the demo prints.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
source ../support/checks.sh

picture_is_of_the_transcript() {
  ./picture.sh transcript.txt | diff --unified demo.svg - || {
    echo 'If transcript.txt is right: make demo-picture'
    return 1
  }
}
picture_shows_steps() {
  local title
  for title in 'One object says who gets what' 'A rotation reaches every copy'; do
    grep -F ">$title<" demo.svg
  done
}
readme_shows_it() { grep -F '(tests/demo/demo.svg)' ../../README.md; }

check 'demo.svg is made from transcript.txt' picture_is_of_the_transcript
check 'it shows the steps of the demo' picture_shows_steps
check 'README.md shows it' readme_shows_it
summary
