// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/secrets/secret_writer.hpp"

#include "reconcile/safety/admission_check.hpp"
#include "reconcile/secrets/secret_metadata.hpp"

#include <optional>
#include <string>
#include <utility>

namespace reconcile {

namespace asio = boost::asio;

namespace {

/// The Secret to write: the desired metadata, and the document as the only key of data. If nobody wants it,
/// what is left is not regcred's.
kube::secret wanted_secret(const secret_view& view, const kube::object_meta* present) {
    kube::secret wanted;
    wanted.meta = desired_metadata(view.key, view.contributors, present, view.kept, view.desired.origins);
    if (!view.contributors.empty() || !view.kept.empty())
        wanted.meta.annotations.insert_or_assign(std::string(written_as_annotation),
                                                 written_as_value(wanted.meta));
    wanted.type = std::string(kube::docker_config_json_type);
    const auto& document = view.desired.document;
    wanted.data.emplace(kube::docker_config_json_key,
                        document == nullptr ? util::secret_bytes::copy_of(no_entries) : document->clone());
    return wanted;
}

asio::awaitable<kube::result<kube::json>> apply_new(kube::client& client, kube::secret wanted, bool dry_run) {
    wanted.meta.resource_version = kube::absent_resource_version;
    auto body = kube::write_secret(wanted);
    co_return co_await client.apply_new(
        kube::secrets, wanted.meta.namespace_name, wanted.meta.name, std::move(body), dry_run);
}

/// Whether the server has answered that it did not delete the object.
bool is_not_deleted(const kube::error& answer) noexcept {
    using kube::error_kind;
    switch (answer.kind) {
        case error_kind::bad_request:
        case error_kind::unauthorized:
        case error_kind::forbidden:
        case error_kind::conflict:
        case error_kind::invalid:
        case error_kind::too_many_requests:
            return true;
        default:
            return false;
    }
}

kube::result<observed_secret> observe_answer(const kube::result<kube::json>& answer) {
    if (answer.has_error()) return answer.error();
    return decode_copy(*answer);
}

}  // namespace

asio::awaitable<kube::result<kube::secret>> secret_writer::read(runtime::object_key key) {
    const auto answer = co_await client_.get(kube::secrets, key.namespace_name, key.name);
    if (answer.has_error()) co_return answer.error();
    co_return kube::read_secret(*answer);
}

asio::awaitable<kube::result<observed_secret>> secret_writer::create(const secret_view& view) {
    const auto answer = co_await apply_new(client_, wanted_secret(view, nullptr), false);
    co_return observe_answer(answer);
}

asio::awaitable<kube::result<observed_secret>> secret_writer::update(const secret_view& view) {
    std::optional<kube::secret> foreign;
    const kube::object_meta* present = &view.present->meta;
    if (view.owner == ownership::foreign) {
        auto whole = co_await read(view.key);  // for its metadata: of a foreign one not even that is kept
        if (whole.has_error()) co_return whole.error();
        // The plan is for one version: a Secret that has changed since is read and planned again.
        if (whole->meta.resource_version != view.present->meta.resource_version)
            co_return kube::error(kube::error_kind::conflict,
                                  "the Secret has changed since the write was planned");
        foreign = std::move(*whole);
        present = &foreign->meta;
    }
    auto body = kube::write_secret(wanted_secret(view, present), kube::precondition(*present));
    const auto answer =
        co_await client_.replace(kube::secrets, view.key.namespace_name, view.key.name, std::move(body));
    co_return observe_answer(answer);
}

asio::awaitable<kube::result<observed_secret>> secret_writer::recreate(const secret_view& view,
                                                                       std::function<void()> deleted) {
    // Under the Secret's own name the trial would fail because that exists, before any admission.
    auto trial = wanted_secret(view, nullptr);
    trial.meta.name = dry_run_name;
    const auto admitted = co_await apply_new(client_, std::move(trial), true);
    // Someone else's Secret of that name stops the trial, and must not stop the write.
    if (admitted.has_error() && admitted.error().kind != kube::error_kind::conflict)
        co_return admitted.error();
    const auto removed = co_await remove(view);
    if (removed.has_value() || !is_not_deleted(removed.error())) deleted();
    if (removed.has_error() && removed.error().kind != kube::error_kind::not_found) co_return removed.error();
    co_return co_await create(view);
}

asio::awaitable<kube::result<void>> secret_writer::remove(const secret_view& view) {
    co_return co_await client_.remove(
        kube::secrets, view.key.namespace_name, view.key.name, kube::precondition(view.present->meta));
}

}  // namespace reconcile
