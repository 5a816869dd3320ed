// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fixture.hpp"

#include <chrono>
#include <initializer_list>
#include <string>
#include <vector>

namespace harness {

/// A RegistryCredential that is valid but for one field.
struct refusal {
    std::string field;                  // JSON pointer
    json value;                         // null: the field is left out
    std::vector<std::string> messages;  // each is part of the API server's answer
};

struct acceptance {
    std::string field;
    json value;
};

inline constexpr auto label_key = "a key is a name of at most 63 letters, digits, '-', '_' and '.'";
inline constexpr auto label_value = "a label's value has at most 63 letters, digits, '-', '_' and '.'";

/// What the API server says of a string that is longer than `limit`: not longer, or more, than so many, since
/// Kubernetes 1.31 so many bytes.
[[nodiscard]] std::vector<std::string> too_long(const std::string& field, int limit);

// Values at a limit, or beyond it.
[[nodiscard]] std::string letters(std::size_t count);
/// PREFIX0SUFFIX and so on.
[[nodiscard]] json numbered(const std::string& prefix, int count, const std::string& suffix = {});
/// {k0: VALUE, and so on}
[[nodiscard]] json numbered_keys(int count, const std::string& value = "v");
[[nodiscard]] json numbered_sources(int count);

/// Creates RegistryCredentials from a valid one in which one field is set, with the checks that
/// `kubectl apply` asks for.
class manifest_fixture : protected fixture {
 protected:
    /// The API server refuses each for one reason, with these messages, and stores none.
    void check_refused(const std::vector<refusal>& table);
    /// The API server stores each as it is.
    void check_accepted(const std::vector<acceptance>& table);
    /// Under a name of its own.
    [[nodiscard]] api_answer apply(json object);

    /// {sources: [{secretRef: {name: hub-login}}], namespaces: {include: ["*"]}}
    [[nodiscard]] static json valid_object();
    [[nodiscard]] static json object_with(const std::string& field, const json& value);

 private:
    int count_ = 0;
    // A CRD that was changed just now takes effect a moment later.
    std::chrono::steady_clock::time_point crd_in_effect_ =
        std::chrono::steady_clock::now() + std::chrono::seconds(5);
};

}  // namespace harness
