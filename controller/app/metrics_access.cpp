// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "app/metrics_access.hpp"

#include "kube/api/access_review.hpp"
#include "util/ascii.hpp"

#include <algorithm>
#include <utility>

namespace asio = boost::asio;

util::secret_bytes bearer_token(const util::secret_bytes& authorization) {
    constexpr std::string_view scheme = "bearer ";
    const auto text = authorization.reveal();
    if (util::lower(text.substr(0, scheme.size())) != scheme) return {};
    return util::secret_bytes::copy_of(text.substr(scheme.size()));
}

std::optional<access_verdict> access_cache::find(const util::keyed_digest& token,
                                                 runtime::time_point now) const {
    const auto found = std::ranges::find(entries_, token, &entry::token);
    if (found == entries_.end() || found->until <= now) return std::nullopt;
    return found->answer;
}

bool access_cache::may_ask(runtime::time_point now) {
    if (asked_ == 0 || now - second_began_ >= std::chrono::seconds(1)) {
        second_began_ = now;
        asked_ = 0;
    }
    return asked_++ < asks_per_second;
}

void access_cache::put(const util::keyed_digest& token, access_verdict answer, runtime::time_point now) {
    std::erase_if(entries_, [&](const entry& each) { return each.token == token || each.until <= now; });
    if (answer == access_verdict::unknown) return;
    if (entries_.size() == capacity) {
        // Tokens that somebody made up must not displace those that are allowed.
        const auto refused = std::ranges::find_if(
            entries_, [](const entry& each) { return each.answer != access_verdict::allowed; });
        entries_.erase(refused == entries_.end() ? entries_.begin() : refused);
    }
    entries_.push_back({.token = token,
                        .answer = answer,
                        .until = now + (answer == access_verdict::allowed ? allowed_time : refused_time)});
}

asio::awaitable<kube::result<access_verdict>> metrics_access::ask(util::secret_bytes token) {
    const auto reviewed = co_await client_.review(kube::token_reviews, kube::write_token_review(token));
    if (!reviewed) co_return reviewed.error();
    const auto user = kube::read_token_review(*reviewed);
    if (!user) co_return user.error();
    if (!*user) co_return access_verdict::unauthenticated;
    const auto answer = co_await client_.review(kube::subject_access_reviews,
                                                kube::write_path_review(**user, "/metrics", "get"));
    if (!answer) co_return answer.error();
    const auto allowed = kube::read_access_review(*answer);
    if (!allowed) co_return allowed.error();
    co_return *allowed ? access_verdict::allowed : access_verdict::forbidden;
}

asio::awaitable<access_verdict> metrics_access::check(util::secret_bytes authorization) {
    auto token = bearer_token(authorization);
    if (token.empty()) co_return access_verdict::unauthenticated;
    const auto digest = util::digest_of(token.reveal());
    const auto now = std::chrono::steady_clock::now();
    if (const auto known = cache_.find(digest, now)) co_return *known;
    if (!cache_.may_ask(now)) co_return access_verdict::too_many;
    const auto answer = co_await ask(std::move(token));
    const auto fault = answer.has_error() ? kube::public_message(answer.error()) : std::string();
    if (!fault.empty() && fault != last_fault_)
        log_.warn("cannot check who may read /metrics", {{"error", fault}});
    last_fault_ = fault;
    const auto result = answer.has_error() ? access_verdict::unknown : *answer;
    cache_.put(digest, result, std::chrono::steady_clock::now());
    co_return result;
}
