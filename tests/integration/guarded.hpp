// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "scenario.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace harness {

/// Namespaces that are selected by a label, each with its copy: more than the deletion guard lets pass at
/// once.
class guarded : public scenario {
 protected:
    static constexpr std::size_t many = 25;
    static constexpr std::size_t unbraked = 10;  // so many deletions a minute pass, of so few copies

    explicit guarded(std::vector<std::string> flags = {});
    /// Sets the label of the first `count` namespaces; null removes it.
    void label(const json& to, std::size_t count = many);
    /// Complete reads of the namespaces.
    [[nodiscard]] std::ptrdiff_t reads();
    [[nodiscard]] std::size_t deletions();
    /// Each namespace also gets the login of "wide" for ghcr.io, of another RegistryCredential.
    synced_objects add_wide();
    /// What a copy holds that "wide" shares.
    [[nodiscard]] static std::string shared_document(const std::string& tag_of_wide);

 public:  // for the test
    const std::string document = document_of(one_login("quay.io", "guard"));
    std::string value = named("pull");
    std::vector<std::string> all;
    std::string credential;
    std::size_t before = 0;
};

/// The same with --deletion-guard=approve.
class guarded_by_approval : public guarded {
 protected:
    guarded_by_approval();
    void approve(const std::string& value);
    /// The value that the status asks for, once this many removals are held.
    [[nodiscard]] std::string awaited(int held);
};

}  // namespace harness
