// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "node.hpp"
#include "pull_recorder.hpp"
#include "support/eventually.hpp"
#include "support/pull_table.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

// The table says what a kubelet tries for an image; the unit tests say that our own model of a kubelet agrees
// with it. Here a real kubelet is asked.

namespace {

using harness::json;

constexpr auto where = "keyring";

/// Names in the table are for people; those of objects have no upper case.
std::map<std::string, std::string> object_names(const harness::pull_table& table) {
    std::map<std::string, std::string> names;
    for (const auto& [name, secret] : table.secrets)
        names.emplace(name, fmt::format("secret-{}", names.size()));
    return names;
}

/// What the API server itself refuses (a document that is no JSON object) no kubelet ever sees.
std::vector<std::string> create_secrets(e2e::node& node,
                                        const harness::pull_table& table,
                                        const std::map<std::string, std::string>& names) {
    std::vector<std::string> refused;
    for (const auto& [name, secret] : table.secrets) {
        const auto answer = node.create_secret(where, names.at(name), secret);
        if (answer.status == 422) {
            refused.push_back(name);
        } else {
            REQUIRE_MESSAGE(answer.ok(), name << ": " << answer.message());
        }
    }
    return refused;
}

/// An image by a tag of its own, so that its requests are known by it. One by digest, or whose name is none,
/// stays as it is: any change would be another test.
struct attempt {
    const harness::table_pull* pull;
    std::string pod;
    std::string image;
    std::string reference;
};
attempt make_attempt(const harness::table_pull& pull, int number) {
    const auto pod = fmt::format("line-{}-{}", pull.line, number);
    if (const auto at = pull.image.find('@'); at != std::string::npos)
        return {&pull, pod, pull.image, pull.image.substr(at + 1)};
    if (pull.expected.front() == "invalid-image") return {&pull, pod, pull.image, pod};
    const auto colon = pull.image.find(':', pull.image.rfind('/') + 1);
    return {&pull, pod, pull.image.substr(0, colon) + ":" + pod, pod};
}

/// Upper case alone does not make a host of the first part for containerd, and in a repository's name it is
/// not allowed: the kubelet's choice of logins is not put to use.
bool is_refused_by_containerd(const harness::table_pull& pull) {
    return pull.image == "Acme/app";
}

/// The kubelet tries again after 10 s: then the same users come again, maybe not to the end yet.
bool is_repetition(const std::string& users, const std::vector<std::string>& expected) {
    auto rest = std::string_view(users);
    for (bool first = true; !rest.empty(); first = false) {
        const auto fits =
            std::ranges::find_if(expected, [&](const std::string& one) { return rest.starts_with(one); });
        if (fits == expected.end()) {
            return !first && std::ranges::any_of(
                                 expected, [&](const std::string& one) { return one.starts_with(rest); });
        }
        rest.remove_prefix(std::min(fits->size() + 1, rest.size()));
    }
    return !users.empty();
}

/// containerd sends no login without a username, and none without a password when it is asked for both.
std::vector<std::string> seen_by_registry(const std::vector<std::string>& expected) {
    std::vector<std::string> seen;
    for (const auto& users : expected) {
        std::string kept;
        for (std::size_t begin = 0; begin < users.size();) {
            const auto end = std::min(users.find(' ', begin), users.size());
            const auto user = users.substr(begin, end - begin);
            if (!user.starts_with("nobody") && !user.ends_with('?')) kept += (kept.empty() ? "" : " ") + user;
            begin = end + 1;
        }
        seen.push_back(kept.empty() ? "anonymous" : kept);
    }
    return seen;
}

/// What is not as the table says; empty if nothing is.
std::string compare(const harness::table_pull& pull,
                    const std::string& reason,
                    const e2e::pull_record& record) {
    const auto users = fmt::format("{}", fmt::join(record.users, " "));
    const auto expected = seen_by_registry(pull.expected);
    const bool is_invalid = expected.front() == "invalid-image";
    const bool is_anonymous = expected.front() == "anonymous";
    const bool is_right = is_invalid != (reason == "InvalidImageName") ? false
                          : is_invalid || expected.front() == "fails"
                              ? record.without_login == 0 && users.empty()
                          : is_anonymous ? record.without_login > 0 && users.empty()
                                         : is_repetition(users, expected);
    if (is_right) return {};
    return fmt::format(
        "line {}, {}: expected {}, but the Pod waits with {}, and the registry was asked {} times "
        "without a login, and by '{}'",
        pull.line,
        pull.image,
        fmt::join(expected, " or "),
        reason,
        record.without_login,
        users);
}

class replay {
 public:
    replay(e2e::node& node, const harness::pull_table& table)
        : node_(node), redirected_(node, registry_.port()), names_(object_names(table)) {
        node_.create_namespace(where);
        refused_ = create_secrets(node_, table, names_);
    }

    /// What the API server or containerd refuses is no question to a kubelet.
    [[nodiscard]] bool can_be_asked(const harness::table_pull& pull) const {
        return !is_refused_by_containerd(pull) &&
               std::ranges::none_of(pull.secrets, [&](const std::string& name) {
                   return std::ranges::find(refused_, name) != refused_.end();
               });
    }
    attempt start(const harness::table_pull& pull, int number) {
        const auto made = make_attempt(pull, number);
        std::vector<std::string> secrets;
        for (const auto& name : pull.secrets)
            secrets.push_back(names_.at(name));
        node_.create_pod(where, made.pod, made.image, secrets);
        return made;
    }
    /// A kubelet with much to do does not wait long for a Secret, and says that it could not get it: that
    /// Pod has not shown anything, and another one is asked.
    std::string finish(attempt made) {
        constexpr int most_attempts = 5;
        for (int number = 2;; ++number) {
            const auto reason = node_.await_waiting(where, made.pod);
            auto fault = compare(*made.pull, reason, registry_.asked_for(made.reference));
            if (fault.empty() || number > most_attempts || !node_.lacked_pull_secret(where, made.pod))
                return fault;
            made = start(*made.pull, number);
        }
    }

 private:
    e2e::node& node_;
    e2e::pull_recorder registry_;
    e2e::every_registry redirected_;
    std::map<std::string, std::string> names_;
    std::vector<std::string> refused_;
};

}  // namespace

TEST_CASE("a real kubelet tries the users of the table, in its order") {
    constexpr std::size_t at_a_time = 30;
    const auto table = harness::read_pull_table(REGCRED_SUPPORT_DATA "/pulls.txt");
    e2e::node node;
    replay asked(node, table);
    std::size_t compared = 0;
    std::vector<attempt> under_way;
    const auto finish_all = [&] {
        for (const auto& made : under_way)
            CHECK(asked.finish(made) == "");
        compared += under_way.size();
        under_way.clear();
    };
    for (const auto& pull : table.pulls) {
        if (!asked.can_be_asked(pull)) continue;
        under_way.push_back(asked.start(pull, 1));
        if (under_way.size() == at_a_time) finish_all();
    }
    finish_all();
    MESSAGE(compared << " of " << table.pulls.size() << " pulls were compared with the kubelet's");
    CHECK(compared > 140);
}
