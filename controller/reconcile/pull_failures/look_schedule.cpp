// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/pull_failures/look_schedule.hpp"

#include <algorithm>

namespace reconcile {

look_schedule::step look_schedule::next(runtime::time_point now) {
    step next;
    next.changed = failures_.expire(now);
    if (now >= next_check_) {
        failures_.look_sooner(now);
        next_check_ = now + between_checks;
    }
    if (now >= not_before_) next.pod = failures_.next_look(now);
    const auto next_check = failures_.tracked() == 0 ? runtime::time_point::max() : next_check_;
    next.wake_at = std::max(std::min(failures_.next_due(), next_check), not_before_);
    return next;
}

bool look_schedule::look_precedes(runtime::time_point wake_at, runtime::time_point now) const noexcept {
    return wake_at > std::max(now, not_before_);
}

}  // namespace reconcile
