// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/api/object.hpp"
#include "kube/json.hpp"
#include "reconcile/state/observed_account.hpp"
#include "reconcile/state/observed_secret.hpp"
#include "reconcile/state/resolver.hpp"

/// From what the API server sends to what is kept of it.
namespace reconcile {

[[nodiscard]] kube::result<kube::namespace_object> decode_namespace(
    const kube::json& object);  // labels and the opt-out annotation
[[nodiscard]] kube::result<observed_secret> decode_copy(const kube::json& object);
[[nodiscard]] kube::result<source_secret> decode_source(const kube::json& object);
[[nodiscard]] kube::result<observed_account> decode_account(const kube::json& object);

}  // namespace reconcile
