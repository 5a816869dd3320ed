#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# release_test.sh [PART...]: makes a release of the binaries that are built, twice, in two folders, and looks at every file. One line
# a check; the last line counts them. Parts: files, images, programs, packages, papers.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
repository=$(cd "$here/../.." && pwd -P)
cd "$repository"
scratch=$(mktemp -d)
export LC_ALL=C
unset KUBECONFIG SIGN_KEY REGISTRY REPOSITORY BUILDER_ID MAKEFLAGS MFLAGS MAKELEVEL

finish() {
  local pid
  while read -r pid; do kill "$pid" 2> /dev/null || true; done < "$scratch/started"
  rm -rf "$scratch"
}
: > "$scratch/started" # process ids of servers for the checks
trap finish EXIT
trap 'exit 130' INT TERM

# shellcheck disable=SC1091
{
  source tests/support/checks.sh
  source "$here/checks/files.sh"
  source "$here/checks/images.sh"
  source "$here/checks/programs.sh"
  source "$here/checks/packages.sh"
  source "$here/checks/papers.sh"
}

# The binaries say the version of the project, so the release that is tried here has it too.
version=$(sed -n 's/^project(regcred VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
readonly version dist=$scratch/dist

# What is configured already stays as it is: other flags would compile everything again.
if [ -e build/arm64/build.ninja ]; then ninja -C build/arm64 regcred-controller; else make arm64; fi
make_release "$dist"
(($#)) || set -- files images programs packages papers
for part; do "${part}_checks"; done
summary
