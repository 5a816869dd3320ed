// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/fields.hpp"

#include "unit/kube/parsed.hpp"

#include <doctest/doctest.h>

using kube::fields;
using kube::string_map;

TEST_CASE("an absent member and null read as nothing, for every type") {
    const auto document = parsed(R"({"null":null})");
    const fields from(document, "spec");
    for (const auto* name : {"null", "absent"}) {
        CAPTURE(name);
        CHECK_FALSE(from.has(name));
        CHECK(from.text(name).value() == std::nullopt);
        CHECK(from.flag(name).value() == std::nullopt);
        CHECK(from.integer(name).value() == std::nullopt);
        CHECK(from.texts(name).value().empty());
        CHECK(from.text_map(name).value().empty());
        CHECK(from.objects(name).value().empty());
        CHECK_FALSE(from.object(name).value().has("x"));
        CHECK(from.required_text(name).error().message == "spec." + std::string(name) + ": required");
    }
}

TEST_CASE("members of the right type are read") {
    const auto document = parsed(
        R"({"text":"t","flag":false,"number":-3,"texts":["a","b"],"map":{"k":"v"},"object":{"text":"inner"},"objects":[{"text":"1"},{"text":"2"}]})");
    const fields from(document, "");
    CHECK(from.text("text").value() == "t");
    CHECK(from.required_text("text").value() == "t");
    CHECK(from.flag("flag").value() == false);
    CHECK(from.integer("number").value() == -3);
    CHECK(from.texts("texts").value() == std::vector<std::string>{"a", "b"});
    CHECK(from.text_map("map").value() == string_map{{"k", "v"}});
    CHECK(from.object("object").value().text("text").value() == "inner");
    const auto objects = from.objects("objects").value();
    REQUIRE(objects.size() == 2);
    CHECK(objects[1].text("text").value() == "2");
}

TEST_CASE("a member of another type is malformed, named by its whole path and never quoted") {
    const auto document = parsed(
        R"({"number":7,"text":"CANARY","list":["CANARY",1],"map":{"CANARY":1},"object":{"x":"CANARY"},"real":1.5})");
    const fields from(document, "spec.sources[3]");
    CHECK(from.text("number").error().message == "spec.sources[3].number: not text");
    CHECK(from.flag("text").error().message == "spec.sources[3].text: neither true nor false");
    CHECK(from.integer("text").error().message == "spec.sources[3].text: not an integer of 64 bits");
    CHECK(from.integer("real").error().message == "spec.sources[3].real: not an integer of 64 bits");
    CHECK(from.texts("text").error().message == "spec.sources[3].text: not a list");
    CHECK(from.texts("list").error().message == "spec.sources[3].list[1]: not text");
    CHECK(from.text_map("list").error().message == "spec.sources[3].list: not a map");
    CHECK(from.text_map("map").error().message == "spec.sources[3].map: a value is not text");
    CHECK(from.object("text").error().message == "spec.sources[3].text: not an object");
    CHECK(from.objects("text").error().message == "spec.sources[3].text: not a list");
    CHECK(from.objects("list").error().message == "spec.sources[3].list[0]: not an object");
    CHECK(from.object("object").value().integer("x").error().message ==
          "spec.sources[3].object.x: not an integer of 64 bits");
    CHECK(from.text("number").error().kind == kube::error_kind::malformed);
}

TEST_CASE("an empty text is not the required one") {
    const auto document = parsed(R"({"name":""})");
    CHECK(fields(document, "metadata").text("name").value() == "");
    CHECK(fields(document, "metadata").required_text("name").error().message == "metadata.name: required");
}
