// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/api/lease.hpp"

#include "kube/field_reader.hpp"

#include <utility>

namespace kube {

namespace {

result<lease_spec> read_spec(const field_reader& fields) {
    lease_spec spec;
    const std::pair<std::string_view, std::string*> texts[] = {{"holderIdentity", &spec.holder_identity},
                                                               {"acquireTime", &spec.acquire_time},
                                                               {"renewTime", &spec.renew_time}};
    for (const auto& [name, target] : texts) {
        auto text = fields.get_string(name);
        if (!text) return text.error();
        *target = std::move(*text).value_or(std::string{});
    }
    const std::pair<std::string_view, std::int64_t*> numbers[] = {
        {"leaseDurationSeconds", &spec.lease_duration_seconds},
        {"leaseTransitions", &spec.lease_transitions}};
    for (const auto& [name, target] : numbers) {
        const auto number = fields.get_integer(name);
        if (!number) return number.error();
        *target = number->value_or(0);
    }
    return spec;
}

}  // namespace

result<lease> read_lease(const json& object) {
    if (auto kind = check_kind(object, {"Lease"}); !kind) return kind.error();
    auto meta = read_meta(object);
    if (!meta) return meta.error();
    const auto fields = field_reader(object, {}).get_object("spec");
    if (!fields) return fields.error();
    auto spec = read_spec(*fields);
    if (!spec) return spec.error();
    return lease{.meta = std::move(*meta), .spec = std::move(*spec)};
}

json write_lease_spec(const lease_spec& spec) {
    return {{"holderIdentity", spec.holder_identity},
            {"leaseDurationSeconds", spec.lease_duration_seconds},
            {"acquireTime", spec.acquire_time},
            {"renewTime", spec.renew_time},
            {"leaseTransitions", spec.lease_transitions}};
}

}  // namespace kube
