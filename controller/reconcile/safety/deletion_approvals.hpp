// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/v1alpha1/registry_credential.hpp"
#include "reconcile/state/result_table.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace reconcile {

/// With it a person approves the removals that the deletion guard holds. The value is the time at which the
/// newest of them was held, as the status of the RegistryCredential shows it. So it approves what was held
/// until then, and stays without effect on whatever is held later, although it is still there.
inline constexpr std::string_view approval_annotation = "regcred.dev/approve-deletions";

/// What must be approved before what is held for one RegistryCredential is removed.
struct needed_approval {
    std::string
        awaited;  // the value that approves all of it for this RegistryCredential; empty: none is needed
    /// If it has approved all: others that lose something by the same removals and have not.
    std::set<std::string> others;
    [[nodiscard]] bool none() const noexcept { return awaited.empty() && others.empty(); }
};

/// For messages about what is held: the command that approves it, or whose approval is missing.
[[nodiscard]] std::string how_to_approve(const std::string& credential, const needed_approval& needed);

/// Which held removals a person has approved. No I/O and no clock.
class deletion_approvals {
 public:
    /// The results for one kind of object; they outlive this.
    void watch(const result_table& results) { tables_.push_back(&results); }

    /// The value that approves all that is held for this RegistryCredential now; empty: nothing is.
    [[nodiscard]] std::string awaited(const std::string& credential) const;
    /// `exists`: whether there is a RegistryCredential of this name.
    [[nodiscard]] needed_approval needed(const std::string& credential,
                                         const std::function<bool(const std::string& name)>& exists) const;
    /// Accepts the annotation of a RegistryCredential if its value is the awaited one. Returns whether that
    /// is new.
    bool read(const v1alpha1::registry_credential& object);
    /// Whether each RegistryCredential that loses something by this removal, and that still exists, has
    /// approved it. A removal that is held for none waits for nobody.
    [[nodiscard]] bool cover(const result_record* held,
                             const std::function<bool(const std::string& credential)>& exists) const;

 private:
    [[nodiscard]] bool has_approved(const std::string& credential, const std::string& since) const;

    std::vector<const result_table*> tables_;
    std::map<std::string, std::string> until_;  // RFC 3339, by RegistryCredential
};

}  // namespace reconcile
