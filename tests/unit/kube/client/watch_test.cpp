// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/client/watch.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

using kube::error_kind;
using kube::watch_decoder;
using kube::watch_event;
using kube::watch_event_type;

namespace {

constexpr std::string_view added =
    R"({"type":"ADDED","object":{"kind":"Secret","metadata":{"name":"a","resourceVersion":"7"}}})";
constexpr std::string_view modified =
    R"({"type":"MODIFIED","object":{"kind":"Secret","metadata":{"name":"a","resourceVersion":"8"}}})";
constexpr std::string_view deleted =
    R"({"type":"DELETED","object":{"kind":"Secret","metadata":{"name":"a","resourceVersion":"9"}}})";
constexpr std::string_view bookmark =
    R"({"type":"BOOKMARK","object":{"kind":"Secret","metadata":{"resourceVersion":"12"}}})";
constexpr std::string_view expired =
    R"json({"type":"ERROR","object":{"kind":"Status","status":"Failure","message":"too old resource version: 1 (99)","reason":"Expired","code":410}})json";

struct outcome {
    std::vector<watch_event> events;
    std::optional<kube::error> failure;
};

void drain(watch_decoder& decoder, outcome& into) {
    while (!into.failure) {
        auto event = decoder.next();
        if (!event) {
            into.failure = event.error();
        } else if (!*event) {
            return;
        } else {
            into.events.push_back(std::move(**event));
        }
    }
}

outcome decode(const std::vector<std::string_view>& pieces, const kube::json_bounds& bounds = {}) {
    watch_decoder decoder(bounds);
    outcome all;
    for (const auto piece : pieces) {
        decoder.feed(piece);
        drain(decoder, all);
    }
    return all;
}

std::string lines(std::initializer_list<std::string_view> each) {
    std::string text;
    for (const auto line : each)
        text.append(line).append("\n");
    return text;
}

void check_fails(const std::string& text, error_kind kind) {
    CAPTURE(text.substr(0, 100));
    const auto all = decode({text});
    CHECK(all.events.empty());
    REQUIRE(all.failure);
    CHECK(all.failure->kind == kind);
}

}  // namespace

TEST_CASE("each line of a watch is one event") {
    const auto text = lines({added, modified, deleted, bookmark});
    const auto all = decode({text});
    REQUIRE(all.events.size() == 4);
    CHECK_FALSE(all.failure);
    CHECK(all.events[0].type == watch_event_type::added);
    CHECK(all.events[0].resource_version == "7");
    CHECK(kube::string_at(all.events[0].object, "kind") == "Secret");
    CHECK(all.events[1].type == watch_event_type::modified);
    CHECK(all.events[2].type == watch_event_type::deleted);
    CHECK(all.events[3].type == watch_event_type::bookmark);
    CHECK(all.events[3].resource_version == "12");
    CHECK_FALSE(all.events[3].initial_events_end);
}

TEST_CASE("the events are the same however the bytes are split") {
    const std::string text = lines({added, "", modified, bookmark, expired});
    const auto whole = decode({text});
    REQUIRE(whole.events.size() == 3);
    const auto same_as_whole = [&whole](const outcome& split) {
        CHECK(split.events.size() == whole.events.size());
        for (std::size_t i = 0; i < split.events.size() && i < whole.events.size(); ++i) {
            CHECK(split.events[i].type == whole.events[i].type);
            CHECK(split.events[i].object == whole.events[i].object);
        }
        REQUIRE(split.failure);
        CHECK(split.failure->kind == error_kind::expired);
    };
    for (std::size_t at = 0; at <= text.size(); ++at) {
        same_as_whole(decode({std::string_view(text).substr(0, at), std::string_view(text).substr(at)}));
    }
    std::vector<std::string_view> bytes;
    for (std::size_t i = 0; i < text.size(); ++i)
        bytes.push_back(std::string_view(text).substr(i, 1));
    same_as_whole(decode(bytes));
}

TEST_CASE("a partial last line is not an event") {
    const auto text = lines({added});
    for (std::size_t cut = 0; cut < modified.size(); ++cut) {
        const auto all = decode({text, modified.substr(0, cut)});
        CHECK(all.events.size() == 1);
        CHECK_FALSE(all.failure);
    }
    CHECK(decode({text, modified}).events.size() == 1);
    CHECK(decode({text, modified, "\n"}).events.size() == 2);
}

TEST_CASE("blank lines and carriage returns are skipped") {
    CHECK(decode({"\n\r\n  \t\n" + std::string(added) + "\r\n\n"}).events.size() == 1);
}

TEST_CASE("the bookmark at the end of a streaming list is marked") {
    const auto text = lines(
        {R"({"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"5","annotations":{"k8s.io/initial-events-end":"true"}}}})",
         R"({"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"6","annotations":{"k8s.io/initial-events-end":"false"}}}})",
         R"({"type":"ADDED","object":{"metadata":{"resourceVersion":"7","annotations":{"k8s.io/initial-events-end":"true"}}}})"});
    const auto all = decode({text});
    REQUIRE(all.events.size() == 3);
    CHECK(all.events[0].initial_events_end);
    CHECK_FALSE(all.events[1].initial_events_end);
    CHECK_FALSE(all.events[2].initial_events_end);
}

