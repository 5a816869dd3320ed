// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "support/scripted_server.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <list>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace harness {

namespace {

using context_ptr = std::shared_ptr<SSL_CTX>;

void require(bool done, const char* what) {
    if (!done) throw std::runtime_error(std::string("scripted server: ") + what);
}

context_ptr make_context(const identity& shown, const server_options& options) {
    if (!options.tls) return nullptr;
    context_ptr context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
    const std::unique_ptr<BIO, decltype(&BIO_free)> certificate_text(
        BIO_new_mem_buf(shown.certificate.data(), static_cast<int>(shown.certificate.size())), BIO_free);
    const std::unique_ptr<BIO, decltype(&BIO_free)> key_text(
        BIO_new_mem_buf(shown.key.data(), static_cast<int>(shown.key.size())), BIO_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        PEM_read_bio_X509(certificate_text.get(), nullptr, nullptr, nullptr), X509_free);
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
    require(SSL_CTX_use_certificate(context.get(), certificate.get()) == 1, "certificate");
    require(SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1, "key");
    SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
    if (options.newest_tls != 0) SSL_CTX_set_max_proto_version(context.get(), options.newest_tls);
    if (!options.cipher_list.empty()) SSL_CTX_set_cipher_list(context.get(), options.cipher_list.c_str());
    if (options.ask_for_client) {
        // As the API server: whoever comes is let in, and judged by the certificate later.
        SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
    }
    return context;
}

}  // namespace

class scripted_server::implementation {
 public:
    implementation(const identity& shown, script what, const server_options& options)
        : script_(std::move(what)), options_(options), context_(make_context(shown, options)) {
        // A client that is gone must not end the tests.
        std::signal(SIGPIPE, SIG_IGN);
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(address);
        auto* const any = reinterpret_cast<sockaddr*>(&address);
        require(::bind(listener_, any, size) == 0 && ::listen(listener_, 64) == 0, "cannot listen");
        require(::getsockname(listener_, any, &size) == 0, "no port");
        port_ = ntohs(address.sin_port);
        acceptor_ = std::thread([this] { accept_all(); });
    }

    ~implementation() {
        ::shutdown(listener_, SHUT_RDWR);
        acceptor_.join();
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
            for (const auto* open : open_)
                open->interrupt();
        }
        for (auto& thread : threads_)
            thread.join();
        ::close(listener_);
    }
    implementation(const implementation&) = delete;
    implementation& operator=(const implementation&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    [[nodiscard]] int connections() const noexcept { return connections_; }
    [[nodiscard]] std::vector<std::string> requests() const {
        const std::lock_guard lock(mutex_);
        return requests_;
    }
    void show(const identity& shown) {
        const std::lock_guard lock(mutex_);
        context_ = make_context(shown, options_);
    }

 private:
    void accept_all() {
        for (;;) {
            const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (socket < 0) return;
            const int on = 1;
            ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
            const int number = connections_++;
            threads_.emplace_back([this, socket, number] { serve(socket, number); });
        }
    }

    void serve(int socket, int number) {
        const auto note = [this](const std::string& request) {
            const std::lock_guard lock(mutex_);
            requests_.push_back(request);
        };
        std::unique_ptr<scripted_session> here;
        {
            const std::lock_guard lock(mutex_);
            here = std::make_unique<scripted_session>(socket, context_.get(), note);
            open_.push_back(here.get());
            if (stopping_) here->interrupt();
        }
        if (opens_tunnel(socket, note) && here->shake_hands()) {
            script_(*here, number);
            here->finish();
        }
        ERR_clear_error();
        const std::lock_guard lock(mutex_);
        open_.remove(here.get());
        here.reset();
    }

    bool opens_tunnel(int socket, const std::function<void(const std::string&)>& note) const {
        if (options_.connect_response.empty()) return true;
        std::string request;
        while (!request.ends_with("\r\n\r\n")) {
            char byte = 0;
            if (::recv(socket, &byte, 1, 0) != 1) return false;
            request += byte;
        }
        note(request);
        // In two pieces, as a network may deliver it.
        const std::string_view answer = options_.connect_response;
        for (const auto piece : {answer.substr(0, answer.size() / 2), answer.substr(answer.size() / 2)})
            ::send(socket, piece.data(), piece.size(), MSG_NOSIGNAL);
        return answer.find(" 200 ") != std::string_view::npos;
    }

    script script_;
    server_options options_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::atomic<int> connections_{0};
    mutable std::mutex mutex_;  // of all below but the threads, which the acceptor alone changes
    context_ptr context_;
    bool stopping_ = false;
    std::list<const scripted_session*> open_;
    std::vector<std::string> requests_;
    std::list<std::thread> threads_;
    std::thread acceptor_;
};

scripted_server::scripted_server(const identity& shown, script what, const server_options& options)
    : impl_(std::make_unique<implementation>(shown, std::move(what), options)) {}
scripted_server::~scripted_server() = default;
std::uint16_t scripted_server::port() const noexcept {
    return impl_->port();
}
int scripted_server::connections() const noexcept {
    return impl_->connections();
}
std::vector<std::string> scripted_server::requests() const {
    return impl_->requests();
}
void scripted_server::show(const identity& shown) {
    impl_->show(shown);
}

std::string http_answer(int status, std::string_view body, std::string_view fields) {
    return fmt::format("HTTP/1.1 {} Any\r\nContent-Type: application/json\r\n{}Content-Length: {}\r\n\r\n{}",
                       status,
                       fields,
                       body.size(),
                       body);
}

std::string http_chunk(std::string_view bytes) {
    return fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
}

}  // namespace harness
