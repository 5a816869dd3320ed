// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace kube {

// What the API server takes for a name (k8s.io/apimachinery/pkg/util/validation).

/// Lower-case letters, digits and '-', letters or digits at both ends, at most 63: namespaces.
[[nodiscard]] bool is_dns1123_label(std::string_view text) noexcept;
/// Such labels (of any length), joined by '.', at most 253 in all: Secrets and most other objects.
[[nodiscard]] bool is_dns1123_subdomain(std::string_view text) noexcept;
/// The key of a label: a name of at most 63, if need be after a DNS subdomain and '/'.
[[nodiscard]] bool is_qualified_name(std::string_view text) noexcept;
/// Empty, or at most 63 letters, digits, '-', '_' and '.', letters or digits at both ends.
[[nodiscard]] bool is_label_value(std::string_view text) noexcept;

}  // namespace kube
