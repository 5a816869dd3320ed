// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"
#include "reconcile/state/cluster_state.hpp"
#include "reconcile/state/watch_fault.hpp"
#include "reconcile/state/watch_report.hpp"
#include "runtime/cache/reflector.hpp"
#include "runtime/cache/store_sink.hpp"
#include "runtime/log/log.hpp"
#include "runtime/task_group.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace reconcile {

/// The watches that fill the state: RegistryCredentials; namespaces, metadata only; the Secrets of the
/// controller's own namespace; and for each name that copies may have the Secrets of that name alone, which
/// is all that the ClusterRole allows: Secrets of other names never enter the process.
class watches {
 public:
    struct listeners {
        /// A watch has had its first complete list, has failed or has recovered.
        std::function<void()> on_change;
        /// Called before it at the first complete list of the Secrets of one name.
        std::function<void(const std::string& secret_name)> on_copies_listed;
        /// The API server's state went back in time: what the stores hold is of another history.
        std::function<void()> on_rewind;
    };

    watches(boost::asio::any_io_executor executor,
            kube::client& client,
            cluster_state& state,
            const runtime::logger& log,
            const runtime::random_source& random,
            listeners listeners);

    void start(runtime::task_group& tasks);
    void stop();
    [[nodiscard]] const auto& all() const noexcept { return all_; }
    [[nodiscard]] std::vector<runtime::watch_health> healths() const;
    /// A line for each that is not synced, or fails.
    [[nodiscard]] std::string explain() const;
    /// How many have no connection now.
    [[nodiscard]] std::size_t failing() const;
    void add_reports(std::vector<watch_report>& to) const;

    struct watch {
        std::unique_ptr<runtime::watch_source> source;
        std::unique_ptr<runtime::watch_sink> sink;
        std::unique_ptr<runtime::reflector> reader;
        std::string label;  // in metrics: no namespace
    };

 private:
    template <class T>
    void add(runtime::reflector_options options,
             kube::scope scope,
             runtime::store<T>& store,
             typename runtime::store_sink<T>::decoder decode);
    [[nodiscard]] runtime::reflector_options options(std::string name) const;
    [[nodiscard]] runtime::reflector_options options(std::string name, watched what);
    void add_copies(const std::string& secret_name);

    boost::asio::any_io_executor executor_;
    kube::client& client_;
    cluster_state& state_;
    const runtime::logger& log_;
    runtime::random_source random_;
    listeners listeners_;
    std::deque<watch> all_;
};

}  // namespace reconcile
