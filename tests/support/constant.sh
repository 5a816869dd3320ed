# SPDX-FileCopyrightText: The regcred authors
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# For documents that show what commands print.

# constant: what differs from run to run (ages, times, names that are made up) becomes the same in every run; a filter.
constant() {
  sed -E \
    -e 's/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/00000000-0000-0000-0000-000000000000/g' \
    -e 's/20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z/2026-01-01T00:00:00Z/g' \
    -e 's/(resourceVersion: ")[0-9]+"/\11000"/' \
    -e 's/(regcred-controller)-[0-9a-z]{6,10}-[0-9a-z]{5}/\1-5d8f9c7b6c-x2x4z/g' \
    -e 's/^NAME {25,}(READY   STATUS    RESTARTS   AGE)$/NAME                                  \1/' \
    -e 's/( +)([0-9]+[smhd]){1,2}$/\110s/' \
    -e 's/ +$//' \
    -e '/^Waiting for deployment/d' # as often as it has to
}
