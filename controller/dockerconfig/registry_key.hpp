// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/system/result.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dockerconfig {

/// The key of Docker Hub, as `docker login` and kubectl write it.
inline constexpr std::string_view docker_hub_key = "https://index.docker.io/v1/";
/// The longest key that is accepted, as written.
inline constexpr std::size_t max_registry_key_bytes = 253;

enum class key_fault : std::uint8_t {
    empty,
    too_long,
    bad_character,  // a control character, space, backslash, percent sign, not ASCII …
    user_info,      // something before an @
    query,          // ? or #
    scheme,         // neither https:// nor http://
    host,           // not a host name
    upper_case,     // the kubelet compares byte by byte, and image names are lower-case
    port,
    path,                   // not a prefix of a repository name
    tag,                    // a tag or a digest: the kubelet matches repositories
    version_without_slash,  // /v1 or /v2 at the end: the kubelet drops only /v1/ and /v2/
    never_matches,          // well-formed, but no image matches it
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

/// A key of `auths` that can match an image, held as it was written and as the kubelet stores it.
class registry_key {
 public:
    /// Accepts what `docker login`, podman and kubectl write: host, host:port or host/path, optionally behind
    /// https:// or http://; labels of the host may have `*`. Refuses what the kubelet would skip, misread or
    /// never match.
    [[nodiscard]] static key_result<registry_key> parse(std::string_view written);
    /// Like parse(), for the `registry` of a basic-auth source, where docker.io means Docker Hub's key.
    [[nodiscard]] static key_result<registry_key> parse_for_basic_auth(std::string_view registry);

    [[nodiscard]] const std::string& written() const noexcept { return written_; }
    /// host[:port][/path], as the kubelet stores it; see stored_form().
    [[nodiscard]] const std::string& stored() const noexcept { return stored_; }
    /// What two claims are compared by: stored(), but index.docker.io instead of docker.io. Both are Docker
    /// Hub, and the kubelet looks up index.docker.io only when nothing else matched: an entry for docker.io
    /// hides it.
    [[nodiscard]] std::string_view claim() const noexcept;

    friend bool operator==(const registry_key&, const registry_key&) = default;

 private:
    registry_key(std::string written, std::string stored)
        : written_(std::move(written)), stored_(std::move(stored)) {}

    std::string written_;
    std::string stored_;
};

/// Whether both keys claim the same registry, as `https://reg` and `reg` do.
[[nodiscard]] bool same_registry(const registry_key& a, const registry_key& b) noexcept;

/// A key without https:// or http:// before its host: the kubelet knows these two, in lower case.
[[nodiscard]] std::string_view without_scheme(std::string_view key) noexcept;

/// The form in which the kubelet stores a host (with its port) and a path: without a leading /v1 or /v2 of
/// the path, and without a path that is only a slash.
[[nodiscard]] std::string stored_form(std::string_view host, std::string_view path);

/// Whether a glob of `registries` matches the key as written or in the kubelet's form. Without globs every
/// key matches.
[[nodiscard]] bool registry_filter_matches(const std::vector<std::string>& globs, std::string_view written);

/// Whether a key from outside may appear in a message: it looks like a registry, and holds nothing that looks
/// like a login.
[[nodiscard]] bool is_safe_to_show(std::string_view written) noexcept;

}  // namespace dockerconfig
