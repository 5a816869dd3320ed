// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "fuzzing.hpp"
#include "kube/json.hpp"

#include <algorithm>

// Bounded parsing takes exactly the documents that are JSON and within the bounds, and what it gives is what
// the parser without bounds gives.

namespace {

using kube::json;

constexpr kube::json_bounds no_bounds{.bytes = SIZE_MAX, .depth = SIZE_MAX, .values = SIZE_MAX};
constexpr kube::json_bounds narrow{.bytes = 2048, .depth = 8, .values = 64};

struct extent {
    std::size_t depth = 0;
    std::size_t values = 1;
};

extent measure(const json& value) {
    extent all;
    if (!value.is_structured()) return all;
    for (const auto& each : value) {
        const auto inner = measure(each);
        all.depth = std::max(all.depth, inner.depth);
        all.values += inner.values;
    }
    ++all.depth;
    return all;
}

void check_bounds(std::string_view text) {
    const auto document = kube::parse_bounded(text, narrow);
    if (!document) {
        require(document.error().kind == kube::error_kind::malformed, "a refused document is malformed");
        require(document.error().message.size() < 64, "an error is short whatever the text");
        return;
    }
    require(text.size() <= narrow.bytes, "no document over the bound of bytes is taken");
    const auto size = measure(*document);
    require(size.depth <= narrow.depth, "no document over the bound of depth is taken");
    require(size.values <= narrow.values, "no document over the bound of values is taken");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = text_of(data, size);
    check_bounds(text);
    require(kube::parse_bounded(text, no_bounds).has_value() == json::accept(text),
            "JSON is taken, all else refused");
    const auto document = kube::parse_bounded(text, {});
    if (!document) return 0;
    require(*document == json::parse(text, nullptr, false),
            "the document is that of the parser without bounds");
    const auto again = kube::parse_bounded(kube::to_text(*document), {});
    require(again && *again == *document, "what is written reads back the same");
    (void)kube::integer_at(*document, "a");
    (void)kube::string_at(*document, "a");
    (void)kube::member(*document, {"a", "b", "c"});
    require(kube::array_at(*document, "a").is_array(), "array_at gives an array");
    require(kube::object_at(*document, "a").is_object(), "object_at gives an object");
    return 0;
}
