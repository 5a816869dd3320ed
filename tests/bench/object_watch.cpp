// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "object_watch.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace bench {

namespace asio = boost::asio;

object_watch::object_watch(const std::string& kubeconfig, kube::resource what, std::string name)
    : what_(what), name_(std::move(name)), thread_(kubeconfig, 1) {
    auto synced = synced_.get_future();
    static_cast<void>(thread_.start(read()));
    synced.get();
}

clock::time_point object_watch::arrival::wait(std::chrono::seconds limit) {
    if (last_.wait_for(limit) != std::future_status::ready)
        throw std::runtime_error(fmt::format("not every expected event was seen within {}", limit));
    return last_.get();
}

object_watch::arrival object_watch::expect(kube::watch_event_type type,
                                           const std::vector<std::string>& namespaces) {
    const std::scoped_lock lock(mutex_);
    if (failed_) std::rethrow_exception(failed_);
    auto& added = expectations_.emplace_back();
    added.type = type;
    added.missing.insert(namespaces.begin(), namespaces.end());
    arrival result;
    result.last_ = added.all_seen.get_future();
    return result;
}

std::vector<kube::object_meta> object_watch::present() {
    const std::scoped_lock lock(mutex_);
    std::vector<kube::object_meta> all;
    for (const auto& [namespace_name, meta] : present_)
        all.push_back(meta);
    return all;
}

asio::awaitable<void> object_watch::read() {
    const kube::scope what{.resource = what_,
                           .namespace_name = {},
                           .field_selector = "metadata.name=" + name_,
                           .metadata_only = true};
    const kube::watch_options options{
        .resource_version = {}, .send_initial_events = true, .timeout = std::chrono::hours(6)};
    try {
        const auto stream = co_await thread_.client().watch(what, options);
        if (!stream) throw failed("a watch", stream.error());
        for (;;) {
            const auto event = co_await (*stream)->next();
            if (!event) throw failed("a watch", event.error());
            take(*event);
        }
    } catch (...) {
        fail(std::current_exception());
    }
}

void object_watch::take(const kube::watch_event& event) {
    if (event.type == kube::watch_event_type::bookmark) {
        if (event.initial_events_end && !std::exchange(complete_, true)) synced_.set_value();
        return;
    }
    auto meta = kube::read_meta(event.object);
    if (!meta) throw failed("an event of a watch", meta.error());
    note(event, std::move(*meta));
}

void object_watch::note(const kube::watch_event& event, kube::object_meta meta) {
    const auto now = clock::now();
    const auto where = meta.namespace_name;
    const std::scoped_lock lock(mutex_);
    if (event.type == kube::watch_event_type::deleted) {
        present_.erase(where);
    } else {
        present_.insert_or_assign(where, std::move(meta));
    }
    std::erase_if(expectations_, [&](expectation& one) {
        if (one.type != event.type || one.missing.erase(where) == 0 || !one.missing.empty()) return false;
        one.all_seen.set_value(now);
        return true;
    });
}

void object_watch::fail(const std::exception_ptr& why) {
    const std::scoped_lock lock(mutex_);
    failed_ = why;
    if (!std::exchange(complete_, true)) synced_.set_exception(why);
    for (auto& one : expectations_)
        one.all_seen.set_exception(why);
    expectations_.clear();
}

}  // namespace bench