TEST_CASE("an ERROR event is the error of its Status") {
    struct example {
        const char* status;
        error_kind expected;
    };
    constexpr example table[] = {
        {R"({"kind":"Status","code":410,"reason":"Expired"})", error_kind::expired},
        {R"({"kind":"Status","code":410,"reason":"Gone"})", error_kind::expired},
        {R"({"kind":"Status","reason":"Gone"})", error_kind::expired},
        {R"({"kind":"Status","code":429,"reason":"TooManyRequests"})", error_kind::too_many_requests},
        {R"({"kind":"Status","code":500,"reason":"InternalError"})", error_kind::server},
        {R"({"kind":"Status","code":504,"reason":"Timeout"})", error_kind::server_timeout},
        {R"({"kind":"Status","code":403,"reason":"Forbidden"})", error_kind::forbidden},
        {R"({"kind":"Secret","metadata":{"resourceVersion":"1"}})", error_kind::malformed},
    };
    for (const auto& row : table) {
        check_fails(lines({std::string(R"({"type":"ERROR","object":)") + row.status + "}"}), row.expected);
    }
    const auto all = decode({lines({added, expired, added})});
    CHECK(all.events.size() == 1);
    REQUIRE(all.failure);
    CHECK(all.failure->message == "too old resource version: 1 (99)");
    CHECK(all.failure->code == 410);
}

TEST_CASE("a line that is not an event is malformed") {
    for (const auto* line : {
             "<html>502</html>",
             "7",
             "[]",
             "{}",
             R"({"type":"ADDED"})",
             R"({"type":"ADDED","object":null})",
             R"({"type":"ADDED","object":[]})",
             R"({"type":"ADDED","object":{}})",
             R"({"type":"ADDED","object":{"metadata":null}})",
             R"({"type":"ADDED","object":{"metadata":{"resourceVersion":""}}})",
             R"({"type":"ADDED","object":{"metadata":{"resourceVersion":7}}})",
             R"({"type":"BOOKMARK","object":{"metadata":{}}})",
             R"({"type":"added","object":{"metadata":{"resourceVersion":"7"}}})",
             R"({"type":null,"object":{"metadata":{"resourceVersion":"7"}}})",
             R"({"object":{"metadata":{"resourceVersion":"7"}}})",
             R"({"kind":"Status","status":"Failure","code":410,"reason":"Expired"})",
             "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"resourceVersion\":\"\xff\"}}}",
             R"({"type":"ADDED","object":{"metadata":{"resourceVersion":"7"}}} {})",
         }) {
        check_fails(lines({line}), error_kind::malformed);
    }
}

TEST_CASE("an error names the fault and never quotes the line") {
    const auto all = decode({lines({R"({"type":"ADDED","object":{"data":{"p":"CANARY"}})"})});
    REQUIRE(all.failure);
    CHECK(all.failure->message.find("CANARY") == std::string::npos);
    CHECK(all.failure->message.starts_with("watch event: "));
    CHECK(decode({lines({R"({"type":"CANARY","object":{}})"})}).failure->message ==
          "watch event: type: must be ADDED, MODIFIED, DELETED, BOOKMARK or ERROR");
}

TEST_CASE("after an error the decoder returns it again and ignores further bytes") {
    watch_decoder decoder;
    decoder.feed(lines({"garbage", added}));
    CHECK(decoder.next().error().kind == error_kind::malformed);
    decoder.feed(lines({added}));
    CHECK(decoder.next().error().kind == error_kind::malformed);
}

TEST_CASE("a line is bounded to the byte, whether it is complete or not") {
    const kube::json_bounds exact{.bytes = added.size()};
    const kube::json_bounds less{.bytes = added.size() - 1};
    CHECK(decode({added, "\n"}, exact).events.size() == 1);
    const auto three = lines({added, added, added});
    CHECK(decode({three}, exact).events.size() == 3);
    CHECK_FALSE(decode({three}, exact).failure);
    const auto whole = lines({added});
    for (const auto& pieces :
         {std::vector<std::string_view>{added, "\n"}, std::vector<std::string_view>{added}, {whole}}) {
        const auto all = decode(pieces, less);
        REQUIRE(all.failure);
        CHECK(all.failure->message == "watch event: longer than " + std::to_string(less.bytes) + " bytes");
    }
}

TEST_CASE("whole events before a line that is too long are returned first") {
    const std::string text = lines({bookmark}) + std::string(200, ' ');
    const auto all = decode({text}, {.bytes = 150});
    CHECK(all.events.size() == 1);
    CHECK(all.failure);
}

TEST_CASE("depth and number of values are bounded in each event") {
    const auto nested = R"({"type":"ADDED","object":{"metadata":{"resourceVersion":"7"},"x":)" +
                        std::string(99, '[') + std::string(99, ']') + "}}\n";
    check_fails(nested, error_kind::malformed);
    CHECK(decode({lines({added})}, {.values = 7}).events.size() == 1);
    CHECK(decode({lines({added})}, {.values = 6}).failure);
}
