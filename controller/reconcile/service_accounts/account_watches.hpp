// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"
#include "reconcile/service_accounts/accounts.hpp"
#include "reconcile/service_accounts/patient_source.hpp"
#include "runtime/cache/reflector.hpp"
#include "runtime/cache/store_sink.hpp"
#include "runtime/log/log.hpp"
#include "runtime/task_group.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <deque>
#include <memory>
#include <string>

namespace reconcile {

/// The watches that fill `accounts`: one for each allowed name, which is all that the optional ClusterRole
/// allows, or one of all ServiceAccounts. Nothing waits for them, and where the role is left out they are
/// quiet as long as no RegistryCredential asks for ServiceAccounts.
class account_watches {
 public:
    /// What is given by reference outlives this.
    account_watches(boost::asio::any_io_executor executor,
                    kube::client& client,
                    accounts& known,
                    const runtime::logger& log,
                    const runtime::random_source& random);

    void start(runtime::task_group& tasks);
    void stop();
    /// A RegistryCredential may ask for ServiceAccounts now.
    void wake();
    /// That somebody needs and that have no connection now.
    [[nodiscard]] std::size_t failing() const;

 private:
    struct watch {
        std::string allowed_name;
        std::unique_ptr<runtime::watch_source> server;
        std::unique_ptr<patient_source> source;
        std::unique_ptr<runtime::watch_sink> sink;
        std::unique_ptr<runtime::reflector> reader;
    };

    void add(const std::string& allowed_name, accounts::store& into);

    boost::asio::any_io_executor executor_;
    kube::client& client_;
    accounts& known_;
    const runtime::logger& log_;
    runtime::random_source random_;
    std::deque<watch> all_;
};

}  // namespace reconcile
