// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/client/status.hpp"

#include "util/printable.hpp"

#include <algorithm>
#include <array>

namespace kube {

namespace {

constexpr std::size_t message_bytes = 4096;  // quota and namespace names stand well within it
constexpr std::size_t name_bytes = 256;
constexpr std::size_t most_causes = 16;
constexpr std::int64_t longest_wait_seconds = 60;

std::string bounded_text(const json& from, std::string_view name, std::size_t max_bytes) {
    const auto* text = member(from, name);
    if (text == nullptr || !text->is_string()) return {};
    return std::string(util::utf8_prefix(text->get_ref<const std::string&>(), max_bytes));
}

int code_within(const json& status) noexcept {
    const auto code = integer_at(status, "code");
    return code && *code >= 400 && *code <= 599 ? static_cast<int>(*code) : 0;
}

// Of a Status without a code.
int code_of_reason(std::string_view reason) noexcept {
    struct known {
        std::string_view reason;
        int code;
    };
    constexpr std::array<known, 16> table{{{"BadRequest", 400},
                                           {"Unauthorized", 401},
                                           {"Forbidden", 403},
                                           {"NotFound", 404},
                                           {"AlreadyExists", 409},
                                           {"Conflict", 409},
                                           {"Gone", 410},
                                           {"Expired", 410},
                                           {"RequestEntityTooLarge", 413},
                                           {"Invalid", 422},
                                           {"TooManyRequests", 429},
                                           {"InternalError", 500},
                                           {"ServerTimeout", 500},
                                           {"StoreReadError", 500},
                                           {"ServiceUnavailable", 503},
                                           {"Timeout", 504}}};
    const auto* found = std::ranges::find(table, reason, &known::reason);
    return found == table.end() ? 0 : found->code;
}

std::vector<status_cause> causes_of(const json& details) {
    std::vector<status_cause> causes;
    for (const auto& cause : array_at(details, "causes")) {
        if (causes.size() == most_causes) break;
        causes.push_back({bounded_text(cause, "reason", name_bytes),
                          bounded_text(cause, "field", name_bytes),
                          bounded_text(cause, "message", message_bytes)});
    }
    return causes;
}

std::optional<std::chrono::milliseconds> retry_after_of(const json& details) noexcept {
    const auto seconds = integer_at(details, "retryAfterSeconds");
    if (!seconds || *seconds <= 0) return std::nullopt;  // 0 is how Go writes "not set"
    return std::chrono::seconds(std::min(*seconds, longest_wait_seconds));
}

}  // namespace

error_kind kind_of_code(int code, std::string_view reason) noexcept {
    switch (code) {
        case 400:
            return error_kind::bad_request;
        case 401:
            return error_kind::unauthorized;
        case 403:
            return error_kind::forbidden;
        case 404:
            return error_kind::not_found;
        case 409:
            return reason == "AlreadyExists" ? error_kind::already_exists : error_kind::conflict;
        case 410:
            return error_kind::expired;
        case 413:
            return error_kind::too_large;
        case 422:
            return error_kind::invalid;
        case 429:
            return error_kind::too_many_requests;
        case 504:
            return error_kind::server_timeout;
        default:
            return code >= 500 && code <= 599 ? error_kind::server : error_kind::other;
    }
}

error error_from_status(const json& status, int http_code) {
    const bool is_status = string_at(status, "kind") == "Status";
    auto reason = is_status ? bounded_text(status, "reason", name_bytes) : std::string{};
    int code = http_code >= 400 ? http_code : 0;
    if (code == 0 && is_status) code = code_within(status);
    if (code == 0) code = code_of_reason(reason);
    if (code == 0)
        return malformed(is_status ? "a Status without a failure" : "no Status where a failure is told");

    error failure(kind_of_code(code, reason), {});
    failure.code = code;
    failure.reason = std::move(reason);
    if (!is_status) return failure;
    failure.message = bounded_text(status, "message", message_bytes);
    const auto& details = object_at(status, "details");
    failure.details_kind = bounded_text(details, "kind", name_bytes);
    failure.causes = causes_of(details);
    failure.retry_after = retry_after_of(details);
    return failure;
}

}  // namespace kube
