// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/pull_failures/pull_event.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

using kube::json;
using reconcile::missing_secrets;
using reconcile::read_pull_event;

namespace {

using names = std::vector<std::string>;

bool any_name(std::string_view) {
    return true;
}

bool ours(std::string_view name) {
    return name == "regcred" || name == "other";
}

std::string kubelet_message(std::string_view list) {
    return fmt::format(
        "Unable to retrieve some image pull secrets ({}); attempting to pull the image may not succeed.",
        list);
}

/// As a kubelet of Kubernetes 1.37 writes it.
json kubelet_event() {
    return {
        {"apiVersion", "v1"},
        {"kind", "Event"},
        {"metadata", {{"name", "web-1.18a1b2c3d4e5f607"}, {"namespace", "team-a"}, {"resourceVersion", "9"}}},
        {"involvedObject",
         {{"kind", "Pod"},
          {"apiVersion", "v1"},
          {"namespace", "team-a"},
          {"name", "web-1"},
          {"uid", "0a1b2c3d-0000-4000-8000-000000000001"},
          {"resourceVersion", "7"}}},
        {"reason", "FailedToRetrieveImagePullSecret"},
        {"message", kubelet_message("regcred")},
        {"source", {{"component", "kubelet"}, {"host", "node-1"}}},
        {"firstTimestamp", "2026-05-01T10:00:00Z"},
        {"lastTimestamp", "2026-05-01T10:00:00Z"},
        {"count", 1},
        {"type", "Warning"},
        {"eventTime", nullptr},
        {"reportingComponent", "kubelet"},
        {"reportingInstance", "node-1"}};
}

}  // namespace

TEST_CASE("missing_secrets returns the names between the brackets of a kubelet's message") {
    struct row {
        const char* list;
        names expected;
    };
    const std::vector<row> table{
        {"regcred", {"regcred"}},
        {"regcred, other", {"regcred", "other"}},
        {"my.private.registry, regcred", {"my.private.registry", "regcred"}},
        {"regcred, regcred", {"regcred"}},
        {"", {}},
        {", ", {}},
        {"regcred,other", {}},  // not the kubelet's separator, and no name
        {"Regcred", {}},
        {"reg_cred", {}},
        {"-regcred", {}},
        {"regcred\n", {}},
        {"../regcred, regcred", {"regcred"}},
        {"regc\xc3\xa9"
         "d, other",
         {"other"}},
    };
    for (const auto& row : table) {
        CAPTURE(row.list);
        CHECK(missing_secrets(kubelet_message(row.list), any_name) == row.expected);
        const auto combined = "(combined from similar events): " + kubelet_message(row.list);
        CHECK(missing_secrets(combined, any_name) == row.expected);
    }
}

TEST_CASE("a message with another wording has no names") {
    const std::vector<std::string> messages{
        "",
        "regcred",
        "(regcred)",
        "Unable to retrieve some image pull secrets (regcred",
        "Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed",
        "Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not "
        "succeed. ",
        " " + kubelet_message("regcred"),
        kubelet_message("regcred") + kubelet_message("other"),
        "(combined from similar events): (combined from similar events): " + kubelet_message("regcred"),
        "unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.",
        kubelet_message("a) (regcred"),
    };
    for (const auto& message : messages) {
        CAPTURE(message);
        CHECK(missing_secrets(message, any_name).empty());
    }
}

TEST_CASE("missing_secrets keeps only names in use") {
    CHECK(missing_secrets(kubelet_message("theirs, other, regcred"), ours) == names{"other", "regcred"});
    CHECK(missing_secrets(kubelet_message("theirs"), ours).empty());
}

TEST_CASE("missing_secrets does bounded work") {
    CHECK(missing_secrets(kubelet_message(std::string(1'000'000, 'a')), any_name).empty());
    std::string many = "n0";
    for (int i = 1; i < 400; ++i)
        many += fmt::format(", n{}", i);
    CHECK(missing_secrets(kubelet_message(many), any_name).size() == 16);
    CHECK(missing_secrets(kubelet_message(std::string(254, 'a')), any_name).empty());
    CHECK(missing_secrets(kubelet_message(std::string(253, 'a')), any_name).size() == 1);
}

TEST_CASE("a kubelet's Event is read as a Pod and its missing Secrets") {
    const auto read = read_pull_event(kubelet_event(), ours);
    REQUIRE(read);
    CHECK(read->namespace_name == "team-a");
    CHECK(read->pod == "web-1");
    CHECK(read->uid == "0a1b2c3d-0000-4000-8000-000000000001");
    CHECK(read->secrets == names{"regcred"});
}

TEST_CASE("an Event that is not about a Pod of its own namespace is dropped") {
    struct row {
        const char* pointer;
        json value;
    };
    const std::vector<row> table{
        {"/reason", "Failed"},
        {"/reason", 5},
        {"/message", nullptr},
        {"/message", json::array({"regcred"})},
        {"/message", kubelet_message("theirs")},
        {"/metadata/namespace", "team-b"},
        {"/metadata", "text"},
        {"/involvedObject", nullptr},
        {"/involvedObject/kind", "Node"},
        {"/involvedObject/namespace", ""},
        {"/involvedObject/namespace", "kube.system"},
        {"/involvedObject/name", ""},
        {"/involvedObject/name", "web/../1"},
        {"/involvedObject/name", std::string(254, 'a')},
        {"/involvedObject/name", json::object()},
        {"/involvedObject/uid", ""},
        {"/involvedObject/uid", "uid with spaces"},
        {"/involvedObject/uid", std::string(65, 'a')},
    };
    for (const auto& row : table) {
        CAPTURE(row.pointer);
        CAPTURE(row.value.dump());
        auto object = kubelet_event();
        object[json::json_pointer(row.pointer)] = row.value;
        CHECK_FALSE(read_pull_event(object, ours));
    }
    for (const auto& value : {json(), json(5), json::array(), json::object()})
        CHECK_FALSE(read_pull_event(value, ours));
}
