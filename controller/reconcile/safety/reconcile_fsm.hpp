// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/error.hpp"
#include "reconcile/safety/contention.hpp"
#include "reconcile/safety/deletion_guard.hpp"
#include "reconcile/safety/write_refusal.hpp"
#include "reconcile/state/result_table.hpp"
#include "runtime/object_key.hpp"
#include "runtime/queue/outcome.hpp"
#include "runtime/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace reconcile {

/// What must be known of a plan for a Secret or a ServiceAccount, and of the object, to decide what comes
/// next.
struct reconcile_facts {
    bool needs_content = false;  // the plan depends on what the object holds, which is not known yet
    bool writes = false;         // there is something to write
    bool destructive = false;    // it removes what cannot be restored, so a quorum read confirms it first
    bool removes = false;    // it removes what no RegistryCredential wants: the deletion guard may hold it
    bool asked_for = false;  // a user has asked for that removal by changing a spec
    deletion_guard::losers losers;  // who loses by that removal unasked
    bool drifted = false;           // the object was as is desired now: another writer changed it
    bool contended = false;         // it was left alone because another writer keeps changing it
    std::uint64_t desired = 0;      // the fingerprint of what is desired
    std::size_t objects = 0;        // of this kind that are known, for the deletion guard
    unsigned failures = 0;          // of this key in a row, so far
};

/// Sets `drifted` and `contended`, for what is desired now, from the last result for the object.
void compare_with_result(reconcile_facts& facts, const result_record& known);

enum class reconcile_step : std::uint8_t {
    settle,        // all is as it should be, or can be: record that, and end
    finish,        // record that the deletion guard holds the removal, and end: all else is as it should be
    read_content,  // read what the object holds, then was_read()
    confirm,       // confirm the reason for the write with a quorum read, then confirmed()
    wait,          // end, and plan again later: the deletion guard counts what else is to be removed
    hold,          // the deletion guard holds the removal: wake its reader, and plan again without it
    write,         // then wrote()
    read_back,     // the object is not as expected: read it, then was_read()
    contend,       // another writer keeps changing the object: record that, and end
    fail,          // record `refusal`, and end
    drop,          // the object is gone, or its namespace is terminating: forget it, and end
};

struct reconcile_action {
    reconcile_step step = reconcile_step::finish;
    runtime::outcome outcome;  // of a step that ends the run
    // Of fail:
    write_refusal refusal;
    kube::error error;
    reconcile_step during = reconcile_step::write;  // confirm, write or read_back
};

/// Decides what one run of a reconciler does for one key, between the plan and its write and after it:
/// confirm what is destructive, hold back mass deletion, wait where another writer keeps changing the object,
/// read back after a conflict, give up after a refusal. The same for Secrets and ServiceAccounts. No I/O and
/// no clock.
///
/// Calls: next() with the facts of a fresh view, and then the result of what it asks for, until it ends.
class reconcile_fsm {
 public:
    /// `max_passes`: plans within one run that have something to write, while other writers change the object
    /// all the time. `repairs` and `guard` outlive the run.
    reconcile_fsm(runtime::object_key key, contention& repairs, deletion_guard& guard, int max_passes);

    [[nodiscard]] reconcile_action next(const reconcile_facts& facts, runtime::time_point now);
    void confirmed(const kube::result<void>& read);
    /// `verb` is for messages: "create", "update", "delete".
    void wrote(const kube::result<void>& written, std::string_view verb);
    void was_read(const kube::result<void>& read);
    /// Whether the run ends with a failure: next() says which, about the view that led to it.
    [[nodiscard]] bool has_failed() const noexcept { return failure_.has_value(); }
    /// Whether the deletion guard holds what is removed: the next plan leaves it as it is.
    [[nodiscard]] bool holds_removal() const noexcept { return held_; }

 private:
    [[nodiscard]] reconcile_action give_up(unsigned failures);
    [[nodiscard]] runtime::duration pause_before_repair(const reconcile_facts& facts,
                                                        runtime::time_point now);
    void fail(write_refusal refusal, const kube::error& error, reconcile_step during);

    runtime::object_key key_;
    contention& repairs_;
    deletion_guard& guard_;
    int passes_left_;
    bool confirmed_ = false;
    bool held_ = false;
    bool must_read_back_ = false;
    std::uint64_t desired_ = 0;  // of the last plan
    std::optional<std::uint64_t> written_;
    std::optional<reconcile_action> failure_;
};

}  // namespace reconcile
