// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "reconcile/secrets/copy_content.hpp"
#include "reconcile/secrets/secret_view.hpp"
#include "reconcile/state/cluster_state.hpp"

namespace reconcile {

/// Puts into the view what the record in the copy's annotation shows of entries that stay, before the content
/// is read. The view has its lists of RegistryCredentials, and a copy is present.
void look_at_record(secret_view& view, const cluster_state& state);

/// Makes the desired Secret of what the contributors deliver and what stays of the copy, whose content this
/// is. A RegistryCredential that does not fit keeps what it has there.
void merge_with_content(secret_view& view, const cluster_state& state, const copy_content& content);

}  // namespace reconcile
