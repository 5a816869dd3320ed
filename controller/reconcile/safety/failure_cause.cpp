// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/safety/failure_cause.hpp"

#include <fmt/format.h>

namespace reconcile {

cause held_by_guard(const removal_words& words,
                    const runtime::object_key& key,
                    std::size_t objects,
                    const deletion_guard& guard) {
    return {
        .reason = reasons::deletion_guard,
        .message = fmt::format(
            "{0} {1} {2}: its namespace is no longer selected, and such removals are held back because more "
            "than {3} {0}s were affected within a minute and no change of a spec asked for that; regcred {4} "
            "{5}. To keep them, restore the namespaces' labels and opt-out annotations, or set "
            "spec.suspend: true",
            words.kind,
            runtime::to_string(key),
            words.held,
            deletion_guard::limit(objects),
            words.removes,
            guard.release_rule())};
}

cause contended(std::string_view what, const runtime::object_key& key) {
    return {.reason = reasons::contended,
            .message = fmt::format("{} {} keeps being changed by another writer; find and stop that writer, "
                                   "or exclude the namespace",
                                   what,
                                   runtime::to_string(key))};
}

}  // namespace reconcile
