// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "controller_round.hpp"

#include "event_burst.hpp"
#include "objects.hpp"
#include "statistics.hpp"
#include "support/base64.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <thread>

namespace bench {

namespace {

constexpr auto source_name = "bench-source";

}  // namespace

controller_round::controller_round(test_bed& bed, figures& into, std::size_t number)
    : bed_(bed),
      into_(into),
      last_(number + 1 == bed.how_much().rounds),
      name_(fmt::format("round-{:02}", number)) {}

void controller_round::run() {
    bed_.admin().create(sources, source_object(source_name, name_ + "-first"));
    phase("start", [this] { start(); });
    into_.writes.push_back(phase("first sync", [this] { first_sync(); }).secret_writes);
    check_copies(name_ + "-first");
    into_.writes.push_back(phase("rotation", [this] { rotation(); }).secret_writes);
    check_copies(name_ + "-other");
    phase(fmt::format("{} new namespaces", bed_.how_much().new_namespaces), [this] { new_namespaces(); });
    remove_object();
    const auto& both = phase("first sync with ServiceAccounts", [this] { first_sync_with_accounts(); });
    into_.writes_with_accounts.push_back(both.secret_writes + both.account_writes);
    phase(fmt::format("{} new ServiceAccounts", bed_.how_much().new_namespaces), [this] { new_accounts(); });
    if (last_) {
        phase(fmt::format("a burst of {} Events", bed_.how_much().events), [this] { burst_of_events(); });
        const auto seconds = bed_.how_much().idle_seconds;
        phase(fmt::format("{} s idle", seconds),
              [seconds] { std::this_thread::sleep_for(std::chrono::seconds(seconds)); });
    }
    end();
}

void controller_round::start() {
    controller_.emplace(harness::controller_options{.binary = bed_.where().controller,
                                                    .kubeconfig = bed_.where().controller_kubeconfig,
                                                    .secret_names = secret_name,
                                                    .log = bed_.where().output / fmt::format("{}.log", name_),
                                                    .more_flags = {}});
}

void controller_round::first_sync() {
    const auto object = credential_object(name_, source_name, {"bench-*", name_ + "-*"});
    into_.first_sync.add(
        time(kube::watch_event_type::added, [&] { bed_.admin().create(credentials, object); }));
}

void controller_round::rotation() {
    const auto object = source_object(source_name, name_ + "-other");
    const auto path = fmt::format("{}/{}", sources, source_name);
    into_.rotation.add(time(kube::watch_event_type::modified, [&] { bed_.admin().replace(path, object); }));
}

/// One after the other, and between any two of them a Secret in a namespace that exists.
void controller_round::new_namespaces() {
    raw_load administrator(bed_.where().admin_kubeconfig, 1, bed_.raw_namespaces().front());
    raw_load raw(bed_.where().controller_kubeconfig, 1, bed_.raw_namespaces().front());
    const auto fresh = numbered(name_, bed_.how_much().new_namespaces);
    for (std::size_t i = 0; i < fresh.size(); ++i) {
        auto served = bed_.watch().expect(kube::watch_event_type::added, {fresh[i]});
        const auto made = administrator.create_namespaces({fresh[i]});
        into_.namespace_served.push_back(milliseconds(served.wait() - made.end));

        const auto& where = bed_.raw_namespaces()[i];
        auto seen = bed_.watch().expect(kube::watch_event_type::added, {where});
        const auto posted = raw.create_copies(bed_.raw_owner(), name_ + "-other", {where});
        into_.post_answered.push_back(milliseconds(posted.end - posted.begin));
        into_.post_seen.push_back(milliseconds(seen.wait() - posted.begin));
    }
}

/// The controller takes all away, and so it is as in the beginning.
void controller_round::remove_object() {
    auto gone = bed_.watch().expect(kube::watch_event_type::deleted, bed_.namespaces());
    bed_.admin().remove(fmt::format("{}/{}", credentials, name_));
    static_cast<void>(gone.wait());
    bed_.requests().settle();
}

void controller_round::first_sync_with_accounts() {
    const auto object = credential_object(name_, source_name, {"bench-*", name_ + "-late-*"}, {account_name});
    auto listed = bed_.accounts().expect(kube::watch_event_type::modified, bed_.namespaces());
    auto taken = time(kube::watch_event_type::added, [&] { bed_.admin().create(credentials, object); });
    taken.end = std::max(taken.end, listed.wait());
    into_.first_sync_with_accounts.add(taken);
}

/// One after the other, and between any two of them the same PATCH by itself. A default ServiceAccount that
/// is deleted is made again by its controller, as in a new namespace.
void controller_round::new_accounts() {
    raw_load raw(bed_.where().controller_kubeconfig, 1, bed_.raw_namespaces().front());
    for (std::size_t i = 0; i < bed_.how_much().new_namespaces; ++i) {
        const auto& where = bed_.namespaces()[i % bed_.namespaces().size()];
        auto made = bed_.accounts().expect(kube::watch_event_type::added, {where});
        auto listed = bed_.accounts().expect(kube::watch_event_type::modified, {where});
        bed_.admin().remove(fmt::format("/api/v1/namespaces/{}/serviceaccounts/{}", where, account_name));
        const auto made_at = made.wait();
        into_.account_served.push_back(milliseconds(listed.wait() - made_at));

        const auto other = bed_.accounts_in({bed_.raw_namespaces()[i]});
        auto seen = bed_.accounts().expect(kube::watch_event_type::modified, {other.front().namespace_name});
        const auto patched = raw.patch_accounts(other, true);
        into_.patch_answered.push_back(milliseconds(patched.end - patched.begin));
        static_cast<void>(seen.wait());
    }
    raw_load cleaner(
        bed_.where().controller_kubeconfig, bed_.how_much().connections, bed_.raw_namespaces().front());
    auto cleared = bed_.accounts().expect(kube::watch_event_type::modified, bed_.raw_namespaces());
    cleaner.patch_accounts(bed_.accounts_in(bed_.raw_namespaces()), false);
    static_cast<void>(cleared.wait());
}

void controller_round::burst_of_events() {
    event_burst burst(bed_, name_, name_ + "-late");
    burst.run();
    into_.of_events = burst.measured();
}

void controller_round::end() {
    auto taken_back = bed_.accounts().expect(kube::watch_event_type::modified, bed_.namespaces());
    remove_object();
    static_cast<void>(taken_back.wait());
    const auto ended = controller_->stop();
    if (!ended || ended->code != 0 || ended->signal != 0)
        throw std::runtime_error("the controller did not end as it should: see " +
                                 controller_->log_file().string());
    bed_.remove_copies();
    bed_.admin().remove(fmt::format("{}/{}", sources, source_name));
}

const request_count& controller_round::phase(const std::string& name, const std::function<void()>& work) {
    fmt::print(stderr, "{}: {}\n", name_, name);
    bed_.requests().begin();
    work();
    bed_.requests().settle();
    const auto memory = memory_of(controller_->pid());
    auto found = std::ranges::find(into_.phases, name, &bench::phase::name);
    if (found == into_.phases.end())
        found = into_.phases.insert(found, {.name = name, .memory = {}, .requests = {}});
    found->memory.now = std::max(found->memory.now, memory.now);
    found->memory.highest = std::max(found->memory.highest, memory.highest);
    found->requests = bed_.requests().end();
    return found->requests;
}

span controller_round::time(kube::watch_event_type type, const std::function<void()>& cause) {
    auto all = bed_.watch().expect(type, bed_.namespaces());
    const auto cpu = cpu_seconds_of(controller_->pid());
    span taken{.begin = clock::now(), .end = {}};
    cause();
    taken.end = all.wait();
    taken.cpu_seconds = cpu_seconds_of(controller_->pid()) - cpu;
    return taken;
}

void controller_round::check_copies(const std::string& tag) {
    const auto wanted = harness::to_base64(document(tag));
    const auto all = bed_.admin().list(copies);
    const auto right = std::ranges::count_if(all, [&](const json& secret) {
        return secret.at("data").at(".dockerconfigjson").get<std::string>() == wanted;
    });
    if (static_cast<std::size_t>(right) != bed_.namespaces().size())
        throw std::runtime_error(
            fmt::format("{} of {} copies hold what they should", right, bed_.namespaces().size()));
}

}  // namespace bench
