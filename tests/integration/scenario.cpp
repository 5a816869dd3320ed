// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "scenario.hpp"

#include "failure_listener.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <exception>
#include <iostream>
#include <random>
#include <sstream>

namespace harness {

namespace {

std::string random_suffix() {
    constexpr std::string_view alphabet = "bcdfghjklmnpqrstvwxz2456789";
    std::random_device device;
    std::string text;
    for (int i = 0; i < 5; ++i)
        text += alphabet.at(device() % alphabet.size());
    return text;
}

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
    : cluster_(cluster::instance()),
      audit_(cluster_.audit_file(), controller_user),
      suffix_(random_suffix()),
      exceptions_at_start_(std::uncaught_exceptions()) {}

scenario::~scenario() {
    if (std::uncaught_exceptions() == exceptions_at_start_) {
        try {
            check_the_end();
        } catch (const std::exception& e) {
            ADD_FAIL_CHECK_AT(__FILE__, __LINE__, std::string(e.what()));
        } catch (...) {  // NOLINT(bugprone-empty-catch): a REQUIRE has failed, which is counted
        }
    }
    clean_up(std::uncaught_exceptions() != exceptions_at_start_ || current_test_failed());
}

std::string scenario::named(std::string_view role) const {
    return fmt::format("{}-{}", role, suffix_);
}

void scenario::own(std::string path) {
    owned_.push_back(std::move(path));
}

std::string scenario::add_namespace(std::string_view role,
                                    const text_map& labels,
                                    const text_map& annotations) {
    auto name = named(role);
    api().create(namespaces, namespace_object(name, labels, annotations));
    own(namespace_path(name));
    return name;
}

std::vector<std::string> scenario::add_namespaces(std::string_view role, int count) {
    std::vector<std::string> names;
    std::vector<json> objects;
    for (int i = 0; i < count; ++i) {
        names.push_back(named(fmt::format("{}{}", role, i)));
        objects.push_back(namespace_object(names.back()));
        own(namespace_path(names.back()));
    }
    api().create_all(namespaces, objects);
    return names;
}

std::string scenario::add_source(std::string_view role, const login_map& logins) {
    return add_source(docker_config_secret(named(role), logins));
}

std::string scenario::add_source(const json& secret) {
    auto name = secret.at("metadata").at("name").get<std::string>();
    api().create(secrets_in(own_namespace), secret);
    own(secret_path(own_namespace, name));
    return name;
}

void scenario::change_source(const std::string& name, const login_map& logins) {
    api().patch(secret_path(own_namespace, name), {{"data", docker_config_secret(name, logins).at("data")}});
}

std::string scenario::add_credential(std::string_view role, const json& spec) {
    auto name = named(role);
    api().create(credentials, credential_object(name, spec));
    own(credential_path(name));
    return name;
}

void scenario::change_spec(const std::string& credential, const json& change) {
    api().patch(credential_path(credential), {{"spec", change}});
}

void scenario::remove_credential(const std::string& credential) {
    api().remove(credential_path(credential));
}

void scenario::start(const std::string& secret_names, const std::string& service_accounts) {
    const auto log = fmt::format("{}-{}.log", suffix_, logs_.size() + 1);
    secret_names_ = "," + secret_names + ",";
    controller_ = cluster_.start_controller(secret_names, service_accounts, log);
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
    return await_condition(credential, "Ready", "True", "Synced", summary);
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
        if (record.resource == resource && record.is_write() && record.accepted() && !record.dry_run())
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
void scenario::clean_up(bool failed) noexcept {
    controller_.reset();
    std::vector<api_call> calls;
    for (const auto& path : owned_)
        calls.push_back({.method = "DELETE", .path = path, .body = nullptr, .as = {}});
    try {
        if (failed) show_log();
        static_cast<void>(api().send_all(calls));
        for (const auto& file : logs_) {
            if (!failed) std::filesystem::remove(file);
        }
    } catch (const std::exception& e) {
        std::cout << "clean-up: " << e.what() << '\n';
    }
}

}  // namespace harness
