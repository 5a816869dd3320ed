// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/quorum_reader.hpp"

#include "reconcile/decoders.hpp"
#include "reconcile/secret_writer.hpp"

#include <utility>

namespace reconcile {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds still_fresh{1};

/// Puts an answer into a store; a 404 about the object itself is an answer too.
template <class T, class Decoder>
kube::result<void> take(runtime::store<T>& into,
                        runtime::object_key_view key,
                        const kube::result<kube::json>& answer,
                        Decoder decode) {
    if (answer.has_error()) {
        if (answer.error().kind != kube::error_kind::not_found) return answer.error();
        if (const auto known = into.find(key)) into.erase(key, known->meta.resource_version);
        return {};
    }
    auto decoded = decode(*answer);
    if (decoded.has_error()) return decoded.error();
    into.upsert(std::move(*decoded));
    return {};
}

}  // namespace

asio::awaitable<kube::result<void>> quorum_reader::read_credential(std::string name) {
    const auto answer = co_await client_.get(kube::registry_credentials, {}, name);
    co_return take(
        model_.credentials(), {.namespace_name = {}, .name = name}, answer, kube::read_registry_credential);
}

asio::awaitable<kube::result<void>> quorum_reader::read_namespace(std::string name) {
    const auto answer = co_await client_.get(kube::namespaces, {}, name);
    co_return take(model_.namespaces(), {.namespace_name = {}, .name = name}, answer, decode_namespace);
}

asio::awaitable<kube::result<void>> quorum_reader::read_copy(cell at) {
    const auto answer = co_await client_.get(kube::secrets, at.namespace_name, at.secret_name);
    co_return take(model_.copies(at.secret_name),
                   {.namespace_name = at.namespace_name, .name = at.secret_name},
                   answer,
                   decode_copy);
}

asio::awaitable<kube::result<void>> quorum_reader::confirm(cell_view view) {
    const auto present = view.present;
    for (const auto& reference : present->meta.owner_references) {
        if (!is_registry_credential(reference)) continue;
        const auto now = std::chrono::steady_clock::now();
        const auto last = credentials_read_.find(reference.name);
        if (last != credentials_read_.end() && now - last->second < still_fresh) continue;
        const auto read = co_await read_credential(reference.name);
        if (read.has_error()) co_return read.error();
        std::erase_if(credentials_read_,
                      [now](const auto& entry) { return now - entry.second >= still_fresh; });
        credentials_read_.insert_or_assign(reference.name, now);
    }
    co_return co_await read_namespace(view.where.namespace_name);
}

}  // namespace reconcile
