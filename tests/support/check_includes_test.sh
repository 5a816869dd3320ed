#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# check_includes_test.sh: controller/check_includes.cmake refuses every form of an include of a folder that is not
# visible, and accepts the others.
set -euo pipefail
check=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/controller/check_includes.cmake
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/util "$root"/net "$root"/reconcile/state
touch "$root"/util/text.hpp "$root"/reconcile/state/queues.hpp

# accepts LINE: whether net, which may include util, may contain the line.
accepts() {
  printf '// A comment.\n%s\nint x;\n' "$1" > "$root/net/client.cpp"
  cmake -DROOT="$root" -DFOLDER=net -DVISIBLE=net,util -P "$check" > "$root/output" 2>&1
}

failed=0
say_failed() {
  printf '%s: %s\n' "$1" "$2"
  failed=1
}
while IFS= read -r line; do
  if accepts "$line"; then
    say_failed 'not refused' "$line"
  elif ! grep -q 'net/client.cpp' "$root/output"; then
    say_failed 'refused without the name of the file' "$line"
  fi
done << 'LINES'
#include "reconcile/state/queues.hpp"
#include <reconcile/state/queues.hpp>
#include"reconcile/state/queues.hpp"
#include<reconcile/state/queues.hpp>
#  include "reconcile/state/queues.hpp"
  #include "reconcile/state/queues.hpp"
	#	include	<reconcile/state/queues.hpp>
#include /* why */ "reconcile/state/queues.hpp"
/* why */ #include "reconcile/state/queues.hpp"
#include "reconcile/state/queues.hpp" // why
#include "../reconcile/state/queues.hpp"
#include <util/../reconcile/state/queues.hpp>
#include "util/../reconcile/state/queues.hpp"
#include "./../reconcile/state/queues.hpp"
#include_next <reconcile/state/queues.hpp>
#import "reconcile/state/queues.hpp"
%:include "reconcile/state/queues.hpp"
#include QUEUES
#include "client.hpp"
LINES

while IFS= read -r line; do
  accepts "$line" || say_failed 'refused' "$line"
done << 'LINES'
#include "util/text.hpp"
#include <util/text.hpp>
#  include "net/client.hpp"
#include <vector>
#include <boost/asio/awaitable.hpp>
#include <sys/wait.h>
// #include "reconcile/state/queues.hpp"
const char* text = "#include <reconcile/state/queues.hpp>";
LINES

[ "$failed" = 0 ] && echo 'every include is recognised'
exit "$failed"
