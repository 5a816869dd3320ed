// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/client/client.hpp"
#include "runtime/log/log.hpp"
#include "runtime/time.hpp"
#include "util/secret_bytes.hpp"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

enum class access_verdict {
    allowed,
    unauthenticated,  // no token, or none that the API server knows
    forbidden,        // RBAC does not allow the token's user to get /metrics
    unknown,          // the API server gave no answer
    too_many,         // too many tokens that are not known were tried
};

/// The token of a header Authorization; empty: it has none.
[[nodiscard]] util::secret_bytes bearer_token(const util::secret_bytes& authorization);

/// What the API server said about tokens, for a short time, so that a scrape costs it nothing. No clock.
class access_cache {
 public:
    static constexpr runtime::duration allowed_time = std::chrono::minutes(1);
    static constexpr runtime::duration refused_time = std::chrono::seconds(10);
    static constexpr std::size_t capacity = 64;
    /// Tokens that may be asked about within a second: a client with wrong ones must not load the API server.
    static constexpr unsigned asks_per_second = 10;

    [[nodiscard]] std::optional<access_verdict> find(const util::keyed_digest& token,
                                                     runtime::time_point now) const;
    /// Counts a question to the API server. False: there were too many.
    [[nodiscard]] bool may_ask(runtime::time_point now);
    /// Keeps what the API server said; unknown is not kept.
    void put(const util::keyed_digest& token, access_verdict answer, runtime::time_point now);

 private:
    struct entry {
        util::keyed_digest token;
        access_verdict answer;
        runtime::time_point until;
    };
    std::vector<entry> entries_;  // the oldest first
    runtime::time_point second_began_ = runtime::time_point::min();
    unsigned asked_ = 0;  // in that second
};

/// Asks the API server whether a client may read /metrics: whose its token is (TokenReview), and whether that
/// user may get the path /metrics (SubjectAccessReview). `client` and `log` outlive it.
class metrics_access {
 public:
    metrics_access(kube::client& client, const runtime::logger& log) : client_(client), log_(log) {}

    [[nodiscard]] boost::asio::awaitable<access_verdict> check(util::secret_bytes authorization);

 private:
    [[nodiscard]] boost::asio::awaitable<kube::result<access_verdict>> ask(util::secret_bytes token);

    kube::client& client_;
    const runtime::logger& log_;
    access_cache cache_;
    std::string last_fault_;  // that was logged; empty: the API server answers
};
