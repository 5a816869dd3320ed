// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "figures.hpp"
#include "raw_load.hpp"
#include "support/controller_process.hpp"
#include "test_bed.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

namespace bench {

/// One life of the controller, from its start through every kind of work to its end. Leaves no copy behind.
class controller_round {
 public:
    controller_round(test_bed& bed, figures& into, std::size_t number);

    void run();

 private:
    void start();
    void first_sync();
    void rotation();
    void new_namespaces();
    void first_sync_with_accounts();
    void new_accounts();
    void burst_of_events();
    void remove_object();
    void end();

    /// Lets the controller come to rest, and notes its memory and its requests.
    const request_count& phase(const std::string& name, const std::function<void()>& work);
    /// From now until the last of the namespaces was seen to have had its event.
    [[nodiscard]] span time(kube::watch_event_type type, const std::function<void()>& cause);
    void check_copies(const std::string& tag);

    test_bed& bed_;
    figures& into_;
    bool last_;
    std::string name_;  // of the credential, and a part of all names and logins of this round
    std::optional<harness::controller_process> controller_;
};

}  // namespace bench
