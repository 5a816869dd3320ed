// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "account_scenario.hpp"

#include <fmt/format.h>

namespace harness {

std::string account_scenario::add_namespace(std::string_view role, const text_map& labels) {
    auto ns = scenario::add_namespace(role, labels);
    eventually("the ServiceAccount default of " + ns,
               [&] { return api().find(account_path(ns)) ? "" : "it is not there"; });
    return ns;
}

json account_scenario::service_account_in(const std::string& ns, const std::string& name) {
    return api().get(account_path(ns, name));
}

void account_scenario::set_pull_secrets(const std::string& ns, const std::vector<std::string>& names) {
    auto list = json::array();
    for (const auto& name : names)
        list.push_back({{"name", name}});
    api().patch(account_path(ns), {{"imagePullSecrets", list}});
}

void account_scenario::await_pull_secrets(const std::string& ns,
                                          const std::string& listed,
                                          const std::string& added,
                                          const std::string& name) {
    eventually(fmt::format("{}/{} lists [{}], of which regcred added [{}]", ns, name, listed, added),
               [&]() -> std::string {
                   const auto found = api().find(account_path(ns, name));
                   if (!found) return "there is no ServiceAccount";
                   const auto seen = pull_secrets_of(*found);
                   const auto ours = annotation_of(*found, added_annotation);
                   return seen == listed && ours == added ? ""
                                                          : fmt::format("[{}], of which [{}]", seen, ours);
               });
}

std::string account_scenario::add_accounts_credential(const std::vector<std::string>& include) {
    const auto source = add_source("quay", one_login("quay.io", "accounts"));
    return add_credential("quay", accounts_spec({source}, include));
}

json account_scenario::accounts_spec(const std::vector<std::string>& sources,
                                     const std::vector<std::string>& include) {
    auto spec = spec_of(sources, include);
    spec["serviceAccounts"] = json::array({"default"});
    return spec;
}

}  // namespace harness
