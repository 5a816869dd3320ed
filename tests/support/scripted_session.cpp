// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "support/scripted_session.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

namespace harness {

namespace {

std::size_t content_length(std::string_view head) {
    constexpr std::string_view field = "Content-Length: ";
    const auto at = head.find(field);
    std::size_t length = 0;
    if (at != std::string_view::npos) {
        std::from_chars(head.data() + at + field.size(), head.data() + head.size(), length);
    }
    return length;
}

}  // namespace

scripted_session::scripted_session(int socket,
                                   ssl_ctx_st* context,
                                   std::function<void(const std::string&)> note)
    : socket_(socket), note_(std::move(note)) {
    if (context == nullptr) return;
    tls_ = SSL_new(context);
    SSL_set_fd(tls_, socket_);
}

scripted_session::~scripted_session() {
    SSL_free(tls_);
    ::close(socket_);
}

bool scripted_session::shake_hands() {
    return tls_ == nullptr || SSL_accept(tls_) == 1;
}

void scripted_session::interrupt() const noexcept {
    ::shutdown(socket_, SHUT_RDWR);
}

std::string scripted_session::read_request() {
    for (;;) {
        const auto end = received_.find("\r\n\r\n");
        if (end != std::string::npos) {
            const auto size = end + 4 + content_length(std::string_view(received_).substr(0, end + 2));
            if (received_.size() >= size) {
                auto request = received_.substr(0, size);
                received_.erase(0, size);
                note_(request);
                return request;
            }
        }
        if (!receive()) return {};
    }
}

void scripted_session::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto size = static_cast<int>(std::min<std::size_t>(bytes.size(), 1U << 20U));
        const auto sent = tls_ != nullptr ? SSL_write(tls_, bytes.data(), size)
                                          : static_cast<int>(::send(socket_, bytes.data(), bytes.size(), 0));
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void scripted_session::write_split(std::string_view bytes, std::size_t piece) {
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size())))
        write(bytes.substr(0, piece));
}

void scripted_session::finish() {
    if (tls_ != nullptr) SSL_shutdown(tls_);
    ::shutdown(socket_, SHUT_RDWR);
}

void scripted_session::cut() {
    if (tls_ != nullptr) SSL_set_quiet_shutdown(tls_, 1);
    ::shutdown(socket_, SHUT_RDWR);
}

void scripted_session::wait_until_closed() {
    while (receive()) {
    }
}

std::string scripted_session::client_name() const {
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(SSL_get1_peer_certificate(tls_), X509_free);
    if (certificate == nullptr) return {};
    std::string name(256, '\0');
    const auto size = X509_NAME_get_text_by_NID(
        X509_get_subject_name(certificate.get()), NID_commonName, name.data(), static_cast<int>(name.size()));
    name.resize(static_cast<std::size_t>(std::max(size, 0)));
    return name;
}

std::string scripted_session::asked_name() const {
    const char* const name = SSL_get_servername(tls_, TLSEXT_NAMETYPE_host_name);
    return name == nullptr ? std::string() : name;
}

bool scripted_session::receive() {
    char block[16384];
    const auto got = tls_ != nullptr ? SSL_read(tls_, block, sizeof(block))
                                     : static_cast<int>(::recv(socket_, block, sizeof(block), 0));
    ERR_clear_error();
    if (got <= 0) return false;
    ++records_;
    received_.append(block, static_cast<std::size_t>(got));
    return true;
}

}  // namespace harness
