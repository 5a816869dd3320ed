// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/api/lease.hpp"
#include "kube/client/client.hpp"
#include "kube/client/watch.hpp"
#include "kube/error.hpp"
#include "runtime/cache/reflector.hpp"
#include "runtime/leader_election/lease_fsm.hpp"
#include "runtime/log/log.hpp"
#include "runtime/task_group.hpp"
#include "runtime/time.hpp"
#include "runtime/wakeup.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace runtime {

struct leader_election_settings {
    std::string namespace_name;  // of the Lease
    std::string lease_name;
    std::string identity;  // of this process, and of no other: "host_uuid"
    std::string remedy;    // what a person does against a denied right
    lease_timing timing;
    random_source random;
    wall_clock clock;
    std::function<void()> on_lead;  // called once, when this process becomes the leader
    /// Called once, when it has lost the Lease: leads() is false already, and the process must end without
    /// another write.
    std::function<void()> on_lose;
};

/// The Lease as a watch shows it.
class lease_sink final : public watch_sink {
 public:
    explicit lease_sink(std::function<void(std::optional<kube::lease>)> observed)
        : observed_(std::move(observed)) {}

    void begin_replace() override { listed_ = false; }
    [[nodiscard]] kube::result<void> item(const kube::json& object) override;
    [[nodiscard]] kube::result<void> list_event(const kube::watch_event& event) override;
    void end_replace(const std::string&) override {
        if (!listed_) observed_(std::nullopt);
    }
    void abandon_replace() override {}
    [[nodiscard]] kube::result<void> event(const kube::watch_event& event) override;

 private:
    std::function<void(std::optional<kube::lease>)> observed_;  // nothing: it does not exist
    bool listed_ = false;
};

/// Does what lease_fsm says, and decides nothing itself. A watch shows at once that another process gives the
/// Lease up. `client` and `log` outlive it; no other requests go through the client, so that they cannot
/// delay a renewal.
class leader_elector {
 public:
    leader_elector(boost::asio::any_io_executor executor,
                   kube::client& client,
                   const logger& log,
                   leader_election_settings settings);

    void start();
    /// Ends start()'s work, and gives the Lease up if this process holds it. Call it when no write can
    /// follow. Waits up to `limit` for a request under way, and then for the one that gives the Lease up.
    [[nodiscard]] boost::asio::awaitable<void> release(duration limit);

    /// Whether this process may write now.
    [[nodiscard]] bool leads() const noexcept { return fsm_.leads(boot_clock::now()); }
    /// Why the Lease cannot be read or written; empty: it can.
    [[nodiscard]] const std::string& fault() const noexcept { return fault_; }

 private:
    [[nodiscard]] boost::asio::awaitable<void> elect();
    [[nodiscard]] boost::asio::awaitable<void> take_step(lease_action action);
    [[nodiscard]] boost::asio::awaitable<kube::result<kube::lease>> read();
    [[nodiscard]] boost::asio::awaitable<kube::result<kube::lease>> write(lease_action action);
    [[nodiscard]] boost::asio::awaitable<void> guard_deadline();
    void take_result(const kube::result<kube::lease>& lease, bool written);
    void report();
    void lose();

    kube::client& client_;
    const logger& log_;
    leader_election_settings settings_;
    lease_fsm fsm_;
    client_watch_source source_;
    lease_sink sink_;
    reflector watch_;
    wakeup wakeup_;
    wakeup deadline_;
    task_group tasks_;
    task_group watching_;
    std::string holder_;  // whom the log has named
    std::string fault_;
    bool led_ = false;
    bool lost_ = false;
    bool stopped_ = false;
};

}  // namespace runtime
