// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"
#include "reconcile/safety/quorum_reader.hpp"
#include "reconcile/service_accounts/accounts.hpp"
#include "reconcile/state/world.hpp"
#include "reconcile/status/announcer.hpp"
#include "runtime/events/event_recorder.hpp"
#include "runtime/log/log.hpp"
#include "runtime/queue/outcome.hpp"
#include "runtime/time.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <map>
#include <string>
#include <utility>

namespace reconcile {

/// What the work on statuses needs from the rest of the program; all of it outlives the workers.
struct status_services {
    kube::client& client;
    world& model;
    const accounts& known_accounts;
    announcer& news;
    runtime::event_recorder& events;
    const runtime::logger& log;
    runtime::wall_clock clock;
    std::function<pull_report(const v1alpha1::registry_credential&)> pull_failures;
};

/// Writes the status of a RegistryCredential: when it differs, and at most once a second for each object.
/// Tells the changes as Events.
class status_writer {
 public:
    explicit status_writer(status_services services)
        : services_(std::move(services)), reader_(services_.client, services_.model) {}

    [[nodiscard]] boost::asio::awaitable<runtime::outcome> run(std::string name);

 private:
    [[nodiscard]] boost::asio::awaitable<runtime::outcome> refused(std::string name, kube::error why);
    void announce(const v1alpha1::registry_credential& object,
                  const v1alpha1::registry_credential_status& status);

    status_services services_;
    quorum_reader reader_;
    std::map<std::string, runtime::time_point> written_;  // when, by name
};

}  // namespace reconcile
