// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/service_accounts/account_writer.hpp"

#include "reconcile/state/decoders.hpp"

#include <utility>

namespace reconcile {

namespace asio = boost::asio;

kube::json patch_for(const observed_account& present, const account_plan& decided) {
    const kube::json added =
        decided.added.empty() ? kube::json(nullptr) : kube::json(write_added(decided.added));
    kube::json patch = {{"metadata",
                         {{"uid", present.meta.uid},
                          {"resourceVersion", present.meta.resource_version},
                          {"annotations", {{added_annotation, added}}}}}};
    if (decided.listed == present.listed) return patch;
    auto& list = patch["imagePullSecrets"] = kube::json::array();
    for (const auto& name : decided.listed)
        list.push_back(kube::json::object({{"name", name}}));
    return patch;
}

asio::awaitable<kube::result<observed_account>> account_writer::patch(account_view view,
                                                                      account_plan decided) {
    util::secret_bytes body(kube::to_text(patch_for(*view.present, decided)));
    const auto answer = co_await client_.merge_patch(
        kube::service_accounts, view.where.namespace_name, view.where.name, std::move(body));
    if (answer.has_error()) co_return answer.error();
    co_return decode_account(*answer);
}

asio::awaitable<kube::result<observed_account>> account_writer::read(account at) {
    const auto answer = co_await client_.get(kube::service_accounts, at.namespace_name, at.name);
    if (answer.has_error()) co_return answer.error();
    co_return decode_account(*answer);
}

}  // namespace reconcile
