// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "support/delivery.hpp"
#include "support/pull_table.hpp"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

using dockerconfig::docker_config_form;

template <class T>
const T& pick(std::mt19937& random, const std::vector<T>& from) {
    return from[random() % from.size()];
}

/// A key in the ways that people, tools and accidents write it.
std::string random_key(std::mt19937& random) {
    static const std::vector<std::string> schemes{
        "", "", "", "https://", "http://", "HTTPS://", "oci://", "https://u@"};
    static const std::vector<std::string> hosts{"quay.io",
                                                "quay.io",
                                                "docker.io",
                                                "docker.io",
                                                "index.docker.io",
                                                "index.docker.io",
                                                "registry-1.docker.io",
                                                "*.io",
                                                "*.docker.io",
                                                "q*y.io",
                                                "*",
                                                "*.*",
                                                "localhost",
                                                "local*",
                                                "LOCALHOST",
                                                "Quay.io",
                                                "REG",
                                                "reg",
                                                "my_reg.io",
                                                "a_*.io",
                                                "-a.io",
                                                "a-.io",
                                                "[fd00::1]",
                                                "[FD00::1]",
                                                "10.0.0.1",
                                                "",
                                                "qu\u00e4y.io",
                                                "quay.io%41",
                                                "a,b.io"};
    static const std::vector<std::string> ports{
        "", "", "", "", ":5000", ":443", ":0443", ":", ":99999", ":x", ":5*"};
    static const std::vector<std::string> paths{"",
                                                "",
                                                "",
                                                "/",
                                                "/v1/",
                                                "/v2/",
                                                "/v1",
                                                "/v2",
                                                "/v2/team",
                                                "/v1/v2/team",
                                                "/team",
                                                "/te",
                                                "/team/",
                                                "/team/app",
                                                "/team-",
                                                "/team..x",
                                                "/team_",
                                                "/team___",
                                                "/Team",
                                                "//team",
                                                "/*",
                                                "/team:1",
                                                "/v1/access-token",
                                                "/%74eam",
                                                "/%2574eam",
                                                "/team%3Fx",
                                                "/%zz",
                                                "/library",
                                                "/library/x",
                                                "?q",
                                                "#f",
                                                "/team?q=/x#f",
                                                " ",
                                                "/te am"};
    return pick(random, schemes) + pick(random, hosts) + pick(random, ports) + pick(random, paths);
}

std::string random_entry(std::mt19937& random) {
    static const std::vector<std::string> entries{R"({"auth":"dTpw"})",
                                                  R"({"auth":"dTpw"})",
                                                  R"({"auth":"dTpw"})",
                                                  R"({"auth":"YTpi"})",
                                                  R"({"username":"u","password":"p","email":"e"})",
                                                  R"({"username":"a","password":"line\r\nline\t\u0001"})",
                                                  R"({"username":"a","password":"x","auth":"dTpw"})",
                                                  R"({"auth":"dTpw","identitytoken":"t"})",
                                                  "{}",
                                                  "null",
                                                  R"({"auth":"dTo="})",
                                                  R"({"auth":"OnA="})",
                                                  R"({"identitytoken":"t"})"};
    static const std::vector<std::string> refused{R"({"auth":"d*pw"})",
                                                  R"({"auth":"dTr/"})",
                                                  R"({"username":"u:v","password":"p"})",
                                                  "5",
                                                  "{\"username\":\"u\",\"password\":\"\xFF\"}"};
    return random() % 60 == 0 ? pick(random, refused) : pick(random, entries);
}

std::string random_config(std::mt19937& random, docker_config_form form) {
    std::string entries;
    for (auto left = 1 + random() % 5; left > 0; --left)
        entries.append(entries.empty() ? "\"" : ",\"")
            .append(random_key(random))
            .append("\":")
            .append(random_entry(random));
    return form == docker_config_form::cfg ? "{" + entries + "}"
                                           : R"({"credsStore":"x","auths":{)" + entries + "}}";
}

const v1alpha1::credential_source whole_secret{.secret_name = "login", .registry = {}, .registries = {}};

}  // namespace

TEST_CASE("an image gets the same logins from a copy as from its source, whatever the docker config") {
    std::mt19937 random{
        20'260'102};  // NOLINT(bugprone-random-generator-seed,cert-msc51-cpp): the same texts every time
    std::size_t delivered = 0;
    for (int round = 0; round < 10'000; ++round) {
        const auto form = round % 4 == 0 ? docker_config_form::cfg : docker_config_form::config_json;
        const auto config = random_config(random, form);
        const auto broken = harness::broken_promise(config, form);
        CHECK_MESSAGE(broken.empty(), broken, " ", config);
        const auto source = reconcile::parse_source_secret(harness::source_of(config, form));
        if (source && reconcile::select_entries(**source, whole_secret)) ++delivered;
    }
    CHECK(delivered > 4'000);
}

// The table's facts were checked with the kubelet itself.
TEST_CASE("a copy of a Secret that the kubelet can use gives an image the users that the kubelet tries") {
    const auto table = harness::read_pull_table(REGCRED_SUPPORT_DATA "/pulls.txt");
    std::size_t delivered = 0;
    for (const auto& pull : table.pulls) {
        const auto repository = kubelet::repository_of(pull.image);
        if (!repository || pull.secrets.size() != 1 || pull.expected.front() == "fails") continue;
        const auto& secret = table.secrets.at(pull.secrets.front());
        if (secret.type != kube::docker_config_json_type && secret.type != kube::docker_cfg_type) continue;
        CAPTURE(pull.line);
        const auto form =
            secret.type == kube::docker_cfg_type ? docker_config_form::cfg : docker_config_form::config_json;
        CHECK(harness::broken_promise(secret.document, form) == "");
        const auto source = reconcile::parse_source_secret(harness::source_of(secret.document, form));
        if (!source) continue;
        const auto selected = reconcile::select_entries(**source, whole_secret);
        if (!selected) continue;
        const auto copy = kubelet::read_pull_content(
            dockerconfig::write_document(selected->entries)->reveal(), docker_config_form::config_json);
        std::string users;
        for (const auto& attempt : kubelet::pull_keyring({&copy}).lookup(*repository)) {
            users += (users.empty() ? "" : " ") +
                     harness::table_user(std::string(attempt.entry.get().username.reveal()),
                                         std::string(attempt.entry.get().password.reveal()));
        }
        // An entry that sends nothing is left out.
        const bool sends = pull.expected.front().find_first_of("?\"") == std::string::npos &&
                           pull.expected.front().find("nobody") == std::string::npos;
        if (!sends) continue;
        CAPTURE(users);
        CHECK(std::ranges::find(pull.expected, users.empty() ? "anonymous" : users) != pull.expected.end());
        ++delivered;
    }
    CHECK(delivered > 80);
}
