// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/field_reader.hpp"

#include "unit/kube/parsed.hpp"

#include <doctest/doctest.h>

using kube::field_reader;
using kube::string_map;

TEST_CASE("a missing field and a null field are absent, for every type") {
    const auto document = parsed(R"({"null":null})");
    const field_reader from(document, "spec");
    for (const auto* name : {"null", "absent"}) {
        CAPTURE(name);
        CHECK_FALSE(from.has(name));
        CHECK(from.get_string(name).value() == std::nullopt);
        CHECK(from.get_bool(name).value() == std::nullopt);
        CHECK(from.get_integer(name).value() == std::nullopt);
        CHECK(from.get_strings(name).value().empty());
        CHECK(from.get_string_map(name).value().empty());
        CHECK(from.get_objects(name).value().empty());
        CHECK_FALSE(from.get_object(name).value().has("x"));
        CHECK(from.get_required_string(name).error().message == "spec." + std::string(name) + ": required");
    }
}

TEST_CASE("fields of the right type are read") {
    const auto document = parsed(
        R"({"text":"t","flag":false,"number":-3,"texts":["a","b"],"map":{"k":"v"},"object":{"text":"inner"},"objects":[{"text":"1"},{"text":"2"}]})");
    const field_reader from(document, "");
    CHECK(from.get_string("text").value() == "t");
    CHECK(from.get_required_string("text").value() == "t");
    CHECK(from.get_bool("flag").value() == false);
    CHECK(from.get_integer("number").value() == -3);
    CHECK(from.get_strings("texts").value() == std::vector<std::string>{"a", "b"});
    CHECK(from.get_string_map("map").value() == string_map{{"k", "v"}});
    CHECK(from.get_object("object").value().get_string("text").value() == "inner");
    const auto objects = from.get_objects("objects").value();
    REQUIRE(objects.size() == 2);
    CHECK(objects[1].get_string("text").value() == "2");
}

TEST_CASE("a field of another type is malformed; the error has its path and never its value") {
    const auto document = parsed(
        R"({"number":7,"text":"CANARY","list":["CANARY",1],"map":{"CANARY":1},"object":{"x":"CANARY"},"real":1.5})");
    const field_reader from(document, "spec.sources[3]");
    CHECK(from.get_string("number").error().message == "spec.sources[3].number: must be a string");
    CHECK(from.get_bool("text").error().message == "spec.sources[3].text: must be true or false");
    CHECK(from.get_integer("text").error().message == "spec.sources[3].text: must be a 64-bit integer");
    CHECK(from.get_integer("real").error().message == "spec.sources[3].real: must be a 64-bit integer");
    CHECK(from.get_strings("text").error().message == "spec.sources[3].text: must be a list");
    CHECK(from.get_strings("list").error().message == "spec.sources[3].list[1]: must be a string");
    CHECK(from.get_string_map("list").error().message == "spec.sources[3].list: must be a map");
    CHECK(from.get_string_map("map").error().message == "spec.sources[3].map: values must be strings");
    CHECK(from.get_object("text").error().message == "spec.sources[3].text: must be an object");
    CHECK(from.get_objects("text").error().message == "spec.sources[3].text: must be a list");
    CHECK(from.get_objects("list").error().message == "spec.sources[3].list[0]: must be an object");
    CHECK(from.get_object("object").value().get_integer("x").error().message ==
          "spec.sources[3].object.x: must be a 64-bit integer");
    CHECK(from.get_string("number").error().kind == kube::error_kind::malformed);
}

TEST_CASE("an empty string is not enough for a required field") {
    const auto document = parsed(R"({"name":""})");
    CHECK(field_reader(document, "metadata").get_string("name").value() == "");
    CHECK(field_reader(document, "metadata").get_required_string("name").error().message ==
          "metadata.name: required");
}
