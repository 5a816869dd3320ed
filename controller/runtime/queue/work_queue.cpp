// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/queue/work_queue.hpp"

namespace runtime {

retry_policy default_retry_policy(random_source random) {
    const backoff_policy policy{.initial = std::chrono::milliseconds{5},
                                .cap = std::chrono::minutes{5},
                                .factor = 2.0,
                                .jitter = 0.5,
                                .reset_after = duration::max()};
    return [policy, random = std::move(random)](unsigned failures) {
        return backoff_delay(policy, failures, random());
    };
}

}  // namespace runtime
