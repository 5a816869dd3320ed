// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/selection.hpp"

#include "unit/dockerconfig/docker_builders.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

// What is left out is tested with the Secret around it: reconcile/state/source_test.cpp.

using dockerconfig::source_fault;
using globs = std::vector<std::string>;

namespace {

dockerconfig::docker_config parsed(const std::string& text) {
    return dockerconfig::parse_docker_config(text, dockerconfig::docker_config_form::config_json).value();
}

std::vector<std::string> selected(const std::string& text, const globs& registries) {
    std::vector<std::string> entries;
    for (const auto& entry : dockerconfig::select_entries(parsed(text), registries).value().entries)
        entries.push_back(build::shown(entry));
    return entries;
}

std::vector<std::string> notes(const std::string& text, const globs& registries) {
    return dockerconfig::select_entries(parsed(text), registries).value().notes;
}

void check_refusal(const dockerconfig::source_error& error, source_fault fault, std::string_view begin) {
    CHECK(error.fault == fault);
    CHECK_MESSAGE(error.message.find(begin) == 0, error.message);
}

}  // namespace

TEST_CASE("an entry that would break a Pod is an error for a source that takes it") {
    for (const std::string_view bad :
         {R"({"auth":"d*pw"})", R"({"auth":"dXA="})", R"({"auth":5})", R"({"auth":"dTr/"})", "5"}) {
        CAPTURE(bad);
        const auto secret = R"({"auths":{"quay.io":{"auth":"dTpw"},"ghcr.io":)" + std::string(bad) + "}}";
        CHECK(selected(secret, globs({"quay.io"})) == std::vector<std::string>{"quay.io|u|p|"});
        for (const auto& source : {globs{}, globs({"*.io"}), globs({"ghcr.io"})}) {
            const auto result = dockerconfig::select_entries(parsed(secret), source);
            REQUIRE(result.has_error());
            check_refusal(result.error(), result.error().fault, "entry \"ghcr.io\": ");
        }
    }
}

TEST_CASE("notes are few and short, however many entries are odd") {
    std::string entries = R"("quay.io":{"auth":"dTpw"})";
    for (int i = 0; i < 2000; ++i) {
        const auto number = std::to_string(i);
        entries += ",\"e" + number + ".example.com\":{},\"" +
                   std::string(static_cast<std::size_t>(i % 40), 'a') + " .example.com/" + number +
                   R"(":{"auth":"dTpw"},"E)" + number + R"(.example.com":{"auth":"dTpwCg=="})";
    }
    const auto told = notes(R"({"auths":{)" + entries + "}}", globs{});
    CHECK(told.size() == 6);
    for (const auto& note : told)
        CHECK(note.size() < 700);
    CHECK(told[0].find("ignored entry \"e0.example.com\", entry \"e1.example.com\", entry \"e2.example.com\" "
                       "and 1997 more: no credential") != std::string::npos);
    CHECK(told[3] == "38 more remarks on other entries");
}

TEST_CASE("a glob of `registries` that matches no entry is named, and the others take theirs") {
    const auto secret =
        R"({"auths":{"https://index.docker.io/v1/":{"auth":"dTpw"},"quay.io":{"auth":"dTpw"}}})";
    const globs wanted{"docker.io", "quay.io", "ghcr.io"};
    CHECK(selected(secret, wanted) ==
          std::vector<std::string>{"https://index.docker.io/v1/|u|p|", "quay.io|u|p|"});
    CHECK(notes(secret, wanted) ==
          std::vector<std::string>{"no entry matches `registries` (ghcr.io); the Secret has "
                                   "https://index.docker.io/v1/, quay.io"});
    CHECK(notes(secret, globs{"docker.io", "quay.io"}).empty());
    CHECK(notes(secret, globs{}).empty());
    // An entry that is left out is there nevertheless, and has a remark of its own.
    const auto useless = R"({"auths":{"quay.io":{"auth":"dTpw"},"ghcr.io":{}}})";
    CHECK(notes(useless, globs{"quay.io", "ghcr.io"}).size() == 1);
}

TEST_CASE("several spellings of one registry with one login are one entry") {
    CHECK(
        selected(

            R"({"auths":{"quay.io":{"auth":"dTpw"},"https://quay.io":{"auth":"dTpw"},"https://quay.io/v1/":{"username":"u","password":"p","email":"e"}}})",
            globs{}) == std::vector<std::string>{"https://quay.io|u|p|"});
    // The kubelet looks up docker.io and index.docker.io at different times: both stay.
    CHECK(
        selected(

            R"({"auths":{"docker.io":{"auth":"dTpw"},"https://index.docker.io/v1/":{"auth":"dTpw"},"index.docker.io":{"auth":"dTpw"}}})",
            globs{}) == std::vector<std::string>{"docker.io|u|p|", "https://index.docker.io/v1/|u|p|"});
    CHECK(selected(R"({"auths":{"quay.io":{"auth":"dTpw"},"quay.io:":{"auth":"dTpw"}}})", globs{}) ==
          std::vector<std::string>{"quay.io|u|p|", "quay.io:|u|p|"});
    CHECK(selected(R"({"auths":{"quay.io":{"auth":"dTpw"},"https://quay.io":{}}})", globs{}) ==
          std::vector<std::string>{"quay.io|u|p|"});
}

TEST_CASE("two logins for one registry are an error for a source that takes both") {
    const auto secret =
        R"({"auths":{"quay.io":{"auth":"dTpw"},"https://quay.io":{"auth":"YTpi"},"ghcr.io":{"auth":"dTpw"}}})";
    const auto result = dockerconfig::select_entries(parsed(secret), globs{});
    REQUIRE(result.has_error());
    check_refusal(result.error(),
                  source_fault::key_collision,
                  "\"https://quay.io\" and \"quay.io\" are the same registry with two logins");
    CHECK(selected(secret, globs({"https://*"})) == std::vector<std::string>{"https://quay.io|a|b|"});

    const auto twice = R"({"auths":{"quay.io":{"auth":"dTpw"},"quay.io":{"auth":"YTpi"}}})";
    CHECK(dockerconfig::select_entries(parsed(twice), globs{}).error().fault == source_fault::key_collision);
    const auto hub =
        R"({"auths":{"docker.io":{"auth":"dTpw"},"https://index.docker.io/v1/":{"auth":"YTpi"}}})";
    CHECK(dockerconfig::select_entries(parsed(hub), globs{}).error().fault == source_fault::key_collision);
}
