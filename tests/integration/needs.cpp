// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "needs.hpp"

namespace harness {

bool serves_streaming_lists(admin& api) {
    return api
        .send({.method = "GET",
               .path = "/api/v1/namespaces?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"
                       "&allowWatchBookmarks=true&timeoutSeconds=1",
               .body = nullptr,
               .as = {}})
        .ok();
}

}  // namespace harness
