// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/status/status_writer.hpp"

#include "reconcile/status/condition_events.hpp"
#include "reconcile/status/credential_report.hpp"
#include "reconcile/status/status.hpp"
#include "reconcile/status/status_before_work.hpp"
#include "reconcile/status/sync_report.hpp"
#include "util/timestamp.hpp"

#include <chrono>
#include <iterator>
#include <utility>
#include <vector>

namespace reconcile {

namespace asio = boost::asio;

namespace {

kube::bound_body body_for(const v1alpha1::registry_credential& object,
                          const v1alpha1::registry_credential_status& status) {
    kube::json body = {{"apiVersion", v1alpha1::regcred_api_version},
                       {"kind", v1alpha1::registry_credential_kind},
                       {"metadata", {{"name", object.meta.name}}},
                       {"status", v1alpha1::write_status(status)}};
    return {std::move(body), kube::precondition(object.meta)};
}

kube::object_reference reference_to(const v1alpha1::registry_credential& object) {
    return {.api_version = std::string(v1alpha1::regcred_api_version),
            .kind = std::string(v1alpha1::registry_credential_kind),
            .namespace_name = {},
            .name = object.meta.name,
            .uid = object.meta.uid};
}

}  // namespace

status_writer::status_writer(services services)
    : services_(std::move(services)), reader_(services_.client, services_.state) {}

void status_writer::log_changes(const v1alpha1::registry_credential& object,
                                const v1alpha1::registry_credential_status& status) const {
    for (const auto& [warning, now] : condition_changes(object.status.conditions, status.conditions)) {
        const auto level = warning ? runtime::log_level::warn : runtime::log_level::info;
        services_.log.log(level,
                          "condition changed",
                          {{"registrycredential", object.meta.name},
                           {"type", now.type},
                           {"status", now.status},
                           {"reason", now.reason},
                           {"message", now.message}});
    }
}

std::vector<credential_event> status_writer::collect_writes(const std::string& name, const sync_rest& rest) {
    const auto now = std::chrono::steady_clock::now();
    auto& runs = services_.queues.runs;
    const auto finished = runs.finish(name, rest, now);
    if (!finished && runs.holds_back(name, now)) return {};
    auto all = services_.writes.collect(name);
    if (finished) {
        add_result(all, *finished);
        services_.log.info("all Secrets reconciled",
                           {{"registrycredential", name},
                            {"cause", to_string(finished->cause)},
                            {"written", finished->written},
                            {"failed", finished->failed},
                            {"duration_ms", finished->duration}});
    }
    for (const auto& each : all) {
        services_.log.log(
            finished ? runtime::log_level::debug : runtime::log_level::info,
            "applied changes",
            {{"registrycredential", name}, {"event_reason", each.reason}, {"message", each.note}});
    }
    return all;
}

runtime::outcome status_writer::emit_events(const v1alpha1::registry_credential& object,
                                            const v1alpha1::registry_credential_status& status) {
    const auto rest = rest_of(status, services_.queues);
    auto all = collect_writes(object.meta.name, rest);
    auto changes = condition_events(object.status.conditions, status.conditions);
    all.insert(all.end(), std::make_move_iterator(changes.begin()), std::make_move_iterator(changes.end()));
    for (auto& each : all) {
        services_.events.record({.regarding = reference_to(object),
                                 .type = each.warning ? kube::event_type::warning : kube::event_type::normal,
                                 .reason = std::move(each.reason),
                                 .action = std::move(each.action),
                                 .note = std::move(each.note),
                                 .identity = {}});
    }
    const bool waits_for_queue = rest.pending == 0 && services_.queues.runs.is_running(object.meta.name);
    return waits_for_queue ? runtime::outcome::requeue_after(between_writes) : runtime::outcome::done();
}

asio::awaitable<runtime::outcome> status_writer::handle_refusal(std::string name, kube::error error) {
    if (error.kind == kube::error_kind::conflict || error.kind == kube::error_kind::not_found) {
        const auto read = co_await reader_.read_credential(name);
        co_return read.has_value() ? runtime::outcome::requeue_after(between_writes)
                                   : runtime::outcome::retry();
    }
    services_.log.warn("failed to write status",
                       {{"registrycredential", name},
                        {"error_kind", kube::to_string(error.kind)},
                        {"error", kube::public_message(error)}});
    co_return error.retry_after ? runtime::outcome::retry_not_before(*error.retry_after)
                                : runtime::outcome::retry();
}

v1alpha1::registry_credential_status status_writer::status_of(
    const v1alpha1::registry_credential& object) const {
    const auto now = util::write_time(services_.clock());
    if (!services_.works()) return status_before_work(object, services_.state, now);
    auto report = report_on(services_.state, object);
    report.accounts = services_.accounts.report(object);
    report.pulls = services_.pulls.report(object);
    report.policy_fault = services_.admission.problem(!object.service_accounts.empty());
    report.secrets_blocked = services_.admission.blocks_secrets();
    if (services_.approvals != nullptr) {
        report.approval = services_.approvals->needed(
            object.meta.name, [this](const auto& name) { return services_.state.has_credential(name); });
    }
    return compute_status(object, report, now);
}

asio::awaitable<runtime::outcome> status_writer::reconcile(runtime::object_key key) {
    const auto& name = key.name;
    const auto object = services_.state.credentials().find(runtime::view_of(key));
    if (object == nullptr || object->meta.deleting) {
        services_.writes.forget(name);
        pacing_.forget(name);
        co_return runtime::outcome::done();
    }
    const auto started = std::chrono::steady_clock::now();
    const auto wait = pacing_.wait(name, started);
    if (wait > runtime::duration::zero()) co_return runtime::outcome::requeue_after(wait);
    const auto status = status_of(*object);
    if (status == object->status) co_return emit_events(*object, status);

    pacing_.done(name, started);
    services_.state.expect_status(object->meta.uid, status);
    const auto response = co_await services_.client.replace_status(
        v1alpha1::registry_credentials, name, body_for(*object, status));
    if (response.has_error()) co_return co_await handle_refusal(name, response.error());
    log_changes(*object, status);
    const auto next = emit_events(*object, status);
    auto written = v1alpha1::read_with_spec_fault(*response);
    if (written.has_value()) services_.state.credentials().upsert(std::move(*written));
    services_.log.debug("wrote status", {{"registrycredential", name}, {"summary", status.summary}});
    co_return next;
}

}  // namespace reconcile
