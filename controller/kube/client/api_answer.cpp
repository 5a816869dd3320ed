// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/client/api_answer.hpp"

#include <utility>

namespace kube {

namespace {

constexpr json_bounds object_bounds{.bytes = object_bytes};
constexpr json_bounds page_bounds{.bytes = page_bytes, .depth = 100, .values = 2'000'000};

error odd_answer(const net::response& answer, std::string what, access by) {
    auto odd = malformed(std::move(what));
    odd.code = static_cast<int>(answer.status);
    odd.maybe_done = by == access::write;  // a success that cannot be read is a success none the less
    return odd;
}

result<json> read_document(const net::response& answer, const json_bounds& bounds, access by) {
    if (answer.status < 200 || answer.status > 202) return error_from_response(answer, by);
    auto document = parse_bounded(answer.body.reveal(), bounds);
    if (!document) return odd_answer(answer, document.error().message, by);
    if (!document->is_object()) return odd_answer(answer, "the answer is no object", by);
    return document;
}

std::string not_a(std::string_view kind) {
    return "the answer is not a " + std::string(kind);
}

}  // namespace

result<json> read_object_answer(const net::response& answer, std::string_view kind, access by) {
    auto document = read_document(answer, object_bounds, by);
    if (document && string_at(*document, "kind") != kind) return odd_answer(answer, not_a(kind), by);
    return document;
}

result<list_page> read_list_answer(const net::response& answer, std::string_view kind) {
    auto document = read_document(answer, page_bounds, access::read);
    if (!document) return document.error();
    if (string_at(*document, "kind") != kind) return odd_answer(answer, not_a(kind), access::read);

    list_page page;
    const auto& metadata = object_at(*document, "metadata");
    page.resource_version = string_at(metadata, "resourceVersion");
    page.continue_token = string_at(metadata, "continue");
    if (page.resource_version.empty())
        return odd_answer(answer, "the list has no resourceVersion", access::read);
    const auto items = document->find("items");
    if (items == document->end()) return odd_answer(answer, "the list has no items", access::read);
    if (items->is_null()) return page;  // how Go writes an empty list that nobody made
    if (!items->is_array()) return odd_answer(answer, "the list's items are no array", access::read);
    page.items = std::move(*items);
    return page;
}

result<void> read_removal_answer(const net::response& answer, std::string_view kind) {
    const auto document = read_document(answer, object_bounds, access::write);
    if (!document) return document.error();
    const auto got = string_at(*document, "kind");
    if (got != "Status" && got != kind) return odd_answer(answer, not_a(kind), access::write);
    return {};
}

}  // namespace kube
