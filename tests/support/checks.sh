# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# For tests in the shell: checks that are counted, and words for what they look at.

passed=0 failed=0

# check WHAT FUNCTION: passes if every command of FUNCTION succeeds; else shows what it printed, and the line that failed.
check() {
  local what=$1 output status
  set +e
  output=$(
    trap 'echo "failed: line $LINENO: $BASH_COMMAND"' ERR
    set -eE
    "$2" 2>&1
  )
  status=$?
  set -e
  if ((status == 0)); then
    passed=$((passed + 1))
    echo "ok    $what"
  else
    failed=$((failed + 1))
    echo "FAIL  $what"
    printf '      %s\n' "${output//$'\n'/$'\n      '}"
  fi
}

# fails CMD...: succeeds if CMD fails; its output, both streams, is in $said.
fails() {
  if said=$("$@" 2>&1); then
    echo "succeeded, but should not: $*"
    return 1
  fi
}

# eventually SECONDS CMD...: within that time CMD succeeds.
eventually() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" > /dev/null 2>&1; do
    ((SECONDS < deadline)) || {
      echo "not in time: $*"
      return 1
    }
    sleep 0.1
  done
}

not() { ! "$@"; }
contains() { [[ $1 == *"$2"* ]] || { echo "no '$2' in: ${1:0:2000}" && return 1; }; }
equal() { [ "$1" = "$2" ] || { echo "'$1' is not '$2'" && return 1; }; }

# summary: the last line of a test.
summary() {
  echo "$passed passed, $failed failed"
  ((failed == 0))
}
