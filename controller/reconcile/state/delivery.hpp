// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dockerconfig/merge.hpp"
#include "reconcile/secrets/plan.hpp"
#include "reconcile/state/resolver.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace reconcile {

/// What one set of contributors delivers together; most cells share a few of these.
struct delivery {
    desired_secret secret;
    std::vector<dockerconfig::registry_conflict> conflicts;  // indices into the contributors
};

/// The merge of the contributors' entries, oldest first. A contributor whose entries are null makes the
/// delivery incomplete.
[[nodiscard]] delivery deliver(const std::vector<entry_list>& contributors);

/// Deliveries already computed, by the contributors' UIDs. Emptied whenever what a contributor delivers
/// changes.
class delivery_cache {
 public:
    using shared = std::shared_ptr<const delivery>;
    [[nodiscard]] shared find(const std::string& key) const;
    void keep(std::string key, shared value) { known_.insert_or_assign(std::move(key), std::move(value)); }
    void clear() { known_.clear(); }

 private:
    std::map<std::string, shared> known_;
};

}  // namespace reconcile
