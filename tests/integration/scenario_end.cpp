// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "scenario.hpp"
#include "support/canary.hpp"
#include "support/last_change.hpp"
#include "util/timestamp.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstring>
#include <ranges>

namespace harness {

namespace {

using clock = std::chrono::steady_clock;

/// Longer than the controller holds anything back on purpose: a status is written at most once a second.
constexpr std::chrono::milliseconds quiet_time{1200};

/// The Lease apart, which the leader renews as long as it runs.
bool is_accepted_write(const audit_record& record) {
    return record.is_write() && record.accepted() && record.resource != "leases";
}

std::string describe(const audit_record& record) {
    return fmt::format("{} {} {}/{} {} {}",
                       record.verb,
                       record.resource,
                       record.namespace_name,
                       record.name,
                       record.code,
                       record.uri);
}

void check_for_canary(const std::string& where, const std::string& text) {
    INFO(where);
    CHECK(find_canary(text).empty());
}

std::string without_data(std::vector<json> secrets) {
    for (auto& secret : secrets)
        secret.erase("data");
    return json(secrets).dump();
}

}  // namespace

void scenario::check_the_end() {
    if (controller_ != nullptr) {
        check_nothing_more_to_write();
        const auto metrics = controller_->get("/metrics");
        REQUIRE(metrics);
        CHECK(metrics->status == 200);
        check_for_canary("/metrics", metrics->body);
        stop();
    }
    check_for_leaks();
    check_requests();
}

void scenario::settle() {
    wait_until("the controller writes nothing more", [&]() -> std::string {
        const auto limit = std::chrono::system_clock::now() - quiet_time;
        if (last_change::time() > limit) return "a change a moment ago";
        auto writes = std::views::filter(audit_.records(), is_accepted_write);
        if (writes.empty() || writes.back().answered < util::write_micro_time(limit)) return {};
        return describe(writes.back());
    });
}

/// Every object of the scenario is touched in a way that means nothing, so that the controller looks at all
/// of it once more; then come a namespace, a source and a RegistryCredential. When these have been served, it
/// has seen the touches: each kind comes to it in the order of its changes. What it has written by then, and
/// a quiet time later, beyond what those three ask for, is a write too many.
void scenario::check_nothing_more_to_write() {
    if (!cluster_.serves_admission_policies()) {  // the last thing that it reports, seconds after its start
        wait_until("the controller says that no admission policy is enforced", [&] {
            return controller().log_text().find("admission policy not enforced") != std::string::npos
                       ? ""
                       : "not yet";
        });
        last_change::note();
    }
    settle();
    const auto before = mark();
    touch_everything();
    const auto source = add_source("marker-source", one_login("marker.example.com", "marker"));
    const auto ns = add_namespace("marker");
    const auto credential = add_credential("marker", spec_of({source}, {ns}));
    await_copy(ns, document_of(one_login("marker.example.com", "marker")));
    const auto end = clock::now() + quiet_time;
    wait_until("a quiet time later", [&] { return clock::now() < end ? "not yet" : ""; });
    for (const auto& record : requests_since(before)) {
        const bool marker = record.namespace_name == ns || record.name.find(credential) != std::string::npos;
        if (is_accepted_write(record) && !marker)
            ADD_FAIL_CHECK_AT(__FILE__, __LINE__, "a write too many: " << describe(record));
    }
}

void scenario::touch_everything() {
    std::vector<std::string> paths = objects();
    for (const auto& path : objects()) {
        if (!path.starts_with(namespaces) || path.find('/', std::strlen(namespaces) + 1) != std::string::npos)
            continue;
        paths.push_back(path + "/secrets/regcred");
        paths.push_back(path + "/serviceaccounts/default");
    }
    const json change = annotations_patch({{"example.com/touched", "yes"}});
    std::vector<api_call> calls;
    calls.reserve(paths.size());
    for (const auto& path : paths)
        calls.push_back({.method = "PATCH", .path = path, .body = change, .as = {}});
    for (const auto& answer : api().send_all(calls)) {
        INFO(answer.message());
        CHECK((answer.ok() || answer.status == 404));
    }
}

void scenario::check_for_leaks() {
    for (const auto& file : logs_)
        check_for_canary(file.string(), read_text(file));
    check_for_canary("Events", json(api().list("/apis/events.k8s.io/v1/events")).dump());
    check_for_canary("RegistryCredentials", json(api().list(credentials)).dump());
    check_for_canary("metadata of the copies",
                     without_data(api().list("/api/v1/secrets?fieldSelector=metadata.name%3Dregcred")));
    for (const auto& record : log_records()) {
        const bool expected =
            !expected_error_.empty() && record.value("msg", "").starts_with(expected_error_);
        CHECK_MESSAGE((expected || record.value("level", "") != "error"), record.dump());
    }
}

/// A list or a watch has a name here when its field selector gives one.
bool scenario::may_read(const audit_record& record) const {
    return record.namespace_name == own_namespace ||
           secret_names_.find("," + record.name + ",") != std::string::npos;
}

void scenario::check_requests() {
    for (const auto& record : audit_.records()) {
        if (record.resource == "secrets" && record.is_read()) {
            INFO(describe(record));
            CHECK(may_read(record));
        }
        const bool about_copies = record.resource == "secrets" && !record.is_read();
        if (record.code == 403 && !about_copies && !forbidden_is_expected_)
            ADD_FAIL_CHECK_AT(__FILE__, __LINE__, "deploy/ gives no right to this: " << describe(record));
    }
}

}  // namespace harness
