// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/observed_service_account.hpp"

#include "kube/api/names.hpp"
#include "util/ascii.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace reconcile {

namespace {

constexpr std::size_t longest_name = 253;

bool is_too_large(const std::vector<std::string>& listed) {
    return listed.size() > most_listed ||
           std::ranges::any_of(listed, [](const std::string& name) { return name.size() > longest_name; });
}

}  // namespace

std::vector<std::string> read_added(std::string_view text) {
    std::vector<std::string> names;
    text = text.substr(0, most_added * (longest_name + 1));
    while (!text.empty() && names.size() < most_added) {
        const auto name = util::take_until(text, ',');
        if (kube::is_dns1123_subdomain(name)) names.emplace_back(name);
    }
    std::ranges::sort(names);
    const auto repeated = std::ranges::unique(names);
    names.erase(repeated.begin(), repeated.end());
    return names;
}

std::string write_added(const std::vector<std::string>& names) {
    return fmt::format("{}", fmt::join(names, ","));
}

observed_service_account observe(kube::service_account&& full) {
    observed_service_account kept;
    kept.meta = {.name = std::move(full.meta.name),
                 .namespace_name = std::move(full.meta.namespace_name),
                 .uid = std::move(full.meta.uid),
                 .resource_version = std::move(full.meta.resource_version)};
    const auto found = full.meta.annotations.find(added_annotation);
    if (found != full.meta.annotations.end()) kept.added = read_added(found->second);
    kept.too_large = is_too_large(full.pull_secrets);
    if (!kept.too_large) kept.listed = std::move(full.pull_secrets);
    kept.listed.shrink_to_fit();
    kept.added.shrink_to_fit();
    return kept;
}

kube::result<observed_service_account> decode_service_account(const kube::json& object) {
    auto decoded = kube::read_service_account(object);
    if (decoded.has_error()) return decoded.error();
    return observe(std::move(*decoded));
}

}  // namespace reconcile
