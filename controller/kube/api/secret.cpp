// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/api/secret.hpp"

#include "kube/field_reader.hpp"
#include "util/ascii.hpp"
#include "util/base64.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace kube {

namespace {

/// "data[key]". A key that the API server would not accept may be anything, so it is not quoted.
std::string data_path(std::string_view key) {
    const bool valid = key.size() <= 253 && std::ranges::all_of(key, [](char c) {
                           return util::is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
                       });
    return "data[" + (valid ? std::string(key) : std::string{"?"}) + "]";
}

result<void> read_data(const json& object, secret& into) {
    const auto* data = member(object, "data");
    if (data == nullptr) return {};
    if (!data->is_object()) return malformed("data: must be a map");
    for (const auto& [key, value] : data->get_ref<const json::object_t&>()) {
        if (value.is_null()) {  // Go writes a nil []byte as null
            into.data.emplace(key, util::secret_bytes{});
            continue;
        }
        if (!value.is_string()) return malformed(data_path(key) + ": must be a string");
        auto bytes = util::decode_base64(value.get_ref<const std::string&>(), util::base64_form::canonical);
        if (!bytes) return malformed(data_path(key) + ": must be base64");
        into.data.emplace(key, std::move(*bytes));
    }
    return {};
}

std::vector<std::string> read_managers(const json& object) {
    std::vector<std::string> managers;
    const auto* entries = member(object_at(object, "metadata"), "managedFields");
    if (entries == nullptr || !entries->is_array()) return managers;
    for (const auto& entry : *entries)
        managers.push_back(string_at(entry, "manager"));
    return managers;
}

struct escape {
    std::string_view bytes;
    std::string_view escaped;
};

/// Server-side apply reads YAML 1.1, which does not allow these characters in a string or takes them for a
/// line break; JSON allows them. Escaped they are the same in both.
std::string escaped_for_yaml(std::string_view json_text) {
    constexpr std::array<escape, 6> escapes{{{"\x7f", "\\u007f"},
                                             {"\xe2\x80\xa8", "\\u2028"},
                                             {"\xe2\x80\xa9", "\\u2029"},
                                             {"\xef\xbb\xbf", "\\ufeff"},
                                             {"\xef\xbf\xbe", "\\ufffe"},
                                             {"\xef\xbf\xbf", "\\uffff"}}};
    std::string text;
    text.reserve(json_text.size());
    while (!json_text.empty()) {
        const auto* found = std::ranges::find_if(
            escapes, [json_text](const escape& each) { return json_text.starts_with(each.bytes); });
        if (found != escapes.end()) {
            text += found->escaped;
            json_text.remove_prefix(found->bytes.size());
        } else if (json_text.size() > 1 && json_text[0] == '\xc2' &&
                   static_cast<unsigned char>(json_text[1]) < 0xa0) {  // U+0080 to U+009F
            text += fmt::format("\\u00{:02x}", static_cast<unsigned char>(json_text[1]));
            json_text.remove_prefix(2);
        } else {
            text += json_text.front();
            json_text.remove_prefix(1);
        }
    }
    return text;
}

// Written into one buffer that never grows: a JSON document of the data would leave copies of it in memory.
util::secret_bytes write_with(json metadata, const secret& secret) {
    json head = {{"apiVersion", "v1"}, {"kind", "Secret"}, {"metadata", std::move(metadata)}};
    if (!secret.type.empty()) head.emplace("type", secret.type);
    if (secret.immutable) head.emplace("immutable", true);
    const auto head_text = escaped_for_yaml(to_text(head));
    std::vector<std::string> keys;
    std::size_t size = head_text.size() + std::string_view{R"(,"data":{}})"}.size();
    for (const auto& [key, value] : secret.data) {
        keys.push_back(to_text(json(key)));
        size += keys.back().size() + util::base64_length(value.size()) + std::string_view{R"(:"",)"}.size();
    }

    std::string text;
    text.reserve(size);
    text.append(head_text, 0, head_text.size() - 1);  // without its closing brace
    text += R"(,"data":{)";
    auto key = keys.begin();
    for (const auto& [name, value] : secret.data) {
        if (key != keys.begin()) text += ',';
        text += *key++;
        text += ":\"";
        util::append_base64(text, value.reveal());
        text += '"';
    }
    text += "}}";
    return util::secret_bytes(std::move(text));
}

}  // namespace

result<secret> read_secret(const json& object) {
    if (auto kind = check_kind(object, {"Secret"}); !kind) return kind.error();
    auto meta = read_meta(object);
    if (!meta) return meta.error();
    const field_reader from(object, {});
    auto type = from.get_required_string("type");
    if (!type) return type.error();
    const auto immutable = from.get_bool("immutable");
    if (!immutable) return immutable.error();
    secret read;
    read.meta = std::move(*meta);
    read.type = std::move(*type);
    read.immutable = immutable->value_or(false);
    read.managers = read_managers(object);
    if (auto data = read_data(object, read); !data) return data.error();
    return read;
}

class secret_encoder {
 public:
    static bound_body bind(util::secret_bytes text) { return bound_body(std::move(text)); }
};

util::secret_bytes write_secret(const secret& secret) {
    return write_with(write_meta(secret.meta), secret);
}

bound_body write_secret(const secret& secret, const precondition& precondition) {
    auto metadata = write_meta(secret.meta);
    metadata["uid"] = precondition.uid();
    metadata["resourceVersion"] = precondition.resource_version();
    return secret_encoder::bind(write_with(std::move(metadata), secret));
}

}  // namespace kube
