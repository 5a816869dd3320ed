// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "raw_load.hpp"

#include <algorithm>
#include <utility>

namespace bench {

namespace asio = boost::asio;

/// Of the workers of one for_each(); they share a thread.
struct raw_load::progress {
    const job& what;
    std::size_t count = 0;
    std::size_t next = 0;
    span taken{};
};

raw_load::raw_load(const std::string& kubeconfig, std::size_t connections, const std::string& known)
    : connections_(connections), thread_(kubeconfig, connections) {
    std::vector<std::future<void>> opened;
    for (std::size_t i = 0; i < connections; ++i)
        opened.push_back(thread_.start(open_connection(known)));
    for (auto& one : opened)
        one.get();
}

span raw_load::create_copies(const json& owner,
                             std::string_view tag,
                             const std::vector<std::string>& namespaces) {
    metas_.assign(namespaces.size(), {});
    return for_each(namespaces.size(), [&](std::size_t i) {
        return create_copy(namespaces[i], copy_body(owner, tag, namespaces[i]), i);
    });
}

span raw_load::apply_copies(const json& owner,
                            std::string_view tag,
                            const std::vector<std::string>& namespaces) {
    metas_.assign(namespaces.size(), {});
    return for_each(namespaces.size(), [&](std::size_t i) {
        return apply_copy(namespaces[i], new_copy_body(owner, tag, namespaces[i]), i);
    });
}

span raw_load::update_copies(std::string_view tag) {
    return for_each(metas_.size(),
                    [&](std::size_t i) { return update_copy(copy_update(tag, metas_[i]), i); });
}

void raw_load::remove(const std::vector<kube::object_meta>& secrets) {
    for_each(secrets.size(), [&](std::size_t i) { return remove_one(secrets[i]); });
}

span raw_load::patch_accounts(const std::vector<kube::object_meta>& accounts, bool listed) {
    return for_each(accounts.size(), [&](std::size_t i) { return patch_account(accounts[i], listed); });
}

span raw_load::create_and_list(const json& owner,
                               std::string_view tag,
                               const std::vector<kube::object_meta>& accounts) {
    metas_.assign(accounts.size(), {});
    return for_each(2 * accounts.size(), [&](std::size_t i) {
        const auto& account = accounts[i / 2];
        const auto& where = account.namespace_name;
        return i % 2 == 0 ? patch_account(account, true)
                          : create_copy(where, copy_body(owner, tag, where), i / 2);
    });
}

span raw_load::create_namespaces(const std::vector<std::string>& names) {
    return for_each(names.size(), [&](std::size_t i) { return create_namespace(names[i]); });
}

asio::awaitable<void> raw_load::create_copy(std::string where, util::secret_bytes body, std::size_t index) {
    const auto made = co_await thread_.client().create(kube::secrets, where, std::move(body));
    if (!made) throw failed("POST of a Secret in " + where, made.error());
    auto meta = kube::read_meta(*made);
    if (!meta) throw failed("the answer to a POST", meta.error());
    metas_[index] = std::move(*meta);
}

asio::awaitable<void> raw_load::apply_copy(std::string where, util::secret_bytes body, std::size_t index) {
    const auto made = co_await thread_.client().apply_new(kube::secrets, where, secret_name, std::move(body));
    if (!made) throw failed("server-side apply of a Secret in " + where, made.error());
    auto meta = kube::read_meta(*made);
    if (!meta) throw failed("the answer to a server-side apply", meta.error());
    metas_[index] = std::move(*meta);
}

asio::awaitable<void> raw_load::update_copy(kube::bound_body body, std::size_t index) {
    const auto& meta = metas_[index];
    const auto changed =
        co_await thread_.client().replace(kube::secrets, meta.namespace_name, meta.name, std::move(body));
    if (!changed) throw failed("PUT of a Secret in " + meta.namespace_name, changed.error());
}

asio::awaitable<void> raw_load::remove_one(kube::object_meta secret) {
    const auto gone = co_await thread_.client().remove(
        kube::secrets, secret.namespace_name, secret.name, kube::precondition(secret));
    if (!gone) throw failed("DELETE of a Secret in " + secret.namespace_name, gone.error());
}

asio::awaitable<void> raw_load::patch_account(kube::object_meta account, bool listed) {
    const auto changed = co_await thread_.client().merge_patch(
        kube::service_accounts, account.namespace_name, account.name, account_patch(account, listed));
    if (!changed) throw failed("PATCH of a ServiceAccount in " + account.namespace_name, changed.error());
}

asio::awaitable<void> raw_load::create_namespace(std::string name) {
    util::secret_bytes body(namespace_object(name).dump());
    const auto made = co_await thread_.client().create(kube::namespaces, "", std::move(body));
    if (!made) throw failed("POST of the namespace " + name, made.error());
}

/// All at the same time, these make the client open all its connections.
asio::awaitable<void> raw_load::open_connection(std::string known) {
    const auto answer = co_await thread_.client().get(kube::namespaces, "", known);
    if (!answer) throw failed("GET of the namespace " + known, answer.error());
}

asio::awaitable<void> raw_load::work(progress& shared) {
    if (shared.next == 0) shared.taken.begin = clock::now();
    while (shared.next < shared.count) {
        co_await shared.what(shared.next++);
        shared.taken.end = clock::now();
    }
}

span raw_load::for_each(std::size_t count, const job& what) {
    progress shared{.what = what, .count = count};
    const auto cpu = thread_.cpu_seconds();
    std::vector<std::future<void>> workers;
    for (std::size_t i = 0; i < std::min(connections_, count); ++i)
        workers.push_back(thread_.start(work(shared)));
    for (auto& one : workers)
        one.wait();  // all of them, before an exception of the first leaves with what they share
    for (auto& one : workers)
        one.get();
    shared.taken.cpu_seconds = thread_.cpu_seconds() - cpu;
    return shared.taken;
}

}  // namespace bench
