// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/error.hpp"
#include "runtime/queue/outcome.hpp"
#include "runtime/time.hpp"

#include <string>
#include <string_view>

namespace reconcile {

/// What to do after the API server refused a write.
enum class next_step {
    read_back,       // the object is not as expected: read it and plan again
    drop,            // the namespace is terminating or gone: nothing to do or report
    back_off,        // temporary: retry soon, then less and less often
    await_operator,  // an operator must act (quota, admission, RBAC): retry from time to time
};

struct write_refusal {
    next_step next = next_step::back_off;
    std::string_view reason;  // of the failure in status; empty for read_back and drop
    std::string message;  // what happened and what to do, after the name of the object: "not created: ..."
};

/// Pure. `verb` is for the message: "create", "update", "delete".
[[nodiscard]] write_refusal classify_refusal(const kube::error& error, std::string_view verb);

/// Pure. A read that should confirm a write failed, so nothing is written. Never read_back or drop.
[[nodiscard]] write_refusal classify_read_failure(const kube::error& error);

/// The wait of next_step::await_operator after this many failures in a row, from a second to five minutes:
/// the controller does not learn when an operator has acted, so it retries.
[[nodiscard]] runtime::duration operator_action_backoff(unsigned failures) noexcept;

/// For next_step::back_off and next_step::await_operator. `failures`: in a row, before this one.
[[nodiscard]] runtime::outcome retry_after_refusal(const write_refusal& refusal,
                                                   const kube::error& error,
                                                   unsigned failures);

}  // namespace reconcile
