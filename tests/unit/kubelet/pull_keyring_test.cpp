// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kubelet/pull_keyring.hpp"

#include "kubelet/image_reference.hpp"
#include "support/pull_table.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace {

kubelet::pull_content content_of(const harness::table_secret& from) {
    kube::secret secret;
    secret.type = from.type;
    secret.data.emplace(from.key, util::secret_bytes::copy_of(from.document));
    return kubelet::read_pull_content(secret);
}

std::string outcome(const harness::pull_table& table, const harness::table_pull& pull) {
    const auto repository = kubelet::repository_of(pull.image);
    if (!repository) return "invalid-image";
    std::vector<kubelet::pull_content> contents;
    for (const auto& name : pull.secrets)
        contents.push_back(content_of(table.secrets.at(name)));
    std::vector<const kubelet::pull_content*> in_order;
    for (const auto& content : contents) {
        if (content.state == kubelet::content_state::broken) return "fails";
        in_order.push_back(&content);
    }
    std::string users;
    for (const auto& attempt : kubelet::pull_keyring(in_order).lookup(*repository)) {
        const auto& entry = attempt.entry.get();
        users += (users.empty() ? "" : " ") + harness::table_user(std::string(entry.username.reveal()),
                                                                  std::string(entry.password.reveal()));
    }
    return users.empty() ? "anonymous" : users;
}

}  // namespace

TEST_CASE("lookup gives the users that the kubelet tries, in its order") {
    const auto table = harness::read_pull_table(REGCRED_SUPPORT_DATA "/pulls.txt");
    CHECK(table.pulls.size() > 150);
    for (const auto& pull : table.pulls) {
        CAPTURE(pull.line);
        CAPTURE(pull.image);
        const auto got = outcome(table, pull);
        CAPTURE(got);
        CHECK(std::ranges::find(pull.expected, got) != pull.expected.end());
    }
}

TEST_CASE("lookup marks only the attempts whose order is random") {
    const auto table = harness::read_pull_table(REGCRED_SUPPORT_DATA "/pulls.txt");
    const auto two = content_of(table.secrets.at("two-forms"));
    const auto one = content_of(table.secrets.at("alice"));
    const auto found = kubelet::pull_keyring({&two, &one}).lookup("registry.example.com/team/app");
    REQUIRE(found.size() == 3);
    CHECK(found[0].in_random_order);
    CHECK(found[1].in_random_order);
    CHECK_FALSE(found[2].in_random_order);
    CHECK(found[2].secret == 1);
}

TEST_CASE("an entry that the kubelet skips does not hide the next one") {
    const auto content = kubelet::read_pull_content(R"({"%zz":{"auth":"YTpi"},"quay.io":{"auth":"dTpw"}})",
                                                    dockerconfig::docker_config_form::cfg);
    const auto found = kubelet::pull_keyring({&content}).lookup("quay.io/app");
    REQUIRE(found.size() == 1);
    CHECK(found[0].entry.get().written_key == "quay.io");
}
