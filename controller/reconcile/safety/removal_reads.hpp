// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtime/object_key.hpp"

#include <set>
#include <string>
#include <vector>

namespace reconcile {

/// What is read from etcd, in this order, before something is removed: if it is planned again then, it is
/// done.
struct removal_reads {
    bool all_credentials = false;       // list them: one whose name is not known can be gone
    std::set<std::string> credentials;  // RegistryCredentials, by name
    std::string namespace_name;
    std::vector<runtime::object_key> copies;
};

}  // namespace reconcile
