#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# run.sh [LIST...]: puts the faults of each LIST (all lists: tests/mutants/*.txt) into a copy of the sources, one at a
# time, and runs the unit tests of the faulty file's folder. One line for each fault says whether a test noticed it; the
# last line counts them. Fails if fewer than 90 % were noticed, or if a fault cannot be put in.
#
# A fault is a file, the lines to replace, which stand in it exactly once, and what replaces them, if anything does:
#
#   controller/net/async_semaphore.cpp
#   -     if (waiter.granted) continue;
#   +     if (!waiter.granted) continue;
#
# Empty lines separate faults; a line that begins with # is a comment.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

readonly wanted=90             # per cent
readonly longest=${LONGEST:-60} # seconds that a program may run; one that hangs has noticed the fault
readonly copy=$PWD/build/mutants/source build=$PWD/build/mutants/build

die() {
  echo "mutants: $*" >&2
  exit 2
}

# A file that is the same is not copied again, so that little is compiled; one that is not ours is removed.
copy_sources() {
  mkdir -p "$copy"
  git ls-files -co --exclude-standard -- CMakeLists.txt LICENSE controller tests | sort |
    xargs -d '\n' sha256sum 2> /dev/null > "$copy.wanted" || true # sources that are deleted and not yet committed
  (cd "$copy" && find . -type f -printf '%P\n' | sort | xargs -r -d '\n' sha256sum) > "$copy.present"
  comm -13 <(sort "$copy.wanted") <(sort "$copy.present") | cut -c 67- | (cd "$copy" && xargs -r -d '\n' rm)
  comm -23 <(sort "$copy.wanted") <(sort "$copy.present") | cut -c 67- | xargs -r -d '\n' cp --parents -t "$copy"
}

configure() {
  cmake -S "$copy" -B "$build" -G Ninja -DCMAKE_CXX_COMPILER=clang++-19 -DCMAKE_BUILD_TYPE=Dev \
    > "$build.configure.log" 2>&1 || { cat "$build.configure.log" && die 'cannot configure'; }
}

compile() { ninja -C "$build" "$1" > "$build.log" 2>&1; }
passes() { timeout "$longest" "$build/tests/$1" --abort-after=1 > "$build.test.log" 2>&1 < /dev/null; }

# A program that fails with no fault would notice every one.
declare -A is_sound
require_sound() {
  [ -z "${is_sound[$1]:-}" ] || return 0
  compile "$1" || { tail -n 30 "$build.log" && die "$1 does not compile"; }
  passes "$1" || { tail -n 30 "$build.test.log" && die "$1 fails with no fault put in"; }
  is_sound[$1]=yes
}

noticed=0 unnoticed=0 broken=0 stale=0

# try_fault FILE OLD NEW: both are whole lines, each with its end.
try_fault() {
  local file=$1 old=$'\n'$2 new=$'\n'$3 program text rest
  program=unit_${file#controller/}
  program=${program%%/*}
  [ -e "$copy/$file" ] || { report stale "$file" "$2" 'there is no such file' && return; }
  text=$'\n'$(< "$copy/$file")$'\n'
  rest=${text#*"$old"}
  [ "$rest" != "$text" ] || { report stale "$file" "$2" 'no such lines' && return; }
  [[ $'\n'$rest != *"$old"* ]] || { report stale "$file" "$2" 'these lines stand there twice' && return; }
  require_sound "$program"
  printf '%s' "${text:1:${#text}-${#rest}-${#old}-1}${new}${rest}" > "$copy/$file"
  # ccache would keep the object of a compilation that was killed while the file changed.
  if ! CCACHE_DISABLE=1 compile "$program"; then
    report broken "$file" "$2" 'does not compile'
  elif passes "$program"; then
    report unnoticed "$file" "$2" 'NOT NOTICED'
  else
    report noticed "$file" "$2" noticed
  fi
  printf '%s' "${text:1}" > "$copy/$file"
}

# report COUNTER FILE OLD RESULT
report() {
  local -n counter=$1
  local line=${3%%$'\n'*}
  counter=$((counter + 1))
  printf '%-16s %s: %s\n' "$4" "${2#controller/}" "${line#"${line%%[! ]*}"}"
}

# read_list LIST: tries each fault in it.
read_list() {
  local line file='' old='' new=''
  while IFS= read -r line <&3 || [ -n "$line" ]; do
    case $line in
      '#'*) ;;
      '- '* | -) old+=${line:2}$'\n' ;;
      '+ '* | +) new+=${line:2}$'\n' ;;
      '')
        [ -z "$file" ] || try_fault "$file" "$old" "$new"
        file='' old='' new=''
        ;;
      controller/*) file=$line ;;
      *) die "$1: neither a file, nor a line to take out or put in: $line" ;;
    esac
  done 3< <(cat "$1" && echo)
}

(($#)) || set -- tests/mutants/*.txt
for list; do [ -r "$list" ] || die "no list $list"; done
mkdir -p build/mutants
copy_sources
configure
for list; do read_list "$list"; done
tried=$((noticed + unnoticed))
echo "$noticed of $tried faults noticed, $unnoticed not noticed, $broken do not compile, $stale cannot be put in"
((stale == 0 && tried > 0 && noticed * 100 >= wanted * tried))
