// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/api/object.hpp"
#include "kube/json.hpp"
#include "util/timestamp.hpp"

#include <cstdint>
#include <string>

namespace kube {

inline constexpr resource leases{"coordination.k8s.io/v1", "leases", "Lease"};

/// The fields of a Lease's spec that leader election uses. Two that are equal say that nobody has renewed the
/// Lease between them. The times are only compared and shown: the clock that they come from is another's.
struct lease_spec {
    std::string holder_identity;              // empty: nobody holds it
    std::int64_t lease_duration_seconds = 0;  // 0: not set
    std::string acquire_time;
    std::string renew_time;
    std::int64_t lease_transitions = 0;  // how often another holder has taken it
    friend bool operator==(const lease_spec&, const lease_spec&) = default;
};

struct lease {
    object_meta meta;
    lease_spec spec;
};

[[nodiscard]] result<lease> read_lease(const json& object);

/// The spec of a create or of a merge patch, which keeps the fields that lease_spec does not have.
[[nodiscard]] json write_lease_spec(const lease_spec& spec);

}  // namespace kube
