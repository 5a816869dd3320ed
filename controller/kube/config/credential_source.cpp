// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/config/credential_source.hpp"

#include "kube/config/secret_file.hpp"

#include <string_view>
#include <utility>

namespace kube {

namespace {

constexpr std::chrono::seconds read_interval{30};

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view space = " \t\r\n";
    const auto first = text.find_first_not_of(space);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(space) - first + 1);
}

constexpr std::chrono::seconds poll_interval{30};

/// The data if it is set, else the file's content, else nothing.
result<util::secret_bytes> data_or_file(std::string_view data, const std::string& file) {
    if (!data.empty() || file.empty()) return util::secret_bytes::copy_of(data);
    return read_file(file);
}

util::keyed_digest digest_of(const net::tls_config& config) {
    // The sizes keep "a" + "bc" apart from "ab" + "c".
    std::string all =
        std::to_string(config.ca_pem.size()) + ' ' + std::to_string(config.client_certificate.size());
    all.reserve(all.size() + config.ca_pem.size() + config.client_certificate.size() +
                config.client_key.size());
    all.append(config.ca_pem).append(config.client_certificate).append(config.client_key.reveal());
    const util::secret_bytes bytes(std::move(all));
    return util::digest_of(bytes.reveal());
}

}  // namespace

token_source::token_source(std::string file, util::secret_bytes token)
    : file_(std::move(file)), token_(util::secret_bytes::copy_of(trimmed(token.reveal()))) {}

const util::secret_bytes& token_source::get(time_point now) {
    if (!file_.empty() && now >= next_read_) read(now);
    return token_;
}

bool token_source::refresh(time_point now, const util::secret_bytes& rejected) {
    if (file_.empty()) return false;
    read(now);
    return !token_.empty() && !(token_ == rejected);
}

void token_source::read(time_point now) {
    next_read_ = now + read_interval;
    const auto text = read_file(file_);
    if (!text) return;
    auto token = util::secret_bytes::copy_of(trimmed(text->reveal()));
    if (token.empty() || token == token_) return;
    if (!token_.empty()) ++reloads_;
    token_ = std::move(token);
}

result<net::tls_config> tls_source::read() const {
    auto ca = data_or_file(config_.ca_data, config_.ca_file);
    if (!ca) return ca.error();
    auto certificate = data_or_file(config_.client_certificate_data, config_.client_certificate_file);
    if (!certificate) return certificate.error();
    auto key = data_or_file(config_.client_key_data.reveal(), config_.client_key_file);
    if (!key) return key.error();
    // Without a CA the connection would use the system's trust store, which the configuration does not say.
    if (!config_.ca_file.empty() && ca->empty())
        return error(error_kind::other, config_.ca_file + " is empty");

    net::tls_config config;
    config.ca_pem = ca->reveal();
    config.server_name = config_.server_name;
    config.client_certificate = certificate->reveal();
    config.client_key = *std::move(key);
    return config;
}

std::optional<net::tls_config> tls_source::poll(time_point now) {
    if (now < next_poll_) return std::nullopt;
    next_poll_ = now + poll_interval;
    auto config = read();
    if (!config) {
        fault_ = config.error().message;
        return std::nullopt;
    }
    if (digest_of(*config) == current_) {
        fault_.clear();
        return std::nullopt;
    }
    return *std::move(config);
}

void tls_source::set_current(const net::tls_config& config) {
    current_ = digest_of(config);
    fault_.clear();
}

}  // namespace kube
