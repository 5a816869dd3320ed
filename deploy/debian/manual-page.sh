#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# manual-page.sh PAGE BINARY VERSION DATE: prints a manual page: PAGE.1.in, with the options that the binary's --help lists in place
# of @OPTIONS@.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

help=()
[ "$1" = regcred-controller ] || help=(explain pod)

# Two spaces separate a flag from its text, unless that begins on the next line.
options() {
  "$2" "${help[@]}" --help | sed 's/\\/\\e/g; s/-/\\-/g' | awk '
    /^Options:/ {on = 1; next}
    /^$/ {on = 0} # no exit: sed would end with SIGPIPE
    on && /^  \\-/ {
      flag = substr($0, 3); text = ""
      if (match(flag, /  +/)) {text = substr(flag, RSTART + RLENGTH); flag = substr(flag, 1, RSTART - 1)}
      if (match(flag, / /)) flag = substr(flag, 1, RSTART - 1) "\\fR" substr(flag, RSTART)
      gsub(/,\\-\\-/, ", \\-\\-", flag)
      print ".TP\n\\fB" flag "\\fR"
      if (text != "") print "\\&" text
      next
    }
    on {sub(/^ +/, ""); print "\\&" $0}'
}

options "$@" | sed -e "/^@OPTIONS@\$/{r /dev/stdin
d}" -e "s/@VERSION@/${3//-/\\\\-}/; s/@DATE@/${4%%T*}/" "$1.1.in"
