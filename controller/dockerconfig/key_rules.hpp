// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace dockerconfig {

/// The key of Docker Hub, as `docker login` and kubectl write it.
inline constexpr std::string_view docker_hub_key = "https://index.docker.io/v1/";
/// The form in which the kubelet stores it.
inline constexpr std::string_view docker_hub_index = "index.docker.io";
/// The longest key that is delivered, and the longest `registry` of a source.
inline constexpr std::size_t max_registry_key_bytes = 512;

enum class key_fault : std::uint8_t {
    empty,
    too_long,
    bad_character,  // a control character, space, backslash, percent sign, not ASCII …
    user_info,      // something before an @
    query,          // ? or #
    scheme,         // neither https:// nor http://
    host,           // not a host name
    upper_case,     // the kubelet compares byte by byte, and repository names are lower-case
    port,
    path,                   // not a prefix of a repository name
    tag,                    // a tag or a digest: the kubelet matches repositories
    version,                // a path behind /v1/ or /v2/, which the kubelet drops
    version_without_slash,  // /v1 or /v2 at the end: the kubelet drops only /v1/ and /v2/
    never_matches,          // well-formed, but no image of the registry that it seems to name matches it
    ambiguous,              // the kubelet reads it as another key
};

/// Says what to write instead, and never repeats the key.
struct key_error {
    key_error() = default;  // boost::system::result::error() needs it
    key_error(key_fault kind, std::string text) : fault(kind), message(std::move(text)) {}

    key_fault fault = key_fault::empty;
    std::string message;
};

[[noreturn]] void throw_exception_from_error(const key_error& error, const boost::source_location& location);

template <class T>
using key_result = boost::system::result<T, key_error>;

/// What is wrong or odd about a key of a docker config. Such a key may still match images, though seldom
/// those that were meant: see registry_key::parse().
[[nodiscard]] std::optional<key_error> find_key_fault(std::string_view written);

/// What is wrong about the `registry` of a basic-auth source, which is written as an image's name begins: the
/// rules of the CRD. Docker Hub's key is no fault.
[[nodiscard]] std::optional<key_error> find_registry_fault(std::string_view registry);

}  // namespace dockerconfig
