// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/client/status.hpp"

#include "util/utf8.hpp"

#include <algorithm>
#include <array>

namespace kube {

namespace {

constexpr std::size_t max_message_bytes = 4096;  // the names of a quota and a namespace fit well
constexpr std::size_t max_name_bytes = 256;
constexpr std::size_t max_causes = 16;
constexpr std::int64_t max_retry_after_seconds = 60;

std::string bounded_string(const json& object, std::string_view name, std::size_t max_bytes) {
    const auto* value = member(object, name);
    if (value == nullptr || !value->is_string()) return {};
    return std::string(util::utf8_prefix(value->get_ref<const std::string&>(), max_bytes));
}

int code_of_status(const json& status) noexcept {
    const auto code = integer_at(status, "code");
    return code && *code >= 400 && *code <= 599 ? static_cast<int>(*code) : 0;
}

/// For a Status without a code.
int code_of_reason(std::string_view reason) noexcept {
    struct entry {
        std::string_view reason;
        int code;
    };
    constexpr std::array<entry, 16> table{{{"BadRequest", 400},
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
    const auto* found = std::ranges::find(table, reason, &entry::reason);
    return found == table.end() ? 0 : found->code;
}

std::vector<status_cause> causes_of(const json& details) {
    std::vector<status_cause> causes;
    for (const auto& cause : array_at(details, "causes")) {
        if (causes.size() == max_causes) break;
        causes.push_back({bounded_string(cause, "reason", max_name_bytes),
                          bounded_string(cause, "field", max_name_bytes),
                          bounded_string(cause, "message", max_message_bytes)});
    }
    return causes;
}

std::optional<std::chrono::milliseconds> retry_after_of(const json& details) noexcept {
    const auto seconds = integer_at(details, "retryAfterSeconds");
    if (!seconds || *seconds <= 0) return std::nullopt;  // Go writes 0 for "not set"
    return std::chrono::seconds(std::min(*seconds, max_retry_after_seconds));
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
    auto reason = is_status ? bounded_string(status, "reason", max_name_bytes) : std::string{};
    int code = http_code >= 400 ? http_code : 0;
    if (code == 0 && is_status) code = code_of_status(status);
    if (code == 0) code = code_of_reason(reason);
    if (code == 0)
        return malformed(is_status ? "the Status has neither a failing code nor a known reason"
                                   : "the object is not a Status");

    error failure(kind_of_code(code, reason), {});
    failure.code = code;
    failure.reason = std::move(reason);
    if (!is_status) return failure;
    failure.message = bounded_string(status, "message", max_message_bytes);
    const auto& details = object_at(status, "details");
    failure.details_kind = bounded_string(details, "kind", max_name_bytes);
    failure.causes = causes_of(details);
    failure.retry_after = retry_after_of(details);
    return failure;
}

}  // namespace kube
