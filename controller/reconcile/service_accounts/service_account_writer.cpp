// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/service_accounts/service_account_writer.hpp"

#include "reconcile/state/observed_service_account.hpp"

#include <utility>

namespace reconcile {

namespace asio = boost::asio;

kube::json patch_for(const observed_service_account& present, const service_account_plan& plan) {
    const kube::json added = plan.added.empty() ? kube::json(nullptr) : kube::json(write_added(plan.added));
    kube::json patch = {{"metadata",
                         {{"uid", present.meta.uid},
                          {"resourceVersion", present.meta.resource_version},
                          {"annotations", {{added_annotation, added}}}}}};
    if (plan.listed == present.listed) return patch;
    auto& list = patch["imagePullSecrets"] = kube::json::array();
    for (const auto& name : plan.listed)
        list.push_back(kube::json::object({{"name", name}}));
    return patch;
}

asio::awaitable<kube::result<observed_service_account>> service_account_writer::patch(
    const service_account_view& view, const service_account_plan& plan) {
    kube::bound_body body(patch_for(*view.present, plan),
                          kube::precondition(view.present->meta.uid, view.present->meta.resource_version));
    const auto answer = co_await client_.merge_patch(
        kube::service_accounts, view.key.namespace_name, view.key.name, std::move(body));
    if (answer.has_error()) co_return answer.error();
    co_return decode_service_account(*answer);
}

asio::awaitable<kube::result<observed_service_account>> service_account_writer::read(
    runtime::object_key key) {
    const auto answer = co_await client_.get(kube::service_accounts, key.namespace_name, key.name);
    if (answer.has_error()) co_return answer.error();
    co_return decode_service_account(*answer);
}

}  // namespace reconcile
