// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/server_certificate.hpp"

#include "kube/config/secret_file.hpp"

kube::result<bool> server_certificate::read() {
    const auto certificate = kube::read_file(certificate_file_);
    if (!certificate) return certificate.error();
    const auto key = kube::read_file(key_file_);
    if (!key) return key.error();
    // The size keeps "a" + "bc" apart from "ab" + "c".
    std::string both = std::to_string(certificate->size()) + ' ';
    both.reserve(both.size() + certificate->size() + key->size());
    both.append(certificate->reveal()).append(key->reveal());
    const util::secret_bytes bytes(std::move(both));
    const auto digest = util::digest_of(bytes.reveal());
    if (context_ && digest == digest_) return false;
    const auto made = net::tls_server_context::make(certificate->reveal(), *key);
    if (!made) return kube::error(kube::error_kind::other, made.error().what);
    context_ = *made;
    digest_ = digest;
    return true;
}

kube::result<void> server_certificate::load() {
    const auto changed = read();
    if (!changed) return changed.error();
    return {};
}

bool server_certificate::poll(runtime::time_point now) {
    if (now < next_poll_) return false;
    next_poll_ = now + poll_interval;
    const auto changed = read();
    fault_ = changed ? std::string() : changed.error().message;
    return changed && *changed;
}
