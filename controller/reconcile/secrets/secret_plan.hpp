// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/safety/reconcile_fsm.hpp"
#include "reconcile/secrets/secret_view.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace reconcile {

enum class secret_action : std::uint8_t { none, create, update, recreate, remove };

struct secret_plan {
    secret_action action = secret_action::none;
    bool adopts = false;      // the Secret was foreign
    std::string_view reason;  // of the condition, when the Secret stays wrong by decision; empty otherwise
    std::string message;
};

/// plan(observed, desired). Pure.
[[nodiscard]] secret_plan decide(const secret_view& view);

/// "create", "update", ...: the word for people, and the label of a metric.
[[nodiscard]] std::string_view verb_of(secret_action action) noexcept;

/// `known`: what was last found of the Secret; null: nothing. `specs_stand`: the specs that wanted it then
/// still do as they did. `objects`, `failures`: see reconcile_facts. Pure.
[[nodiscard]] reconcile_facts facts_of(const secret_view& view,
                                       const secret_plan& plan,
                                       const result_record* known,
                                       bool specs_stand);

}  // namespace reconcile
