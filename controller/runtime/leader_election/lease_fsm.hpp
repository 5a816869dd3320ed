// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/api/lease.hpp"
#include "kube/error.hpp"
#include "runtime/leader_election/boot_clock.hpp"
#include "util/timestamp.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace runtime {

/// The defaults of Kubernetes' own components. A holder that cannot renew stops before others take the Lease:
/// renew_deadline is shorter than lease_duration, which is what others wait for.
struct lease_timing {
    std::chrono::seconds lease_duration{15};
    std::chrono::seconds renew_deadline{10};
    std::chrono::seconds retry_period{2};
};

/// What is wrong with a timing, for a user; empty: nothing. The rules of client-go: lease_duration >
/// renew_deadline > 1.2 times retry_period, and each at least a second.
[[nodiscard]] std::string fault_of(const lease_timing& timing);

/// Whether a write has failed because another process was quicker.
[[nodiscard]] bool is_contention(kube::error_kind kind) noexcept;

/// What leader election does next.
struct lease_action {
    enum class step {
        read,
        create,  // succeeds only if there is no Lease
        update,  // succeeds only if the Lease still is `lease`
        wait,    // until `until`, or until something is observed
        lose,    // the Lease is not held any more: the process must not write
    };
    step next = step::wait;
    kube::lease_spec spec;    // of create and update
    kube::object_meta lease;  // of update
    boot_clock::time_point until;
};

/// Leader election with a Lease, by the rules of client-go (tools/leaderelection). A candidate takes a Lease
/// that its holder has given up, or that it has not seen change for the duration that the Lease states (at
/// most ten times its own), by its own clock. The leader renews it, and gives up when it could not for
/// renew_deadline, counted from when the last successful renewal was sent. Once lost, it is not taken again:
/// the process starts anew.
///
/// In two points stricter than client-go: after a conflict the leader reads the Lease at once, and a
/// candidate waits for the holder of a Lease that was deleted as for one that is there.
///
/// Calls: next(), then the result of its action: was_read() or was_written(); observed() and disappeared() at
/// any time.
class lease_fsm {
 public:
    using time_point = boot_clock::time_point;

    /// `identity` is this process's alone.
    lease_fsm(std::string identity, lease_timing timing);

    [[nodiscard]] lease_action next(time_point now, util::wall_time wall);
    void was_read(const kube::result<kube::lease>& lease, time_point now);
    /// `sent`: when the request was sent.
    void was_written(const kube::result<kube::lease>& lease, time_point sent, time_point now);
    /// A watch has shown the Lease, or its deletion. May be older than what is known.
    void observed(const kube::lease& lease, time_point now);
    void disappeared(time_point now);

    /// Whether this process may write.
    [[nodiscard]] bool leads(time_point now) const noexcept { return leader_ && now < renew_by_; }
    /// Whether this process became the leader, and has not lost the Lease since by what it has seen.
    [[nodiscard]] bool is_leader() const noexcept { return leader_; }
    /// Of the leader: when it stops leading unless it renews the Lease before.
    [[nodiscard]] time_point renew_by() const noexcept { return renew_by_; }
    /// Who holds the Lease by what was seen last; empty: nobody, or it is not known.
    [[nodiscard]] const std::string& holder() const noexcept;
    /// The update that gives the Lease up, so that another can take it at once; nothing: it is not held.
    /// Ends the leadership: nothing may be written after it.
    [[nodiscard]] std::optional<lease_action> release(util::wall_time wall);

 private:
    void know(const kube::lease& lease, time_point now);
    [[nodiscard]] bool is_older_than_known(const kube::lease& lease) const noexcept;
    void read_again(time_point at) noexcept;
    void lose() noexcept;
    [[nodiscard]] lease_action hold(util::wall_time wall) const;
    [[nodiscard]] lease_action compete(time_point now, util::wall_time wall) const;
    [[nodiscard]] lease_action update_to(kube::lease_spec spec) const;
    [[nodiscard]] time_point free_at() const;

    std::string identity_;
    lease_timing timing_;
    bool leader_ = false;
    bool lost_ = false;
    bool must_read_ = true;
    time_point read_at_ = time_point::min();
    time_point write_at_ = time_point::min();
    time_point renew_by_ = time_point::min();
    bool exists_ = false;
    std::optional<kube::lease> known_;           // as it was seen last, also after it was deleted
    time_point changed_at_ = time_point::min();  // when the spec of `known_` was first seen
};

}  // namespace runtime
