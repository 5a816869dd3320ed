// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/client/response.hpp"

#include "kube/client/status.hpp"
#include "util/ascii.hpp"
#include "util/utf8.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace kube {

namespace {

constexpr std::size_t max_text_bytes = 256;
constexpr std::chrono::seconds max_wait{60};
constexpr json_bounds status_bounds{.bytes = 1024U * 1024, .depth = 32, .values = 10'000};
constexpr json_bounds object_bounds{.bytes = max_object_bytes};
constexpr json_bounds page_bounds{.bytes = max_page_bytes, .depth = 100, .values = 2'000'000};

bool has_content_type(const net::response& response, std::string_view type) {
    const std::string_view given = response.content_type;
    return given.starts_with(type) && (given.size() == type.size() || given[type.size()] == ';');
}

/// For a body that is not a Status. Only plain text is shown: an HTML page comes from a proxy, not from the
/// API server.
error error_without_status(const net::response& response) {
    const auto code = static_cast<int>(response.status);
    error failure(kind_of_code(code, ""), "");
    failure.code = code;
    if (has_content_type(response, "text/plain"))
        failure.message = util::one_line(response.body.reveal(), max_text_bytes);
    if (failure.message.empty()) failure.message = "HTTP " + std::to_string(code) + " without a Status";
    return failure;
}

/// A number of seconds, of which at most 60 count. The API server sends no dates in a Retry-After.
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view text) {
    const auto seconds = util::read_decimal<std::uint32_t>(text);
    if (!seconds) return std::nullopt;
    return std::min(std::chrono::seconds(*seconds), max_wait);
}

error error_from_body(const net::response& response) {
    if (!has_content_type(response, "application/json")) return error_without_status(response);
    const auto document = parse_bounded(response.body.reveal(), status_bounds);
    if (!document || string_at(*document, "kind") != "Status") return error_without_status(response);
    return error_from_status(*document, static_cast<int>(response.status));
}

error_kind kind_of_failure(net::failure phase) {
    switch (phase) {
        case net::failure::resolve:
        case net::failure::connect:
        case net::failure::tls:
        case net::failure::write:
        case net::failure::read:
            return error_kind::no_response;
        case net::failure::protocol:
            return error_kind::malformed;
        case net::failure::too_large:
            return error_kind::too_large;
        case net::failure::ended:
            return error_kind::stream_ended;
        case net::failure::cancelled:
            return error_kind::cancelled;
    }
    return error_kind::no_response;
}

error malformed_response(const net::response& response, std::string message) {
    auto failure = malformed(std::move(message));
    failure.code = static_cast<int>(response.status);
    return failure;
}

error kind_mismatch(const net::response& response, std::string_view kind) {
    return malformed_response(response, "the response is not a " + std::string(kind));
}

result<json> read_document(const net::response& response, const json_bounds& bounds) {
    if (response.status < 200 || response.status > 202) return error_from_response(response);
    auto document = parse_bounded(response.body.reveal(), bounds);
    if (!document) return malformed_response(response, document.error().message);
    if (!document->is_object()) return malformed_response(response, "the response is not a JSON object");
    return document;
}

}  // namespace

result<json> read_object_response(const net::response& response, std::string_view kind) {
    auto document = read_document(response, object_bounds);
    if (document && string_at(*document, "kind") != kind) return kind_mismatch(response, kind);
    return document;
}

result<list_page> read_list_response(const net::response& response, std::string_view kind) {
    auto document = read_document(response, page_bounds);
    if (!document) return document.error();
    if (string_at(*document, "kind") != kind) return kind_mismatch(response, kind);

    list_page page;
    const auto& metadata = object_at(*document, "metadata");
    page.resource_version = string_at(metadata, "resourceVersion");
    page.continue_token = string_at(metadata, "continue");
    if (page.resource_version.empty()) return malformed_response(response, "the list has no resourceVersion");
    const auto items = document->find("items");
    if (items == document->end()) return malformed_response(response, "the list has no items");
    if (items->is_null()) return page;  // Go writes a nil slice as null
    if (!items->is_array()) return malformed_response(response, "the list's items are not an array");
    page.items = std::move(*items);
    return page;
}

result<void> read_delete_response(const net::response& response, std::string_view kind) {
    const auto document = read_document(response, object_bounds);
    if (!document) return document.error();
    const auto actual_kind = string_at(*document, "kind");
    if (actual_kind != "Status" && actual_kind != kind) return kind_mismatch(response, kind);
    return {};
}

error error_from_response(const net::response& response) {
    if (response.status < 400)  // 206 or 304, for example: the client sends no request that asks for one
        return malformed_response(response,
                                  "HTTP " + std::to_string(response.status) + " is not expected here");
    auto failure = error_from_body(response);
    if (response.retry_after) {
        if (const auto wait = parse_retry_after(*response.retry_after)) failure.retry_after = wait;
    }
    return failure;
}

std::optional<std::chrono::milliseconds> server_wait(const net::response& response) {
    constexpr unsigned too_many_requests = 429;
    constexpr unsigned service_unavailable = 503;
    const bool overloaded = response.status == too_many_requests || response.status == service_unavailable;
    if (!overloaded || !response.retry_after) return std::nullopt;
    return parse_retry_after(*response.retry_after);
}

std::string warning_text(std::string_view header) {
    const auto begin = header.find('"');
    if (!header.starts_with("299 ") || begin == std::string_view::npos) return {};
    std::string text;
    for (auto i = begin + 1; i < header.size() && header[i] != '"'; ++i) {
        if (header[i] == '\\' && i + 1 < header.size()) ++i;  // a quoted character
        text += header[i];
    }
    return text.empty() ? text : public_message(error(error_kind::other, std::move(text)));
}

error error_from_net(const net::error& failure) {
    return {kind_of_failure(failure.phase), failure.what};
}

}  // namespace kube
