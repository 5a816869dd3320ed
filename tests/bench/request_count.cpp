// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "request_count.hpp"

#include "support/eventually.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace bench {

namespace {

constexpr auto controller_user = "system:serviceaccount:regcred-system:regcred-controller";
/// A status is held back for up to a second, and events for the time of a burst.
constexpr std::chrono::milliseconds quiet{2'500};

std::string kind_of(const harness::audit_record& record) {
    const auto resource =
        record.subresource.empty() ? record.resource : record.resource + "/" + record.subresource;
    return fmt::format("{} {}", record.verb, resource);
}

}  // namespace

request_counter::request_counter(const std::filesystem::path& audit_log, std::string ignored)
    : log_(audit_log, controller_user), ignored_(std::move(ignored)) {}

void request_counter::settle() {
    auto seen = log_.mark();
    auto since = std::chrono::steady_clock::now();
    harness::eventually(
        "the controller has no more to do",
        [&] {
            const auto now = std::chrono::steady_clock::now();
            if (const auto all = log_.mark(); std::exchange(seen, all) != all) since = now;
            return now - since >= quiet ? "" : fmt::format("{} requests so far", seen);
        },
        std::chrono::minutes(2));
}

request_count request_counter::end() {
    request_count result;
    for (const auto& record : log_.since(mark_)) {
        if (record.namespace_name.starts_with(ignored_)) continue;
        ++result.by_kind[kind_of(record)];
        if (record.verb == "list") ++result.lists;
        if (!record.is_write()) continue;
        ++result.writes;
        if (!record.accepted()) continue;
        if (record.resource == "secrets") ++result.secret_writes;
        if (record.resource == "serviceaccounts") ++result.account_writes;
    }
    return result;
}

}  // namespace bench
