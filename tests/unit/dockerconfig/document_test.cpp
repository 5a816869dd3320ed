// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/document.hpp"

#include "dockerconfig/docker_config.hpp"
#include "unit/dockerconfig/docker_builders.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using build::entry;
using dockerconfig::source_fault;
using entries = std::vector<dockerconfig::registry_entry>;
using namespace std::string_literals;

namespace {

std::string text_of(const entries& list) {
    return std::string{dockerconfig::write_document(list)->reveal()};
}

entries parsed(const std::string& text) {
    entries list;
    const auto config =
        dockerconfig::parse_docker_config(text, dockerconfig::docker_config_form::config_json);
    REQUIRE(config.has_value());
    for (const auto& each : *config)
        list.push_back(each.content.value());
    return list;
}

// Text that a login accepts and that JSON or base64 could get wrong.
std::string random_text(std::mt19937& random, std::string_view never) {
    static const std::vector<std::string> pieces{"a",
                                                 "Z",
                                                 "0",
                                                 "\"",
                                                 "\\",
                                                 "/",
                                                 ":",
                                                 "<",
                                                 "&",
                                                 "'",
                                                 " ",
                                                 "$",
                                                 "=",
                                                 "{",
                                                 "}",
                                                 "\\u0041",
                                                 "\xC3\xA9",
                                                 "\xE2\x80\xA8",
                                                 "\xF0\x9F\x98\x80",
                                                 "\xEF\xBF\xBD",
                                                 "\n",
                                                 "\r",
                                                 "\t",
                                                 "\x01",
                                                 "\x7F",
                                                 std::string(1, '\0'),
                                                 "\xC2\x85"};
    std::string text;
    const auto length = 1 + random() % 12;
    while (text.size() < length) {
        const auto& piece = pieces[random() % pieces.size()];
        if (piece != never) text += piece;
    }
    return text;
}

}  // namespace

TEST_CASE("write_document writes what kubectl create secret docker-registry writes") {
    CHECK(text_of({entry("https://index.docker.io/v1/", "u", "p")}) ==
          R"({"auths":{"https://index.docker.io/v1/":{"username":"u","password":"p","auth":"dTpw"}}})");
    CHECK(text_of({entry("quay.io", "u", "p", "a@b")}) ==
          R"({"auths":{"quay.io":{"username":"u","password":"p","email":"a@b","auth":"dTpw"}}})");
}

TEST_CASE("write_document sorts the registries, whatever their order was") {
    entries list{entry("a.io", "u", "p"), entry("b.io", "u", "p"), entry("https://c.io", "u", "p")};
    const std::string value = R"({"username":"u","password":"p","auth":"dTpw"})";
    const std::string expected =
        R"({"auths":{"a.io":)" + value + R"(,"b.io":)" + value + R"(,"https://c.io":)" + value + "}}";
    CHECK(text_of(list) == expected);
    CHECK(text_of({list[2], list[0], list[1]}) == expected);
    CHECK(text_of({list[1], list[2], list[0]}) == expected);
}

TEST_CASE("write_document escapes quotes, backslashes and control characters") {
    CHECK(text_of({entry("quay.io", "<&>", "\"\\/\xC3\xA9")}) ==
          "{\"auths\":{\"quay.io\":{\"username\":\"<&>\",\"password\":\"\\\"\\\\/"
          "\xC3\xA9\",\"auth\":\"PCY+OiJcL8Op\"}}}");
    CHECK(text_of({entry("quay.io", "u", "a\n\r\t\b\f\x1F\x7F"s + '\0', "e\n")}) ==
          R"({"auths":{"quay.io":{"username":"u","password":"a\n\r\t\u0008\u000c\u001f)"
          "\x7F"
          R"(\u0000","email":"e\n","auth":"dTphCg0JCAwffwA="}}})");
}

TEST_CASE("write_document writes a password of 64 KiB, whatever its characters") {
    for (const auto& password :
         {std::string(65'536, 'p'), std::string(65'536, '\n'), std::string(65'536, '\1')}) {
        const auto list = entries{entry("quay.io", "u", password)};
        const auto text = text_of(list);
        CHECK(parsed(text) == list);
    }
}

TEST_CASE("write_document refuses no entries, and two entries for one registry") {
    CHECK(dockerconfig::write_document({}).error().fault == source_fault::no_entries);
    const entries same{entry("quay.io"), entry("https://quay.io")};
    CHECK(dockerconfig::write_document(same).error().fault == source_fault::key_collision);
    // Two keys to the kubelet, with one login.
    CHECK(dockerconfig::write_document(entries{entry("docker.io"), entry("index.docker.io")}).has_value());
}

TEST_CASE("write_document writes at most the given number of bytes") {
    const entries list{entry("quay.io")};
    const auto size = text_of(list).size();
    CHECK(dockerconfig::write_document(list, size).has_value());
    const auto larger = dockerconfig::write_document(list, size - 1);
    REQUIRE(larger.has_error());
    CHECK(larger.error().fault == source_fault::too_large);
    CHECK(larger.error().message.find("more than " + std::to_string(size - 1) + " bytes") !=
          std::string::npos);
    CHECK(larger.error().message.find("--max-document-bytes") != std::string::npos);
}

TEST_CASE("write_document writes as many entries as can be read again, and no more") {
    entries list;
    for (std::size_t i = 0; i < dockerconfig::max_docker_config_entries; ++i)
        list.push_back(entry("r" + std::to_string(i) + ".io", "u", "p"));
    CHECK(parsed(text_of(list)).size() == list.size());
    list.push_back(entry("one-more.io", "u", "p"));
    const auto more = dockerconfig::write_document(list);
    REQUIRE(more.has_error());
    CHECK(more.error().fault == source_fault::too_large);
    CHECK(more.error().message.find("more than 10000 entries") != std::string::npos);
}

TEST_CASE("write_document writes at most 1 MiB") {
    const std::string password(400'000, 'p');
    const auto with_email = [&password](std::size_t length) {
        return entries{entry("quay.io", "u", password, std::string(length, 'e'))};
    };
    const auto rest = dockerconfig::max_document_bytes - text_of(with_email(1)).size();
    CHECK(text_of(with_email(1 + rest)).size() == dockerconfig::max_document_bytes);
    const auto longer = dockerconfig::write_document(with_email(2 + rest));
    REQUIRE(longer.has_error());
    CHECK(longer.error().fault == source_fault::too_large);
}

TEST_CASE("parse_docker_config reads what write_document wrote, and writing it again gives the same bytes") {
    const std::vector<std::string> keys{"https://index.docker.io/v1/",
                                        "quay.io",
                                        "quay.io/org",
                                        "*.example.com",
                                        "registry:5000",
                                        "[fd00::1]:5000",
                                        "https://ghcr.io/v2/"};
    std::mt19937 random{
        20'260'101};  // NOLINT(bugprone-random-generator-seed,cert-msc51-cpp): the same texts every time
    for (int round = 0; round < 2000; ++round) {
        entries list;
        for (const auto& key : keys) {
            if (random() % 3 == 0) continue;
            list.push_back(entry(key,
                                 random_text(random, ":"),
                                 random_text(random, {}),
                                 random() % 2 == 0 ? std::string{} : random_text(random, {})));
        }
        if (list.empty()) continue;
        const auto text = text_of(list);
        const auto back = parsed(text);
        std::ranges::sort(list, {}, [](const auto& each) { return each.key.written(); });
        CHECK(back == list);
        CHECK(text_of(back) == text);
    }
}
