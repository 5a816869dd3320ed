// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/config/tls_source.hpp"

#include "kube/config/secret_file.hpp"

#include <string_view>

namespace kube {

namespace {

constexpr std::chrono::seconds look_again_after{30};

/// The data where it is given, else the file's content, else nothing.
result<util::secret_bytes> text_of(std::string_view data, const std::string& file) {
    if (!data.empty() || file.empty()) return util::secret_bytes::copy_of(data);
    return read_file(file);
}

util::keyed_digest digest_of(const net::tls_config& config) {
    std::string all =
        std::to_string(config.ca_pem.size()) + ' ' + std::to_string(config.client_certificate.size());
    all.reserve(all.size() + config.ca_pem.size() + config.client_certificate.size() +
                config.client_key.size());
    all.append(config.ca_pem).append(config.client_certificate).append(config.client_key.reveal());
    const util::secret_bytes bytes(std::move(all));
    return util::digest_of(bytes.reveal());
}

}  // namespace

result<net::tls_config> tls_source::read() const {
    auto ca = text_of(config_.ca_data, config_.ca_file);
    if (!ca) return ca.error();
    auto certificate = text_of(config_.client_certificate_data, config_.client_certificate_file);
    if (!certificate) return certificate.error();
    auto key = text_of(config_.client_key_data.reveal(), config_.client_key_file);
    if (!key) return key.error();
    // An empty text would mean the system's trust store, which nobody asked for.
    if (!config_.ca_file.empty() && ca->empty())
        return error(error_kind::other, config_.ca_file + " is empty");

    net::tls_config config;
    config.ca_pem = ca->reveal();
    config.server_name = config_.server_name;
    config.client_certificate = certificate->reveal();
    config.client_key = *std::move(key);
    return config;
}

std::optional<net::tls_config> tls_source::changed(time_point now) {
    if (now < next_look_) return std::nullopt;
    next_look_ = now + look_again_after;
    auto config = read();
    if (!config || digest_of(*config) == in_use_) return std::nullopt;
    return *std::move(config);
}

void tls_source::accepted(const net::tls_config& config) {
    in_use_ = digest_of(config);
}

}  // namespace kube
