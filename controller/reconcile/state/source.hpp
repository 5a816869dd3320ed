// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "api/v1alpha1/registry_credential.hpp"
#include "dockerconfig/selection.hpp"
#include "kube/api/secret.hpp"
#include "kube/json.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace reconcile {

/// The reason of the condition SourcesValid.
[[nodiscard]] std::string_view reason_of(dockerconfig::source_fault fault) noexcept;

/// The parsed content of a source Secret, whichever RegistryCredential uses it. Holds all credentials and
/// nothing else of the Secret; immutable and shared, so that the last good one can be kept.
struct parsed_source {
    std::string secret_name;
    /// A docker config, or the login of a basic-auth Secret, which has no registry of its own.
    std::variant<dockerconfig::docker_config, std::shared_ptr<const dockerconfig::login>> content;
};

/// Fails if the whole Secret is unusable. The message names the Secret. Success does not mean that every
/// entry is good: see docker_config_entry.
[[nodiscard]] dockerconfig::source_result<std::shared_ptr<const parsed_source>> parse_source_secret(
    const kube::secret& secret);

using dockerconfig::selected_entries;

/// The entries that a source of a RegistryCredential takes; see dockerconfig::select_entries(). The notes
/// are for the condition SourcesValid; they and the error's message name the Secret.
[[nodiscard]] dockerconfig::source_result<selected_entries> select_entries(
    const parsed_source& parsed, const v1alpha1::credential_source& source);

/// A Secret of the controller's own namespace, parsed once for each version of it.
struct source_secret {
    kube::object_meta meta;  // name, namespace, uid and resourceVersion
    dockerconfig::source_result<std::shared_ptr<const parsed_source>> parsed;
};

/// Reduces a Secret to what a source needs; its data is erased.
[[nodiscard]] source_secret read_source(kube::secret&& full);

/// What is kept of a Secret of the controller's own namespace as the API server sends it.
[[nodiscard]] kube::result<source_secret> decode_source(const kube::json& object);

}  // namespace reconcile
