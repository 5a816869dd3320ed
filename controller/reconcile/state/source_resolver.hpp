// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/v1alpha1/registry_credential.hpp"
#include "reconcile/state/desired_secret.hpp"
#include "reconcile/state/reasons.hpp"
#include "reconcile/state/source.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace reconcile {

/// The resolved sources of a RegistryCredential.
struct resolution {
    cause fault;           // why a source is not valid now; an empty reason: all are
    entry_list entries;    // to deliver: of all sources whose content is known
    source_names origins;  // of the entries, by key as written
    /// Sources that cannot be read now and could not be read before: a copy keeps what it has of them, as far
    /// as their `registry` and `registries` let it. Those are empty here if they are the mistake.
    std::vector<v1alpha1::credential_source> unknown;
    std::vector<std::string> notes;  // on the sources that are valid: see selected_entries
};

/// Resolves sources, and remembers the last good content of each. If a source goes missing, becomes invalid,
/// or has a registry that another source of the object has too, its last good content is used; the other
/// sources go on. What a source has while its object is suspended is not delivered, and so not remembered. A
/// source that is removed from the spec is forgotten: that is how a credential is revoked.
class source_resolver {
 public:
    using lookup = std::function<const source_secret*(const std::string& secret_name)>;

    /// `own_namespace` is for messages.
    explicit source_resolver(std::string own_namespace) : own_namespace_(std::move(own_namespace)) {}

    [[nodiscard]] resolution resolve(const v1alpha1::registry_credential& object, const lookup& find);
    void forget(const std::string& uid) { last_good_.erase(uid); }

 private:
    using source_list = std::vector<v1alpha1::credential_source>;
    using remembered =
        std::vector<std::pair<v1alpha1::credential_source, std::vector<dockerconfig::registry_entry>>>;

    [[nodiscard]] dockerconfig::source_result<selected_entries> read(
        const v1alpha1::credential_source& source, const lookup& find) const;

    /// The content of each source: what it has now, else its last good one. Adds what is wrong to `result`,
    /// and to `mistaken` each source whose `registry` or `registries` are the mistake.
    [[nodiscard]] remembered read_all(const v1alpha1::registry_credential& object,
                                      const remembered& before,
                                      const lookup& find,
                                      resolution& result,
                                      source_list& mistaken) const;

    std::string own_namespace_;
    std::map<std::string, remembered> last_good_;  // by UID
};

}  // namespace reconcile
