// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scenario.hpp"

#include <string>
#include <vector>

namespace harness {

inline constexpr auto added_annotation = "regcred.dev/added";

/// With namespaces whose ServiceAccount default exists, which the test cluster makes like any other.
class account_scenario : public scenario {
 protected:
    /// Waits until it has its ServiceAccount default.
    std::string add_namespace(std::string_view role, const text_map& labels = {});
    /// Whole, as it stands now.
    [[nodiscard]] json service_account_in(const std::string& ns, const std::string& name = "default");
    /// Somebody else's change of the list: the names, in order.
    void set_pull_secrets(const std::string& ns, const std::vector<std::string>& names);
    /// Waits until the ServiceAccount lists these ("a,b", in order) and regcred says that it added those.
    void await_pull_secrets(const std::string& ns,
                            const std::string& listed,
                            const std::string& added,
                            const std::string& name = "default");
    /// A source for quay.io, and a RegistryCredential with serviceAccounts: [default].
    std::string add_accounts_credential(const std::vector<std::string>& include);
    /// spec_of() with serviceAccounts: [default].
    [[nodiscard]] static json accounts_spec(const std::vector<std::string>& sources,
                                            const std::vector<std::string>& include);
};

}  // namespace harness
