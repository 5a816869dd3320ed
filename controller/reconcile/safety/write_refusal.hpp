// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/error.hpp"
#include "runtime/queue/outcome.hpp"
#include "runtime/time.hpp"

#include <string>
#include <string_view>

namespace reconcile {

/// What an API server's refusal of a write to a copy means for its cell.
enum class next_step {
    read_back,       // the Secret is not what we thought: read it and decide anew
    drop,            // the namespace is going or gone: nothing to do, nothing to say
    back_off,        // passing: try again soon, then less and less often
    await_operator,  // somebody must act (quota, admission, RBAC): try again now and then
};

struct refusal {
    next_step next = next_step::back_off;
    std::string_view reason;  // of the failure in status; empty for look_again and drop
    std::string message;      // for a person: what happened and what to do
};

/// Pure. `verb` is the word for people: "create", "update", "delete".
[[nodiscard]] refusal classify_refusal(const kube::error& error, std::string_view verb);

/// Pure. A read that was to confirm something failed: nothing is known, and nothing is done. Never look_again
/// or drop.
[[nodiscard]] refusal classify_read_failure(const kube::error& error);

/// Of next_step::await_operator, after so many failures in a row: whoever acts does not tell, so the server
/// is asked now and then, from a second to five minutes apart.
[[nodiscard]] runtime::duration operator_action_backoff(unsigned failures) noexcept;

/// Of next_step::back_off and next_step::await_operator. `failures`: in a row, before this one.
[[nodiscard]] runtime::outcome retry_after_refusal(const refusal& why,
                                                   const kube::error& error,
                                                   unsigned failures);

}  // namespace reconcile
