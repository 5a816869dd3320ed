// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "guarded.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace harness {

namespace {

std::size_t count_of(const std::string& writes, const std::string& verb) {
    std::size_t count = 0;
    for (auto at = writes.find(verb); at != std::string::npos; at = writes.find(verb, at + 1))
        ++count;
    return count;
}

}  // namespace

guarded::guarded(std::vector<std::string> flags) {
    start("regcred", "default", std::move(flags));
    all = add_namespaces("team", many);
    label(value);
    const auto source = add_source("quay", one_login("quay.io", "guard"));
    auto spec = spec_of({source}, {"*"});
    spec["namespaces"] = {{"selector", {{"matchLabels", {{"pull", value}}}}}};
    credential = add_credential("quay", spec);
    await_ready(credential, "25/25");
    settle();
    before = mark();
}

void guarded::label(const json& to, std::size_t count) {
    std::vector<api_call> calls;
    for (std::size_t n = 0; n < count; ++n)
        calls.push_back({.method = "PATCH",
                         .path = namespace_path(all[n]),
                         .body = labels_patch({{"pull", to}}),
                         .as = {}});
    for (const auto& answer : api().send_all(calls))
        REQUIRE(answer.ok());
}

std::ptrdiff_t guarded::reads() {
    return std::ranges::count_if(requests_since(before), [](const audit_record& record) {
        return record.verb == "list" && record.resource == "namespaces";
    });
}

std::size_t guarded::deletions() {
    return count_of(secret_writes(before), "delete");
}

std::string guarded::shared_document(const std::string& tag_of_wide) {
    return document_of(united(one_login("quay.io", "guard"), one_login("ghcr.io", tag_of_wide)));
}

scenario::synced_objects guarded::add_wide() {
    const auto source = add_source("wide", one_login("ghcr.io", "wide"));
    const auto wide = add_credential("wide", spec_of({source}, {named("team*")}));
    await_copies(all, shared_document("wide"));
    await_ready(wide, "25/25");
    settle();
    return {.source = source, .credential = wide};
}

guarded_by_approval::guarded_by_approval() : guarded({"--deletion-guard=approve"}) {}

void guarded_by_approval::approve(const std::string& value) {
    api().patch(credential_path(credential), annotations_patch({{"regcred.dev/approve-deletions", value}}));
}

std::string guarded_by_approval::awaited(int held) {
    eventually("removals are held", [&] {
        const auto metrics = controller().get("/metrics")->body;
        return metrics.find(fmt::format("regcred_held_deletions {}\n", held)) != std::string::npos
                   ? ""
                   : "not all";
    });
    settle();
    const auto object = await_condition(credential, "Synced", "False", "DeletionGuard");
    CHECK(condition_of(object, "Stalled")["reason"] == "DeletionGuard");
    const auto message = condition_of(object, "Synced")["message"].get<std::string>();
    const auto at = message.find("approve-deletions=");
    REQUIRE_MESSAGE(at != std::string::npos, message);
    return message.substr(at + std::string_view("approve-deletions=").size());
}

}  // namespace harness
