// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/system/result.hpp>
#include <boost/throw_exception.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace dockerconfig {

/// What is wrong with a source, or with what was selected from it.
enum class source_fault : std::uint8_t {
    // the Secret as a whole
    unsupported_type,  // not one of dockerconfigjson, dockercfg, basic-auth
    missing_data,      // the data key that belongs to the type is absent or empty
    too_large,
    not_json,
    too_deep,
    wrong_type,  // a JSON value is not of the type that the kubelet's decoder wants
    too_many_entries,
    no_entries,
    // one entry, or the one login of a basic-auth Secret
    bad_key,        // the kubelet reads it differently from how it looks
    unmatched_key,  // no image has a name that it matches
    key_collision,  // two entries of one document for one registry, with two logins
    bad_base64,
    no_colon,
    bad_username,  // empty, or the kubelet or `auth` cannot carry it
    bad_password,
    bad_email,
    token_only,   // identitytoken or registrytoken, which the kubelet ignores
    empty_entry,  // no username or no password: they may be in a credential store
    // the source in the RegistryCredential's spec
    registry_missing,
    registry_not_allowed,
    registries_not_allowed,
    nothing_selected,  // `registries` matches no entry
    duplicate_registry,
};

/// A failure as a value. `message` is one printable line: where the fault is and what to write instead, never
/// a byte of a username, a password, an email or a token.
struct source_error {
    source_error() = default;  // boost::system::result::error() needs it
    source_error(source_fault kind, std::string text) : fault(kind), message(std::move(text)) {}

    source_fault fault = source_fault::unsupported_type;
    std::string message;
};

[[noreturn]] inline void throw_exception_from_error(const source_error& error,
                                                    const boost::source_location& location) {
    boost::throw_exception(std::logic_error("unchecked source error: " + error.message), location);
}

/// Whether an entry with this fault makes no difference in a copy: it matches no image, or the container
/// runtime sends nothing of it.
[[nodiscard]] constexpr bool is_useless(source_fault fault) noexcept {
    return fault == source_fault::unmatched_key || fault == source_fault::token_only ||
           fault == source_fault::empty_entry;
}

template <class T>
using source_result = boost::system::result<T, source_error>;

}  // namespace dockerconfig
