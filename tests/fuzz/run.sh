#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# Runs every fuzz target for some seconds, all of them side by side. 'make fuzz' builds them and calls this:
#
#   BUILD=build/asan tests/fuzz/run.sh 60
#
# Each starts from tests/fuzz/corpus/<target> and keeps what it finds in the build folder (BUILD, default build/asan).
# A crash, a time-out (5 s), more than 512 MB or a leak is a failure, and the input is kept.
set -euo pipefail

duration=${1:-}
if [[ ! $duration =~ ^[1-9][0-9]*$ ]]; then
  echo "usage: tests/fuzz/run.sh SECONDS" >&2
  exit 2
fi
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${BUILD:-$here/../../build/asan}
if [[ ! -d $build ]]; then
  echo "no build folder $build: configure it with -DREGCRED_SANITIZE=ON first (see the head of this script)" >&2
  exit 2
fi
build=$(cd "$build" && pwd)
scratch=$build/fuzzing
mkdir -p "$scratch"

# Prints one line and leaves "ok" in the result file of the target when it ran and found nothing.
run_target() {
  local name=$1
  local program=$build/tests/fuzz/$name log=$scratch/$name.log inputs=$scratch/$name-inputs/ corpus=$scratch/$name-corpus
  rm -rf "$inputs" "$log"
  mkdir -p "$inputs" "$corpus"
  if [[ ! -x $program ]]; then
    echo "$name: FAILED, not built ($program)"
    return
  fi
  if [[ -z $(ls -A "$here/corpus/$name" 2>/dev/null) ]]; then
    echo "$name: FAILED, no stored corpus (tests/fuzz/corpus/$name)"
    return
  fi
  local status=0
  "$program" -max_total_time="$duration" -timeout=5 -rss_limit_mb=512 -max_len=4096 -print_final_stats=1 \
    -dict="$here/kubernetes.dict" -artifact_prefix="$inputs" "$corpus" "$here/corpus/$name" >"$log" 2>&1 || status=$?
  local runs
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  if ((status != 0)); then
    echo "$name: FAILED (exit status $status): $(find "$inputs" -type f -printf '%p ')(log: $log)"
    grep -m 3 -E 'broken promise|ERROR: |SUMMARY: |runtime error' "$log" | sed 's/^/    /' || true
    local input
    input=$(find "$inputs" -type f -print -quit)
    if [[ -n $input ]]; then echo "    again: $program $input"; fi
  elif ((${runs:-0} == 0)); then
    echo "$name: FAILED, nothing was run (log: $log)"
  else
    echo "$name: passed, $runs inputs"
    touch "$scratch/$name.ok"
  fi
}

mapfile -t targets < <(find "$here" -maxdepth 1 -name 'fuzz_*.cpp' -printf '%f\n' | sed 's/\.cpp$//' | sort)
rm -f "$scratch"/*.ok
for name in "${targets[@]}"; do
  run_target "$name" &
done
wait

passed=$(find "$scratch" -maxdepth 1 -name '*.ok' | wc -l)
failed=$((${#targets[@]} - passed))
echo "$passed passed, $failed failed"
((failed == 0 && passed > 0))
