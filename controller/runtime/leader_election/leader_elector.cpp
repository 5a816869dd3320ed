// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/leader_election/leader_elector.hpp"

#include "kube/json.hpp"

#include <chrono>
#include <utility>

namespace runtime {

namespace asio = boost::asio;

namespace {

/// The wakeup's clock for a time of boot_clock. They differ only while the machine is suspended.
time_point steady(boot_clock::time_point at) {
    return std::chrono::steady_clock::now() + (at - boot_clock::now());
}

kube::result<kube::lease> decoded(const kube::result<kube::json>& object) {
    if (!object) return object.error();
    return kube::read_lease(*object);
}

std::string describe(const kube::error& error, const std::string& remedy) {
    auto text = kube::public_message(error);
    if (error.kind == kube::error_kind::forbidden) text += "; " + remedy;
    return text;
}

kube::json new_lease(const std::string& name, const kube::lease_spec& spec) {
    return {{"apiVersion", kube::leases.group_version},
            {"kind", kube::leases.kind},
            {"metadata", {{"name", name}, {"resourceVersion", kube::absent_resource_version}}},
            {"spec", kube::write_lease_spec(spec)}};
}

}  // namespace

kube::result<void> lease_sink::item(const kube::json& object) {
    listed_ = true;
    auto lease = kube::read_lease(object);
    if (!lease) return lease.error();
    observed_(std::move(*lease));
    return {};
}

kube::result<void> lease_sink::list_event(const kube::watch_event& event) {
    return this->event(event);
}

kube::result<void> lease_sink::event(const kube::watch_event& event) {
    if (event.type != kube::watch_event_type::deleted) return item(event.object);
    observed_(std::nullopt);
    return {};
}

leader_elector::leader_elector(asio::any_io_executor executor,
                               kube::client& client,
                               const logger& log,
                               leader_election_settings settings)
    : client_(client),
      log_(log),
      settings_(std::move(settings)),
      fsm_(settings_.identity, settings_.timing),
      source_(client,
              {.resource = kube::leases,
               .namespace_name = settings_.namespace_name,
               .field_selector = "metadata.name=" + settings_.lease_name}),
      sink_([this](const std::optional<kube::lease>& lease) {
          const auto now = boot_clock::now();
          lease ? fsm_.observed(*lease, now) : fsm_.disappeared(now);
          report();
          wakeup_.notify_all();
      }),
      watch_(executor, source_, sink_, log, settings_.random, {.name = "leases", .on_synced = nullptr}),
      wakeup_(executor),
      deadline_(executor),
      tasks_(executor),
      watching_(executor) {}

void leader_elector::start() {
    tasks_.spawn(elect());
    watching_.spawn(watch_.run());
    watching_.spawn(guard_deadline());
}

asio::awaitable<void> leader_elector::elect() {
    while (!stopped_ && !lost_)
        co_await take_step(fsm_.next(boot_clock::now(), settings_.clock()));
}

asio::awaitable<void> leader_elector::take_step(lease_action action) {
    using enum lease_action::step;
    switch (action.next) {
        case read: {
            const auto lease = co_await this->read();
            fsm_.was_read(lease, boot_clock::now());
            take_result(lease, false);
            break;
        }
        case create:
        case update: {
            const auto sent = boot_clock::now();
            const auto lease = co_await write(std::move(action));
            fsm_.was_written(lease, sent, boot_clock::now());
            take_result(lease, true);
            break;
        }
        case wait:
            co_await wakeup_.wait_until(steady(action.until));
            break;
        case lose:
            this->lose();
            break;
    }
}

asio::awaitable<kube::result<kube::lease>> leader_elector::read() {
    co_return decoded(co_await client_.get(kube::leases, settings_.namespace_name, settings_.lease_name));
}

asio::awaitable<kube::result<kube::lease>> leader_elector::write(lease_action action) {
    const auto& name = settings_.lease_name;
    if (action.next == lease_action::step::create) {
        util::secret_bytes body(kube::to_text(new_lease(name, action.spec)));
        co_return decoded(
            co_await client_.apply_new(kube::leases, settings_.namespace_name, name, std::move(body)));
    }
    const kube::json patch = {{"spec", kube::write_lease_spec(action.spec)}};
    co_return decoded(co_await client_.merge_patch(
        kube::leases, settings_.namespace_name, name, {patch, kube::precondition(action.lease)}));
}

/// A renewal that hangs must not delay the end of the leadership.
asio::awaitable<void> leader_elector::guard_deadline() {
    while (!stopped_ && !lost_) {
        if (!fsm_.is_leader()) {
            co_await deadline_.wait();
        } else if (boot_clock::now() < fsm_.renew_by()) {
            co_await deadline_.wait_until(steady(fsm_.renew_by()));
        } else {
            lose();
        }
    }
}

/// A right to read alone does not make the Lease usable: the fault of a write stays until one succeeds, or
/// another process holds the Lease, so that none is needed.
void leader_elector::take_result(const kube::result<kube::lease>& lease, bool written) {
    if (lease || is_contention(lease.error().kind)) {
        const bool waits = lease && !fsm_.holder().empty() && fsm_.holder() != settings_.identity;
        if (written || waits) fault_.clear();
    } else if (auto fault = describe(lease.error(), settings_.remedy); fault != fault_) {
        fault_ = std::move(fault);
        log_.warn("cannot use the Lease", {{"error", fault_}});
    }
    report();
}

void leader_elector::report() {
    if (lost_ || stopped_) return;
    if (const auto& holder = fsm_.holder(); holder != holder_ && !holder.empty()) {
        holder_ = holder;
        log_.info("leader elected", {{"leader", holder_}, {"identity", settings_.identity}});
    }
    if (led_ || !fsm_.is_leader()) return;
    led_ = true;
    deadline_.notify_all();
    settings_.on_lead();
}

void leader_elector::lose() {
    if (std::exchange(lost_, true)) return;
    settings_.on_lose();
}

asio::awaitable<void> leader_elector::release(duration limit) {
    stopped_ = true;
    watch_.stop();
    wakeup_.notify_all();
    deadline_.notify_all();
    watching_.cancel();
    // A renewal that is under way first: the version that it writes is the one to replace.
    if (!co_await tasks_.join(limit)) co_return;
    auto action = fsm_.release(settings_.clock());
    if (!action) co_return;
    const auto released = co_await write(std::move(*action));
    if (!released) log_.warn("cannot release the Lease", {{"error", kube::public_message(released.error())}});
}

}  // namespace runtime
