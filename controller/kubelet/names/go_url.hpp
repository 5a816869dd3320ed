// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kubelet {

/// Host (with its port) and path of a URL, both decoded.
struct url_parts {
    std::string host;
    std::string path;
    friend bool operator==(const url_parts&, const url_parts&) = default;
};

/// Parses "https://" and this text as Go's net/url does, without the login before an @, the query and the
/// fragment. Nothing when Go refuses it.
[[nodiscard]] std::optional<url_parts> parse_schemeless_url(std::string_view text);

struct host_and_port {
    std::string_view host;
    std::string_view port;
};

/// Go's net.SplitHostPort. A text that it refuses is a host without a port, as in the kubelet.
[[nodiscard]] host_and_port split_host_port(std::string_view text) noexcept;

}  // namespace kubelet
