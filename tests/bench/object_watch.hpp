// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client_thread.hpp"
#include "kube/api/object.hpp"
#include "kube/client/watch.hpp"

#include <chrono>
#include <exception>
#include <future>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace bench {

/// What an observer sees: a watch on the objects of one kind and name in all namespaces, which is open during
/// every measurement. Any end of it makes the measurements worthless and shows up at whoever waits.
class object_watch {
 public:
    object_watch(const std::string& kubeconfig, kube::resource what, std::string name);

    /// One event of a type from each of some namespaces.
    class arrival {
     public:
        /// When the last of them was seen. Throws when `limit` passes.
        [[nodiscard]] clock::time_point wait(std::chrono::seconds limit = std::chrono::minutes(10));

     private:
        friend object_watch;
        std::future<clock::time_point> last_;
    };
    /// Counts events from now on.
    [[nodiscard]] arrival expect(kube::watch_event_type type, const std::vector<std::string>& namespaces);

    /// The objects that exist, as far as was seen.
    [[nodiscard]] std::vector<kube::object_meta> present();

 private:
    struct expectation {
        kube::watch_event_type type = kube::watch_event_type::added;
        std::set<std::string> missing;
        std::promise<clock::time_point> all_seen;
    };

    boost::asio::awaitable<void> read();
    void take(const kube::watch_event& event);
    void note(const kube::watch_event& event, kube::object_meta meta);
    void fail(const std::exception_ptr& why);

    kube::resource what_;
    std::string name_;
    std::mutex mutex_;
    std::map<std::string, kube::object_meta> present_;  // by namespace
    std::list<expectation> expectations_;
    std::exception_ptr failed_;
    std::promise<void> synced_;
    bool complete_ = false;
    client_thread thread_;  // last: its end ends read()
};

}  // namespace bench
