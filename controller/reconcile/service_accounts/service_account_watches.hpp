// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"
#include "reconcile/service_accounts/optional_watch_source.hpp"
#include "reconcile/service_accounts/service_account_state.hpp"
#include "reconcile/state/watch_report.hpp"
#include "runtime/cache/reflector.hpp"
#include "runtime/cache/store_sink.hpp"
#include "runtime/log/log.hpp"
#include "runtime/task_group.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace reconcile {

/// The watches that fill the service_account_state: one for each allowed name, which is all that the optional
/// ClusterRole allows, or one of all ServiceAccounts. Nothing waits for them, and where the role is left out
/// they do not fail as long as no RegistryCredential asks for ServiceAccounts.
class service_account_watches final : runtime::event_handler<v1alpha1::registry_credential> {
 public:
    /// What is given by reference outlives this.
    service_account_watches(boost::asio::any_io_executor executor,
                            kube::client& client,
                            cluster_state& state,
                            service_account_state& accounts,
                            const runtime::logger& log,
                            const runtime::random_source& random);

    void start(runtime::task_group& tasks);
    void stop();
    /// How many have no connection now, of those that a RegistryCredential asks for.
    [[nodiscard]] std::size_t failing() const;
    /// The same watches.
    void add_reports(std::vector<watch_report>& to) const;

 private:
    /// A RegistryCredential may ask for ServiceAccounts now.
    void handle(const runtime::change<v1alpha1::registry_credential>& change) override;

    struct watch {
        std::string allowed_name;
        std::unique_ptr<runtime::watch_source> server;
        std::unique_ptr<optional_watch_source> source;
        std::unique_ptr<runtime::watch_sink> sink;
        std::unique_ptr<runtime::reflector> reader;
    };

    void add(const std::string& allowed_name, service_account_state::store& store);

    boost::asio::any_io_executor executor_;
    kube::client& client_;
    service_account_state& accounts_;
    const runtime::logger& log_;
    runtime::random_source random_;
    std::deque<watch> all_;
};

}  // namespace reconcile
