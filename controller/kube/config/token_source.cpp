// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/config/token_source.hpp"

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
    const auto token = trimmed(text->reveal());
    if (!token.empty()) token_ = util::secret_bytes::copy_of(token);
}

}  // namespace kube
