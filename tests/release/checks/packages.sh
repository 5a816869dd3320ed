# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # see release_test.sh
#
# The Debian packages.

package_of() { echo "$dist/regcred-controller_${version}_$1.deb"; }

unpacked() {
  [ -d "$scratch/deb" ] || dpkg-deb --extract "$(package_of amd64)" "$scratch/deb"
  echo "$scratch/deb"
}

# lintian knows more rules than can be kept in mind; what is overridden is listed with its reason in the package.
is_clean() {
  local architecture
  for architecture in amd64 arm64; do equal "$(lintian --allow-root --fail-on none --pedantic "$(package_of "$architecture")" 2>&1)" ''; done
}

is_for_its_architecture() {
  local architecture
  for architecture in amd64 arm64; do
    # shellcheck disable=SC2016 # dpkg's variables
    equal "$(dpkg-deb --show --showformat '${Package} ${Version} ${Architecture}' "$(package_of "$architecture")")" \
      "regcred-controller $version $architecture"
    dpkg-deb --fsys-tarfile "$(package_of "$architecture")" | tar --extract --to-stdout ./usr/bin/regcred-controller |
      cmp - <(tar --extract --to-stdout --file "$dist/kubectl-regcred_${version}_linux_$architecture.tar.gz" kubectl-regcred)
  done
}

# Every option has its place in the manual page.
has_manual_pages() {
  local flag pages
  pages=$(unpacked)/usr/share/man/man1
  man --local-file --no-hyphenation "$pages/regcred-controller.1.gz" 2> /dev/null > "$scratch/page"
  for flag in $(build/release/controller/regcred-controller --help | grep -oE '^  (-[a-z],)?--[a-z-]+' | grep -oE -- '--.*'); do
    grep -qE -- "^ +(-h, )?$flag( |\$)" "$scratch/page" || { echo "no $flag in the manual page" && return 1; }
  done
  man --local-file "$pages/kubectl-regcred.1.gz" 2> /dev/null > "$scratch/page"
  contains "$(cat "$scratch/page")" '--request-timeout TIME (default: 1m)'
  for page in "$pages"/*.gz; do equal "$(man --local-file --warnings "$page" 2>&1 > /dev/null)" ''; done
}

# complete WORD...: what the shell offers for the last one.
complete_words() {
  PATH=$(unpacked)/usr/bin:$PATH bash -c '
    complete() { :; }
    source "$0"
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _regcred_controller "$1" "${@: -1}" "${@: -2:1}"
    printf "%s\n" "${COMPREPLY[@]}"' "$(unpacked)/usr/share/bash-completion/completions/regcred-controller" "$@"
}

completes() {
  equal "$(complete_words regcred-controller --secret)" --secret-names
  equal "$(complete_words regcred-controller --log-level wa)" warn
  equal "$(complete_words regcred-controller ex)" explain
  equal "$(complete_words regcred-controller explain p)" pod
  equal "$(complete_words regcred-controller explain pod --req)" --request-timeout
}

completes_for_kubectl() {
  local plugin
  plugin=$(unpacked)/usr/bin/kubectl_complete-regcred
  mkdir -p "$scratch/kubectl"
  printf '#!/bin/sh\nprintf "web\\nworker\\n"; echo "$@" > %s\n' "$scratch/kubectl/calls" > "$scratch/kubectl/kubectl"
  chmod +x "$scratch/kubectl/kubectl"
  PATH=$scratch/kubectl:${plugin%/*}:$PATH
  equal "$("$plugin" '')" $'explain\n:4'
  equal "$("$plugin" explain '')" $'pod\n:4'
  equal "$("$plugin" explain pod --con)" $'--context\n:4'
  equal "$("$plugin" explain pod -n team-a wo)" $'worker\n:4'
  contains "$(cat "$scratch/kubectl/calls")" '--namespace=team-a'
}

packages_checks() {
  check 'lintian finds nothing in the Debian packages' is_clean
  check 'each Debian package has the binary of its architecture' is_for_its_architecture
  check 'the manual pages name every option' has_manual_pages
  check 'the shell completes flags, values and commands' completes
  check "kubectl completes 'kubectl regcred' with the names of Pods" completes_for_kubectl
}
