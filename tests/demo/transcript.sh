#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# transcript.sh LOG: prints what transcript.txt holds of LOG, the output of demo.sh: from the installation to the end, with times,
# ages, generated names and the path of the repository made constant. It leaves out 'kubectl describe', whose Events come in
# the order of their times.
set -euo pipefail
# shellcheck disable=SC1091
source "$(dirname "${BASH_SOURCE[0]}")/../support/constant.sh"

LC_ALL=C awk '
  /^Install: / { shown = 1 }
  /^kubectl describe tells / { shown = 0 }
  /^The object goes, / { shown = 1 }
  /^That was all/ { exit }
  shown' "$1" | sed 's#[^ =]*/build/demo/#build/demo/#' | constant
