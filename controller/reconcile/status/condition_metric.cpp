// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/status/condition_metric.hpp"

#include <algorithm>

namespace reconcile {

runtime::metrics_registry::samples condition_samples(const cluster_state& state) {
    runtime::metrics_registry::samples samples;
    state.credentials().for_each([&](const auto& object) {
        for (const auto& condition : object->status.conditions)
            samples.push_back({{object->meta.name, condition.type, condition.status}, 1.0});
    });
    std::ranges::sort(samples);
    return samples;
}

}  // namespace reconcile
