// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace kube {

// The rules of k8s.io/apimachinery/pkg/util/validation.

/// At most 63 lower-case letters, digits and '-', a letter or digit at both ends: namespaces.
[[nodiscard]] bool is_dns1123_label(std::string_view text) noexcept;
/// Such labels (of any length) joined by '.', at most 253 characters: Secrets and most other objects.
[[nodiscard]] bool is_dns1123_subdomain(std::string_view text) noexcept;
/// A label key: a name of at most 63 characters, with or without a DNS subdomain and '/' in front of it.
[[nodiscard]] bool is_qualified_name(std::string_view text) noexcept;
/// Empty, or at most 63 letters, digits, '-', '_' and '.', a letter or digit at both ends.
[[nodiscard]] bool is_label_value(std::string_view text) noexcept;

}  // namespace kube
