// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "process_usage.hpp"
#include "raw_load.hpp"
#include "request_count.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace bench {

/// How much is measured.
struct extent {
    std::size_t namespaces = 1000;
    std::size_t connections = 16;
    std::size_t rounds = 6;
    std::size_t new_namespaces = 200;  // a round
    std::size_t events = 10'000;       // in one burst
    int idle_seconds = 60;
};

/// Something written in every namespace, once a round.
struct bulk {
    std::vector<double> seconds;
    std::vector<double> cpu_seconds;  // of whoever wrote

    void add(const span& taken) {
        seconds.push_back(taken.seconds());
        cpu_seconds.push_back(taken.cpu_seconds);
    }
};

struct phase {
    std::string name;
    resident_memory memory;  // at its end; the highest of all rounds
    request_count requests;  // of the last round
};

/// Events about Pods of one namespace, and what others saw of it. In milliseconds, one after the other.
struct burst {
    double seconds = 0;  // that it took to send the Events
    std::vector<double> namespace_made;
    std::vector<double> namespace_served;
    std::vector<double> pod_told;
};

struct figures {
    std::size_t body_bytes = 0;  // of a POST of a copy
    bulk post;
    bulk post_more;  // with twice the connections
    bulk put;
    bulk apply;        // server-side apply that creates
    bulk put_applied;  // a PUT of what was created so
    bulk first_sync;
    bulk rotation;
    std::vector<std::size_t> writes;  // of Secrets, by the controller, for each first sync and rotation
    bulk post_and_patch;              // a copy, and a ServiceAccount that lists it
    bulk first_sync_with_accounts;
    std::vector<std::size_t> writes_with_accounts;  // of both

    // In milliseconds, one after the other.
    std::vector<double> post_answered;
    std::vector<double> post_seen;
    std::vector<double> namespace_served;
    std::vector<double> patch_answered;
    std::vector<double> account_served;

    burst of_events;

    std::vector<phase> phases;
};

}  // namespace bench
