// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "fuzzing.hpp"
#include "kube/api/secret.hpp"

#include <string>

// A Secret that is read, written and read again is the same, and no value of its data is ever in an error.

namespace {

using kube::json;

constexpr const char* canary = "-CANARY-4711-";  // '-' is no digit of base64

void require_same(const kube::secret& one, const kube::secret& other) {
    require(one.type == other.type && one.immutable == other.immutable, "type and immutable survive");
    require(one.meta.name == other.meta.name && one.meta.namespace_name == other.meta.namespace_name &&
                one.meta.uid == other.meta.uid && one.meta.resource_version == other.meta.resource_version,
            "the identity survives");
    require(one.meta.labels == other.meta.labels && one.meta.annotations == other.meta.annotations &&
                one.meta.owner_references == other.meta.owner_references &&
                one.meta.finalizers == other.meta.finalizers,
            "the metadata survives");
    require(one.data.size() == other.data.size(), "the keys survive");
    for (const auto& [key, value] : one.data) {
        const auto found = other.data.find(key);
        require(found != other.data.end() && found->second == value, "the data survives");
    }
}

// Spoils every value of data with the canary, and looks for it in the error.
void check_leaks(json object) {
    const auto* data = kube::member(object, "data");
    if (data == nullptr || !data->is_object()) return;
    bool spoiled = false;
    for (auto& [key, value] : object.at("data").get_ref<json::object_t&>()) {
        if (key.find("CANARY") != std::string::npos) return;  // a key may be named
        if (!value.is_string()) continue;
        value = value.get_ref<const std::string&>() + canary;
        spoiled = true;
    }
    const auto read = kube::read_secret(object);
    require(!spoiled || !read, "a value that is not base64 is refused");
    if (read) return;
    require(read.error().message.find("CANARY") == std::string::npos, "no value is in an error");
    require(public_message(read.error()).find("CANARY") == std::string::npos,
            "no value is in a public message");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto document = kube::parse_bounded(text_of(data, size), {});
    if (!document) return 0;
    check_leaks(*document);
    const auto read = kube::read_secret(*document);
    if (!read) {
        require(read.error().kind == kube::error_kind::malformed, "what is no Secret is malformed");
        return 0;
    }
    const auto written = kube::write_secret(*read);
    const auto parsed = kube::parse_bounded(written.reveal(), {});
    require(parsed.has_value(), "what is written is JSON");
    const auto again = kube::read_secret(*parsed);
    require(again.has_value(), "what is written is a Secret");
    require_same(*read, *again);
    return 0;
}
