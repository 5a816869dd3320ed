// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scenario.hpp"

#include <string>
#include <utility>
#include <vector>

namespace harness {

/// Another tool's namespaces and objects, under the names that deploy/migrate/ gives them, and a guide that
/// is followed word for word.
class migration : protected scenario {
 protected:
    using replacement = std::pair<std::string, std::string>;  // a regular expression, and what comes instead

    /// Creates the namespaces `teams`: team-a and team-b of the guides, under names that no other test uses.
    migration();

    /// The Deployment of the other tool, in a namespace of its own; returns its path.
    std::string deploy(const std::string& name, const std::string& in_namespace);
    /// A custom resource definition of the other tool, of which only the names matter.
    void define(const std::string& group, const std::string& kind, const std::string& scope);
    /// A Secret with the login, in the namespace of the other tool. Returns its path.
    std::string former_source(const std::string& name, const json& annotations = json::object());
    /// A Pod in each namespace that lists this Secret; if none, what its ServiceAccount lists.
    void add_pods(const std::string& secret = {});
    /// Runs the guide, and checks that it shows what its commands print, and that Pods can pull throughout.
    /// With WRITE_DOCUMENTS in the environment, writes the guide from the run.
    void follow(const std::string& guide, const std::vector<replacement>& variant = {});
    /// Each namespace has a copy with the login, which only the RegistryCredential of the guides owns.
    void check_taken_over();

    [[nodiscard]] const std::vector<std::string>& teams() const noexcept { return teams_; }
    /// What stands for the "team-" of the guides; of the same length, so that tables stay as they are.
    [[nodiscard]] std::string team_prefix() const { return suffix().substr(0, 4) + "-"; }
    [[nodiscard]] static const login_map& login_of_guide();
    /// The same login as 'docker login' writes it, with `auth` only: other bytes than those of a copy.
    [[nodiscard]] static std::string login_file();

 private:
    void add_fixed_namespace(const std::string& name);
    [[nodiscard]] std::string of_this_test(const std::string& text) const;
    [[nodiscard]] std::string of_the_guide(const std::string& text) const;

    std::vector<std::string> teams_;
    std::string former_;  // the namespace of the other tool
};

}  // namespace harness
