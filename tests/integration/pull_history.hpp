// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "objects.hpp"
#include "support/admin.hpp"
#include "support/subprocess.hpp"
#include "support/temporary_folder.hpp"

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace harness {

/// What Pods could pull with at every moment since this object was made: each version of each Secret,
/// ServiceAccount and Pod, from the API server's watches, in the order in which etcd stored them.
class pull_history {
 public:
    /// `working`: what the registries accept.
    pull_history(admin& api, login_map working);

    /// Each moment at which the list of a Pod, or of the ServiceAccount `default` if it had one from the
    /// beginning, had no working login in these namespaces. Empty: there was none.
    [[nodiscard]] std::vector<std::string> gaps(const std::vector<std::string>& of_namespaces);

 private:
    using object_map = std::map<std::string, json>;  // by NAMESPACE/NAME
    struct recording {
        std::string kind;  // the resource in the path
        object_map first;
        std::string file;
        std::unique_ptr<subprocess> watch;
    };
    struct change {
        std::size_t recording = 0;
        long revision = 0;
        bool deleted = false;
        json object;
    };

    void begin(recording& what, const std::string& kind);
    void await_end(recording& what);
    [[nodiscard]] std::vector<change> changes();
    [[nodiscard]] bool can_pull(const object_map& secrets, const std::string& ns, const json& listed) const;

    admin& api_;
    login_map working_;
    temporary_folder folder_;
    std::array<recording, 3> recordings_;
};

}  // namespace harness
