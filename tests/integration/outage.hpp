// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/admin.hpp"

namespace harness {

/// While it lives, no API server runs.
class stopped_api_server {
 public:
    stopped_api_server();
    ~stopped_api_server();
    stopped_api_server(const stopped_api_server&) = delete;
    stopped_api_server& operator=(const stopped_api_server&) = delete;
};

/// While it lives, the CRD takes any `spec`, as one of another version may.
class loose_crd {
 public:
    explicit loose_crd(admin& api);
    ~loose_crd();
    loose_crd(const loose_crd&) = delete;
    loose_crd& operator=(const loose_crd&) = delete;

 private:
    admin& api_;
    json shipped_;  // spec.versions
};

}  // namespace harness
