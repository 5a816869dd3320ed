// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/status/status_writer.hpp"

#include <utility>
#include <vector>

namespace reconcile {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds least_interval{1};

util::secret_bytes body_for(const v1alpha1::registry_credential& object,
                            const v1alpha1::registry_credential_status& status) {
    const kube::json body = {{"apiVersion", v1alpha1::regcred_api_version},
                             {"kind", v1alpha1::registry_credential_kind},
                             {"metadata",
                              {{"name", object.meta.name},
                               {"uid", object.meta.uid},
                               {"resourceVersion", object.meta.resource_version}}},
                             {"status", v1alpha1::write_status(status)}};
    return util::secret_bytes(kube::to_text(body));
}

}  // namespace

void status_writer::announce(const v1alpha1::registry_credential& object,
                             const v1alpha1::registry_credential_status& status) {
    auto lines = services_.news.collect(object.meta.name);
    auto changes = tell_changes(object.status.conditions, status.conditions);
    lines.insert(
        lines.end(), std::make_move_iterator(changes.begin()), std::make_move_iterator(changes.end()));
    for (auto& line : lines) {
        services_.events.record({.regarding = {.api_version = std::string(v1alpha1::regcred_api_version),
                                               .kind = std::string(v1alpha1::registry_credential_kind),
                                               .namespace_name = {},
                                               .name = object.meta.name,
                                               .uid = object.meta.uid},
                                 .type = line.warning ? kube::event_type::warning : kube::event_type::normal,
                                 .reason = std::move(line.reason),
                                 .action = std::move(line.action),
                                 .note = std::move(line.note)});
    }
}

asio::awaitable<runtime::outcome> status_writer::refused(std::string name, kube::error why) {
    if (why.kind == kube::error_kind::conflict || why.kind == kube::error_kind::not_found) {
        const auto read = co_await reader_.read_credential(name);
        co_return read.has_value() ? runtime::outcome::requeue_after(least_interval)
                                   : runtime::outcome::retry();
    }
    services_.log.warn(
        "cannot write a status",
        {{"object", name}, {"error", kube::to_string(why.kind)}, {"message", kube::public_message(why)}});
    co_return why.retry_after ? runtime::outcome::retry_not_before(*why.retry_after)
                              : runtime::outcome::retry();
}

asio::awaitable<runtime::outcome> status_writer::run(std::string name) {
    const auto object = services_.model.credentials().find({.namespace_name = {}, .name = name});
    if (object == nullptr || object->meta.deleting) {
        services_.news.forget(name);
        written_.erase(name);
        co_return runtime::outcome::done();
    }
    const auto started = std::chrono::steady_clock::now();
    if (const auto last = written_.find(name);
        last != written_.end() && started - last->second < least_interval) {
        co_return runtime::outcome::requeue_after(last->second + least_interval - started);
    }
    auto report = services_.model.report(*object);
    report.accounts = services_.known_accounts.report(*object);
    report.pulls = services_.pull_failures(*object);
    const auto status = compute_status(*object, report, runtime::rfc3339(services_.clock()));
    if (status == object->status) {
        announce(*object, status);
        co_return runtime::outcome::done();
    }

    written_[name] = started;
    auto body = body_for(*object, status);
    const auto answer =
        co_await services_.client.replace_status(v1alpha1::registry_credentials, name, std::move(body));
    if (answer.has_error()) co_return co_await refused(name, answer.error());
    announce(*object, status);
    auto written = v1alpha1::read_registry_credential(*answer);
    if (written.has_value()) services_.model.credentials().upsert(std::move(*written));
    services_.log.debug("wrote a status", {{"object", name}, {"summary", status.summary}});
    co_return runtime::outcome::done();
}

}  // namespace reconcile
