// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/safety/reconcile_fsm.hpp"
#include "reconcile/safety/removal_reads.hpp"
#include "reconcile/secrets/secret_view.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace reconcile {

enum class secret_action : std::uint8_t { none, create, update, recreate, remove };

struct secret_plan {
    secret_action action = secret_action::none;
    bool adopts = false;      // the Secret was foreign
    std::string_view reason;  // why the Secret is left out of sync on purpose; empty otherwise
    std::string message;
    bool needs_content = false;  // entries of the copy stay as they are: read it, and decide again
};

/// Compares the observed Secret with the desired one. Pure.
[[nodiscard]] secret_plan decide(const secret_view& view);

/// "create", "update", ...: for messages and the label of a metric.
[[nodiscard]] std::string_view verb_of(secret_action action) noexcept;

/// What is read from etcd before the Secret is removed, recreated or adopted, or loses entries. Pure.
[[nodiscard]] removal_reads reads_before_removal(const secret_view& view);

/// `known`: the last result for the Secret; null: none. Does not set `objects` and `failures`. Pure.
[[nodiscard]] reconcile_facts facts_of(const secret_view& view,
                                       const secret_plan& plan,
                                       const result_record* known);

}  // namespace reconcile
