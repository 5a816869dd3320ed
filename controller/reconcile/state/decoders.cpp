// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/decoders.hpp"

#include "kube/api/secret.hpp"
#include "reconcile/state/selection.hpp"

#include <utility>

namespace reconcile {

kube::result<kube::namespace_object> decode_namespace(const kube::json& object) {
    auto decoded = kube::read_namespace(object);
    if (decoded.has_error()) return decoded.error();
    kube::string_map kept;
    const auto found = decoded->meta.annotations.find(opt_out_annotation);
    if (found != decoded->meta.annotations.end()) kept.emplace(found->first, found->second);
    decoded->meta.annotations = std::move(kept);
    decoded->meta.creation_timestamp = {};
    decoded->meta.finalizers = {};
    decoded->meta.owner_references = {};
    return decoded;
}

kube::result<observed_secret> decode_copy(const kube::json& object) {
    auto decoded = kube::read_secret(object);
    if (decoded.has_error()) return decoded.error();
    return observe(std::move(*decoded));
}

kube::result<source_secret> decode_source(const kube::json& object) {
    auto decoded = kube::read_secret(object);
    if (decoded.has_error()) return decoded.error();
    return read_source(std::move(*decoded));
}

kube::result<observed_service_account> decode_service_account(const kube::json& object) {
    auto decoded = kube::read_service_account(object);
    if (decoded.has_error()) return decoded.error();
    return observe(std::move(*decoded));
}

}  // namespace reconcile
