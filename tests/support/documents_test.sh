#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# documents_test.sh: each block of commands in README.md, deploy/ and crds/ either is in a document that a test runs
# (document.sh), or says that it is not run; and each link from there into the repository leads somewhere.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck disable=SC1091
source tests/support/checks.sh
mapfile -t documents < <(git ls-files -co --exclude-standard README.md 'deploy/*.md' 'crds/*.md' | sort)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# blocks FILE: a line "KIND<tab>LINE" for each line in a code block; KIND is what stands after the three backticks.
blocks() {
  awk '/^```/ { inside = !inside; kind = substr($0, 4); next } inside { print kind "\t" $0 }' "$1"
}

# unmarked FILE...: each block that says neither that it is run nor that it is not, and holds commands.
unmarked() {
  local file
  for file; do
    blocks "$file" | awk -F '\t' -v file="$file" '
      $1 ~ /^(console|sh)( not-run)?$/ || $1 == "yaml" || $1 == "json" { next }
      $1 != "" { print file ": a block of kind \"" $1 "\""; next }
      $2 ~ /^(\$ |kubectl |make )/ { print file ": not marked: " $2 }'
  done
}

# is_run FILE: a test names it.
is_run() {
  case $1 in
    deploy/migrate/*) grep -q "\"${1##*/}\"" tests/integration/migration_test.cpp ;;
    deploy/tutorial/README.md) grep -qx "tutorial=$1" tests/e2e/checks/tutorial.sh ;;
    deploy/tutorial/*) [ -e deploy/tutorial/README.md ] ;; # a translation: translation_test.sh
    *) grep -qE "^run_documents=\(.*\b$1\b.*\)" tests/e2e/checks/documents.sh ;;
  esac
}

# anchors FILE: those of its headings, as GitHub makes them, and those that it defines.
anchors() {
  awk '/^```/ { inside = !inside } !inside && /^#+ / { sub(/^#+ /, ""); print }' "$1" |
    LC_ALL=C.UTF-8 sed -E 's/\[([^]]*)\]\([^)]*\)/\1/g; s/.*/\L&/; s/[^[:alnum:] _-]//g; s/ /-/g'
  sed -nE 's/.*<a id="([^"]+)">.*/\1/p' "$1"
}

# dead_links FILE...: "FILE: LINK", for each link that leads nowhere.
dead_links() {
  local file link target
  for file; do
    while IFS= read -r link; do
      target=${link%%#*}
      [ -z "$target" ] && target=$file || target=$(dirname "$file")/$target
      if [ ! -e "$target" ]; then
        echo "$file: $link"
      elif [[ $link == *#* && $target == *.md ]] && ! grep -qxF -- "${link#*#}" <<< "$(anchors "$target")"; then
        echo "$file: $link"
      fi
    done < <(grep -oE '\]\([^) ]+\)' "$file" | sed -E 's/^..//; s/.$//' | grep -vE '^(https?|mailto):' || true)
  done
}

no_link_is_dead() { equal "$(dead_links "${documents[@]}")" ''; }

dead_links_are_noticed() {
  # shellcheck disable=SC2016 # Markdown
  printf '# Über [a](#b) `C`, d!\n\n[1](#über-a-c-d) [2](#no) [3](no.md) [4](b.md#x) [5](https://example.com/no)\n' > "$folder/a.md"
  echo '<a id="x"></a>' > "$folder/b.md"
  equal "$(dead_links "$folder/a.md")" "$folder/a.md: #b
$folder/a.md: #no
$folder/a.md: no.md"
}

figures_are_measured() {
  local figure count=0
  while IFS= read -r figure; do
    grep -qF "| $figure |" tests/bench/README.md || { echo "README.md has the figure $figure, which tests/bench/README.md has not" && return 1; }
    count=$((count + 1))
  done < <(sed -n '/^## Figures/,/^## Roadmap/p' README.md | grep -oE '[0-9]+\.[0-9]+')
  ((count > 4))
}

every_block_is_marked() { equal "$(unmarked "${documents[@]}")" ''; }

every_runnable_document_is_run() {
  local file status=0
  ((${#documents[@]} > 5))
  for file in "${documents[@]}"; do
    blocks "$file" | grep -qE $'^(console|sh)\t' || continue
    is_run "$file" || { echo "$file has commands that are not marked with not-run, and no test runs it" && status=1; }
  done
  return "$status"
}

# document.sh leaves 'make' alone.
ci_runs_each_make() {
  local target
  while IFS= read -r target; do
    grep -qE "^make $target( |$)" .ci/run || { echo ".ci/run does not run: make $target" && return 1; }
  done < <(for file in "${documents[@]}"; do blocks "$file" | sed -nE $'s/^sh\tmake ([a-z-]+).*/\\1/p'; done)
}

unmarked_commands_are_noticed() {
  # shellcheck disable=SC2016 # Markdown
  printf '```\n$ kubectl get pods\n```\n\n```bash\ntrue\n```\n\n```\nno command\n```\n' > "$folder/a.md"
  equal "$(unmarked "$folder/a.md")" "$folder/a.md: not marked: \$ kubectl get pods
$folder/a.md: a block of kind \"bash\""
}

check 'each block of commands says whether it is run' every_block_is_marked
check 'a test runs each document that has commands to run' every_runnable_document_is_run
check '.ci/run runs each make' ci_runs_each_make
check 'a block that does not say it is noticed' unmarked_commands_are_noticed
check 'each link into the repository leads somewhere' no_link_is_dead
check 'a link that leads nowhere is noticed' dead_links_are_noticed
check 'the figures in README.md are those of the benchmark' figures_are_measured
summary
