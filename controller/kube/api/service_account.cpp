// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/api/service_account.hpp"

#include "kube/field_reader.hpp"

#include <utility>

namespace kube {

namespace {

result<std::string> read_entry(const field_reader& entry) {
    if (entry.raw().size() > (entry.raw().contains("name") ? 1U : 0U)) {
        return malformed(entry.path() + ": must have only a name");
    }
    auto name = entry.get_string("name");
    if (!name) return name.error();
    return std::move(*name).value_or(std::string{});
}

}  // namespace

result<service_account> read_service_account(const json& object) {
    if (auto kind = check_kind(object, {"ServiceAccount"}); !kind) return kind.error();
    auto meta = read_meta(object);
    if (!meta) return meta.error();
    const auto entries = field_reader(object, {}).get_objects("imagePullSecrets");
    if (!entries) return entries.error();
    service_account read{.meta = std::move(*meta), .pull_secrets = {}};
    read.pull_secrets.reserve(entries->size());
    for (const auto& entry : *entries) {
        auto name = read_entry(entry);
        if (!name) return name.error();
        read.pull_secrets.push_back(std::move(*name));
    }
    return read;
}

}  // namespace kube
