// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "scenario.hpp"

#include "failure_listener.hpp"
#include "support/last_change.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <exception>
#include <iostream>
#include <sstream>

namespace harness {

namespace {

std::string seen_copy(const std::optional<json>& found, const std::string& document) {
    if (!found) return "no Secret";
    if (found->at("type") != docker_config_type) return "type " + found->at("type").get<std::string>();
    if (found->at("data").size() != 1) return fmt::format("{} keys of data", found->at("data").size());
    const auto seen = data_of(*found);
    return seen == document ? "" : "another document: " + seen;
}

std::string seen_condition(const json& object, const json& condition) {
    const auto& status = object.contains("status") ? object["status"] : json();
    return fmt::format("generation {}, condition {}, status {}",
                       object.at("metadata").at("generation").dump(),
                       condition.dump(),
                       status.dump());
}

}  // namespace

scenario::scenario()
    : audit_(cluster_.audit_file(), controller_user), exceptions_at_start_(std::uncaught_exceptions()) {}

scenario::~scenario() {
    if (std::uncaught_exceptions() == exceptions_at_start_) {
        try {
            check_the_end();
        } catch (const std::exception& e) {
            ADD_FAIL_CHECK_AT(__FILE__, __LINE__, std::string(e.what()));
        } catch (...) {  // NOLINT(bugprone-empty-catch): a REQUIRE has failed, which is counted
        }
    }
    end_controller(std::uncaught_exceptions() != exceptions_at_start_ || current_test_failed());
}

void scenario::start(const std::string& secret_names,
                     const std::string& service_accounts,
                     std::vector<std::string> more_flags) {
    const auto log = fmt::format("{}-{}.log", suffix(), logs_.size() + 1);
    secret_names_ = "," + secret_names + ",";
    controller_ = cluster_.start_controller(secret_names, service_accounts, log, std::move(more_flags));
    last_change::note();
    logs_.push_back(controller_->log_file());
}

void scenario::stop() {
    const auto end = controller().stop();
    REQUIRE_MESSAGE(end, "the controller did not end within 10 s of SIGTERM");
    CHECK(end->code == 0);
    CHECK(end->signal == 0);
    controller_.reset();
}

controller_process& scenario::controller() {
    if (controller_ == nullptr) throw std::logic_error("no controller runs");
    return *controller_;
}

std::vector<json> scenario::log_records() const {
    std::vector<json> records;
    for (const auto& file : logs_) {
        std::istringstream text(read_text(file));
        for (std::string line; std::getline(text, line);)
            records.push_back(json::parse(line));
    }
    return records;
}

scenario::synced_objects scenario::synced(const std::vector<std::string>& selected,
                                          std::string_view tag,
                                          const std::vector<std::string>& include) {
    const auto login = one_login("quay.io", tag);
    const auto source = add_source("quay", login);
    const auto credential = add_credential("quay", spec_of({source}, include.empty() ? selected : include));
    await_copies(selected, document_of(login));
    await_ready(credential, fmt::format("{0}/{0}", selected.size()));
    return {.source = source, .credential = credential};
}

void scenario::await_copy(const std::string& ns, const std::string& document, const std::string& name) {
    eventually(fmt::format("Secret {}/{} with {}", ns, name, document),
               [&] { return seen_copy(api().find(secret_path(ns, name)), document); });
}

void scenario::await_copies(const std::vector<std::string>& all, const std::string& document) {
    for (const auto& ns : all)
        await_copy(ns, document);
}

void scenario::await_no_copy(const std::string& ns,
                             const std::string& name,
                             std::chrono::milliseconds limit) {
    eventually(
        fmt::format("no Secret {}/{}", ns, name),
        [&] { return api().find(secret_path(ns, name)) ? "it is there" : ""; },
        limit);
}

json scenario::await_condition(const std::string& credential,
                               const std::string& type,
                               const std::string& status,
                               const std::string& reason,
                               const std::string& summary) {
    json object;
    eventually(fmt::format("{} has condition {}={}, reason {} {}", credential, type, status, reason, summary),
               [&] {
                   object = api().get(credential_path(credential));
                   const auto condition = condition_of(object, type);
                   const auto& generation = object.at("metadata").at("generation");
                   const bool met = condition.is_object() && condition.at("status") == status &&
                                    condition.at("reason") == reason &&
                                    condition.at("observedGeneration") == generation &&
                                    object.at("status").at("observedGeneration") == generation &&
                                    (summary.empty() || object.at("status").at("summary") == summary);
                   return met ? "" : seen_condition(object, condition);
               });
    return object;
}

json scenario::await_ready(const std::string& credential, const std::string& summary) {
    const auto* reason = summary == "0/0" ? "NoNamespaceSelected" : "Synced";
    return await_condition(credential, "Ready", "True", reason, summary);
}

json scenario::copy_in(const std::string& ns, const std::string& name) {
    return api().get(secret_path(ns, name));
}

std::string scenario::secret_writes(std::size_t mark) {
    return writes_of("secrets", mark);
}

std::string scenario::account_writes(std::size_t mark) {
    return writes_of("serviceaccounts", mark);
}

std::string scenario::writes_of(std::string_view resource, std::size_t mark) {
    std::vector<std::string> texts;
    for (const auto& record : requests_since(mark)) {
        if (record.resource == resource && record.is_write() && record.accepted())
            texts.push_back(fmt::format("{} {}/{}", record.verb, record.namespace_name, record.name));
    }
    return lines(std::move(texts));
}

std::string scenario::lines(std::vector<std::string> texts) {
    std::ranges::sort(texts);
    return fmt::format("{}", fmt::join(texts, "\n"));
}

void scenario::show_log() {
    if (logs_.empty()) return;
    const auto text = read_text(logs_.back());
    constexpr std::size_t shown = 6000;
    const auto begin = text.size() > shown ? text.find('\n', text.size() - shown) + 1 : 0;
    std::cout << "The end of " << logs_.back().string() << ":\n" << text.substr(begin) << std::flush;
}

/// The logs of a test that failed stay.
void scenario::end_controller(bool failed) noexcept {
    controller_.reset();
    try {
        if (failed) show_log();
        for (const auto& file : logs_) {
            if (!failed) std::filesystem::remove(file);
        }
    } catch (const std::exception& e) {
        std::cout << "the controllers' logs: " << e.what() << '\n';
    }
}

}  // namespace harness
