// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/quorum_reader.hpp"

#include "reconcile/state/observed_secret.hpp"
#include "reconcile/state/selection.hpp"

#include <utility>

namespace reconcile {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds still_fresh{1};
constexpr int small_page = 100;

/// Applies a response to a store; a 404 of the object erases it.
template <class T, class Decoder>
kube::result<void> take(runtime::store<T>& store,
                        const kube::resource& resource,
                        runtime::object_key_view key,
                        const kube::result<kube::json>& answer,
                        Decoder decode) {
    if (answer.has_error()) return erase_if_absent(store, key, answer.error(), resource);
    auto decoded = decode(*answer);
    if (decoded.has_error()) return decoded.error();
    store.upsert(std::move(*decoded));
    return {};
}

kube::error inconsistent(std::string message) {
    return {kube::error_kind::other, std::move(message)};
}

/// One page's items; false: one of them contradicts what is known.
template <class T, class Decoder>
bool take_items(const kube::json& items, runtime::store<T>& store, Decoder decode) {
    for (const auto& item : items) {
        auto decoded = decode(item);
        if (decoded.has_error()) continue;
        const auto known = store.find({decoded->meta.namespace_name, decoded->meta.name});
        if (known != nullptr && contradicts(decoded->meta, known->meta)) return false;
        store.upsert(std::move(*decoded));
    }
    return true;
}

/// A list by pages, each a quorum read.
template <class T, class Decoder>
asio::awaitable<kube::result<void>> take_all(kube::client& client,
                                             kube::scope scope,
                                             runtime::store<T>& store,
                                             Decoder decode) {
    kube::list_options options;
    options.limit = small_page;
    for (;;) {
        const auto page = co_await client.list(scope, options);
        if (page.has_error()) {
            if (page.error().kind != kube::error_kind::too_large || options.limit == 1)
                co_return page.error();
            options.limit /= 2;
            continue;
        }
        if (!take_items(page->items, store, decode))
            co_return inconsistent("the API server returned an older state than before");
        if (page->continue_token.empty()) co_return kube::result<void>{};
        if (page->continue_token == options.continue_token)
            co_return inconsistent("the API server returned the same continue token twice");
        options.continue_token = page->continue_token;
    }
}

}  // namespace

bool says_absent(const kube::error& error, const kube::resource& resource) noexcept {
    return error.kind == kube::error_kind::not_found && error.details_kind == resource.plural;
}

bool contradicts(const kube::object_meta& read, const kube::object_meta& known) {
    if (read.uid != known.uid) return false;
    if (kube::is_older(read.resource_version, known.resource_version)) return true;
    return read.resource_version == known.resource_version && !same_for_selection(read, known);
}

asio::awaitable<kube::result<void>> quorum_reader::read_credential(std::string name) {
    const auto answer = co_await client_.get(v1alpha1::registry_credentials, {}, name);
    co_return take(state_.credentials(),
                   v1alpha1::registry_credentials,
                   {.namespace_name = {}, .name = name},
                   answer,
                   v1alpha1::read_with_spec_fault);
}

asio::awaitable<kube::result<void>> quorum_reader::read_namespace(std::string name) {
    const auto answer = co_await client_.get(kube::namespaces, {}, name);
    co_return take(state_.namespaces(),
                   kube::namespaces,
                   {.namespace_name = {}, .name = name},
                   answer,
                   decode_namespace);
}

asio::awaitable<kube::result<void>> quorum_reader::read_copy(runtime::object_key key) {
    const auto answer = co_await client_.get(kube::secrets, key.namespace_name, key.name);
    co_return take(state_.copies(key.name), kube::secrets, runtime::view_of(key), answer, decode_copy);
}

bool quorum_reader::was_just_read(const std::string& name) const {
    const auto last = credentials_read_.find(name);
    return last != credentials_read_.end() && std::chrono::steady_clock::now() - last->second < still_fresh;
}

void quorum_reader::note_read(const std::string& name) {
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(credentials_read_, [now](const auto& entry) { return now - entry.second >= still_fresh; });
    credentials_read_.insert_or_assign(name, now);
}

asio::awaitable<kube::result<void>> quorum_reader::list_credentials() {
    const kube::scope credentials{
        .resource = v1alpha1::registry_credentials, .namespace_name = {}, .field_selector = {}};
    co_return co_await take_all(client_, credentials, state_.credentials(), v1alpha1::read_with_spec_fault);
}

asio::awaitable<kube::result<void>> quorum_reader::read_credentials() {
    if (was_just_read({})) co_return kube::result<void>{};
    const auto read = co_await list_credentials();
    if (read.has_value()) note_read({});
    co_return read;
}

asio::awaitable<kube::result<void>> quorum_reader::read_everything() {
    const auto read = co_await list_credentials();
    if (read.has_error()) co_return read.error();
    const kube::scope namespaces{
        .resource = kube::namespaces, .namespace_name = {}, .field_selector = {}, .metadata_only = true};
    co_return co_await take_all(client_, namespaces, state_.namespaces(), decode_namespace);
}

asio::awaitable<kube::result<void>> quorum_reader::confirm(removal_reads reads) {
    if (reads.all_credentials) {
        const auto listed = co_await read_credentials();
        if (listed.has_error()) co_return listed.error();
    }
    for (const auto& name : reads.credentials) {
        if (was_just_read(name)) continue;
        const auto read = co_await read_credential(name);
        if (read.has_error()) co_return read.error();
        note_read(name);
    }
    auto read = co_await read_namespace(std::move(reads.namespace_name));
    for (auto copy = reads.copies.begin(); read.has_value() && copy != reads.copies.end(); ++copy)
        read = co_await read_copy(*copy);
    co_return read;
}

}  // namespace reconcile
