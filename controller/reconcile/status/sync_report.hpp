// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/v1alpha1/registry_credential.hpp"
#include "reconcile/state/event_aggregator.hpp"
#include "reconcile/state/queues.hpp"
#include "reconcile/state/sync_runs.hpp"

#include <vector>

namespace reconcile {

/// What is left to do, by a status that is true now.
[[nodiscard]] sync_rest rest_of(const v1alpha1::registry_credential_status& status,
                                const work_queues& queues);

/// Adds to the Events about Secrets how long all of them took, and how many failed.
void add_result(std::vector<credential_event>& events, const finished_sync& result);

}  // namespace reconcile
