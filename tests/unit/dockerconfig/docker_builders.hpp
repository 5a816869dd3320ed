// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dockerconfig/login.hpp"
#include "kube/api/secret.hpp"

#include <string>
#include <string_view>

/// Entries and Secrets for tests of docker configs.
namespace build {

inline util::secret_bytes bytes(std::string_view text) {
    return util::secret_bytes::copy_of(text);
}

inline dockerconfig::registry_entry entry(std::string_view key,
                                          std::string_view username = "robot",
                                          std::string_view password = "s3cret",
                                          std::string_view email = {}) {
    return {dockerconfig::registry_key::parse(key).value(),
            dockerconfig::login::make(bytes(username), bytes(password), bytes(email)).value()};
}

/// "key|username|password|email": what a test compares.
inline std::string shown(const dockerconfig::registry_entry& e) {
    std::string text = e.key.written();
    for (const auto* part : {&e.credential->username(), &e.credential->password(), &e.credential->email()}) {
        text += '|';
        text += part->reveal();
    }
    return text;
}

inline kube::secret source_secret(std::string name, std::string_view type) {
    kube::secret s;
    s.meta.name = std::move(name);
    s.type = type;
    return s;
}

inline kube::secret source_secret(std::string name,
                                  std::string_view type,
                                  std::string_view key,
                                  std::string_view value) {
    auto s = source_secret(std::move(name), type);
    s.data.emplace(key, bytes(value));
    return s;
}

}  // namespace build
