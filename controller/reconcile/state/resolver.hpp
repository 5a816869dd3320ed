// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/v1alpha1/registry_credential.hpp"
#include "dockerconfig/merge.hpp"
#include "reconcile/state/source.hpp"
#include "reconcile/status/status.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace reconcile {

/// A Secret of the controller's own namespace, parsed once for each version of it.
struct source_secret {
    kube::object_meta meta;  // name, namespace, uid and resourceVersion
    dockerconfig::source_result<std::shared_ptr<const parsed_source>> parsed;
};

/// Reduces a Secret to what a source needs; the Secret's other bytes go with it.
[[nodiscard]] source_secret read_source(kube::secret&& full);

using entry_list = std::shared_ptr<const std::vector<dockerconfig::registry_entry>>;

/// What a RegistryCredential's sources come to.
struct resolution {
    source_verdict verdict;  // of the sources as they are now
    entry_list entries;      // to deliver; null: a source cannot be read and what it gave last is not known
};

/// Reads sources, and remembers what each gave when it was last good: a source that goes missing or turns
/// invalid, or that brings a registry which another source of the object has, changes nothing. A source that
/// leaves the spec is forgotten: that is how a credential is revoked.
class resolver {
 public:
    using lookup = std::function<const source_secret*(const std::string& secret_name)>;

    /// `own_namespace` is for messages.
    explicit resolver(std::string own_namespace) : own_namespace_(std::move(own_namespace)) {}

    [[nodiscard]] resolution resolve(const v1alpha1::registry_credential& object, const lookup& find);
    void forget(const std::string& uid) { last_good_.erase(uid); }

 private:
    using remembered =
        std::vector<std::pair<v1alpha1::credential_source, std::vector<dockerconfig::registry_entry>>>;

    [[nodiscard]] dockerconfig::source_result<std::vector<dockerconfig::registry_entry>> read(
        const v1alpha1::credential_source& source, const lookup& find) const;

    std::string own_namespace_;
    std::map<std::string, remembered> last_good_;  // by UID
};

/// Whether two deliver the same; null and an empty list differ.
[[nodiscard]] bool same_entries(const entry_list& a, const entry_list& b);

}  // namespace reconcile
