// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "objects.hpp"
#include "support/admin.hpp"

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace harness {

/// What another tool does again and again, as its source code says. A request that fails ends the round.
using tool_round = std::function<void(admin&)>;

/// Another tool that distributes pull Secrets. While this lives it goes round, unless its Deployment has no
/// replicas; then it forgets what it knew, as a process that ends.
class former_tool {
 public:
    /// `make_round` is called at each start.
    former_tool(admin& api, std::string deployment, std::function<tool_round()> make_round);
    ~former_tool();
    former_tool(const former_tool&) = delete;
    former_tool& operator=(const former_tool&) = delete;

 private:
    void work(const std::stop_token& stop);

    std::string deployment_;  // path
    std::function<tool_round()> make_round_;
    std::unique_ptr<admin> api_;
    std::jthread thread_;
};

struct patcher_settings {
    std::string secret;  // the copies' name
    std::string source;  // path
    std::vector<std::string> teams;
    bool recreates = true;  // a Secret that differs: titansoft; tamcore's fork patches it
};
/// imagepullsecret-patcher: a Secret in each namespace, listed by its ServiceAccount.
[[nodiscard]] tool_round patcher_round(const patcher_settings& settings);

/// registry-creds, with a ClusterPullSecret.
[[nodiscard]] tool_round registry_creds_round(const std::string& pull_secret,
                                              const std::vector<std::string>& teams);

/// kubernetes-replicator: the source at that path has the annotation replicate-to, or the copies have
/// replicate-from.
[[nodiscard]] tool_round replicator_round(const std::string& source, const std::vector<std::string>& teams);

/// Reflector, with a source at that path.
[[nodiscard]] tool_round reflector_round(const std::string& source, const std::vector<std::string>& teams);

/// External Secrets and, of what it leaves behind, the garbage collector: a ClusterExternalSecret, its
/// ExternalSecrets and their Secrets, which hold this document.
[[nodiscard]] tool_round external_secrets_round(const std::string& name,
                                                const std::string& document,
                                                const std::vector<std::string>& teams);

}  // namespace harness
