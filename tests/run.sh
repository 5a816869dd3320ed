#!/usr/bin/env bash
# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
#
# run.sh [CTEST-ARGUMENT...]: builds, starts a cluster of its own, runs every test in it, and removes the cluster.
# The last lines are ctest's summary. For example: tests/run.sh -R reconcile
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export CLUSTER_NAME=${CLUSTER_NAME:-test}
readonly cluster=tests/cluster/cluster
"$cluster" check

mkdir -p build
if ! cmake -S . -B build/release -G Ninja -DCMAKE_CXX_COMPILER=clang++-19 -DCMAKE_BUILD_TYPE=RelWithDebInfo \
  -DREGCRED_WERROR="$([ -n "${CI:-}" ] && echo ON || echo OFF)" \
  > build/release.configure.log 2>&1; then
  cat build/release.configure.log
  exit 1
fi
ninja -C build/release

trap '"$cluster" down' EXIT
"$cluster" up
ctest --test-dir build/release --output-on-failure --no-tests=error --parallel "$(nproc)" "$@"
