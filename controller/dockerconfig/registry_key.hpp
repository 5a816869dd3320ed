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
/// Longest key that is taken, as written.
inline constexpr std::size_t max_registry_key_bytes = 253;

enum class key_fault : std::uint8_t {
    empty,
    too_long,
    bad_character,  // control character, space, backslash, percent sign, not ASCII …
    user_info,      // something before an @
    query,          // ? or #
    scheme,         // neither https:// nor http:// nor none
    host,           // not a host name
    upper_case,     // the kubelet compares byte by byte, and image names are lower-case
    port,
    path,                   // no prefix of a repository name
    tag,                    // a tag or a digest: the kubelet matches repositories
    version_without_slash,  // /v1 or /v2 at the end: only /v1/ and /v2/ are taken off
    never_matches,          // well-formed, and yet no image is ever compared equal to it
};

/// Says what to write instead, and never repeats the key.
struct key_error {
    key_error() = default;  // boost::system::result::error() wants it
    key_error(key_fault f, std::string text) : fault(f), message(std::move(text)) {}

    key_fault fault = key_fault::empty;
    std::string message;
};

[[noreturn]] void throw_exception_from_error(const key_error& e, const boost::source_location& where);

template <class T>
using key_result = boost::system::result<T, key_error>;

/// A key of `auths` that can match an image, held as it was written and as the kubelet stores it.
class registry_key {
 public:
    /// Takes what `docker login`, podman and kubectl write: host, host:port, host/path, each optionally
    /// behind https:// or http://, labels of the host possibly with `*`. Refuses all that the kubelet would
    /// skip, misread or never match.
    [[nodiscard]] static key_result<registry_key> parse(std::string_view written);
    /// As parse(), for the `registry` of a basic-auth source: docker.io means Docker Hub's key there.
    [[nodiscard]] static key_result<registry_key> parse_for_basic_auth(std::string_view registry);

    [[nodiscard]] const std::string& written() const noexcept { return written_; }
    /// host[:port][/path]: without scheme, without a leading /v1/ or /v2/ of the path, without a path that is
    /// only a slash.
    [[nodiscard]] const std::string& normalised() const noexcept { return normalised_; }
    /// What two claims are compared by: normalised(), but docker.io stands for index.docker.io. Both are
    /// Docker Hub, and the kubelet looks at index.docker.io only when nothing else matched: side by side, the
    /// first hides the second.
    [[nodiscard]] std::string_view claim() const noexcept;

    friend bool operator==(const registry_key&, const registry_key&) = default;

 private:
    registry_key(std::string written, std::string normalised)
        : written_(std::move(written)), normalised_(std::move(normalised)) {}

    std::string written_;
    std::string normalised_;
};

/// Whether both keys claim the same registry: `https://reg` and `reg` do.
[[nodiscard]] bool same_registry(const registry_key& a, const registry_key& b) noexcept;

/// What the kubelet makes of a key, whatever it is: the scheme and the leading /v1/ or /v2/ of the path are
/// taken off, and nothing is checked. Equals registry_key::normalised() where parse() succeeds.
[[nodiscard]] std::string normalise_like_kubelet(std::string_view written);

/// Whether a glob of `registries` matches the key as written or as the kubelet normalises it. No glob at all
/// takes everything.
[[nodiscard]] bool registry_filter_matches(const std::vector<std::string>& globs, std::string_view written);

/// Whether a key from outside may appear in a message: it looks like a registry, and holds nothing that looks
/// like a login.
[[nodiscard]] bool is_fit_to_name(std::string_view written) noexcept;

}  // namespace dockerconfig
