// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/client/client.hpp"
#include "unit/kube/client/api_stage.hpp"

#include <string>

using namespace kube;

namespace {

std::string event(const std::string& type, const std::string& kind, const std::string& version) {
    return R"({"type":")" + type + R"(","object":{"kind":")" + kind +
           R"(","apiVersion":"v1","metadata":{"name":"n","uid":"u","resourceVersion":")" + version +
           "\"}}}\n";
}

std::string stream_of(const std::string& lines) {
    return std::string(harness::chunked_head) + harness::http_chunk(lines) + std::string(harness::last_chunk);
}

using watch_result = result<std::unique_ptr<watch_stream>>;

watch_result watch(api_stage& stage, bool metadata_only = false) {
    return stage.run(
        stage.client->watch({secrets, "", "", metadata_only}, {"1", false, std::chrono::seconds(60)}));
}

}  // namespace

TEST_CASE("a watch gives its events, then its end") {
    api_stage stage([](const std::string&) {
        return stream_of(event("ADDED", "Secret", "2") + event("DELETED", "Secret", "3") +
                         event("BOOKMARK", "Secret", "9"));
    });
    const auto stream = watch(stage);
    REQUIRE(stream);
    CHECK(stage.last_line() ==
          "GET /api/v1/secrets?watch=1&allowWatchBookmarks=true&timeoutSeconds=60&resourceVersion=1");
    const auto added = stage.run((*stream)->next());
    REQUIRE(added);
    CHECK(added->type == watch_event_type::added);
    CHECK(added->resource_version == "2");
    CHECK(stage.run((*stream)->next())->type == watch_event_type::deleted);
    CHECK(stage.run((*stream)->next())->type == watch_event_type::bookmark);
    CHECK(stage.run((*stream)->next()).error().kind == error_kind::stream_ended);
}

TEST_CASE("a watch of metadata takes nothing but metadata") {
    api_stage stage([](const std::string&) {
        return stream_of(event("ADDED", "PartialObjectMetadata", "2") + event("ADDED", "Secret", "3"));
    });
    const auto stream = watch(stage, true);
    REQUIRE(stream);
    CHECK(stage.last_request().find(
              "Accept: application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1\r\n") !=
          std::string::npos);
    CHECK(stage.run((*stream)->next()));
    CHECK(stage.run((*stream)->next()).error().kind == error_kind::malformed);
}

TEST_CASE("the two ways to say that a version is too old") {
    SUBCASE("by the status") {
        api_stage stage(always(410, R"({"kind":"Status","reason":"Expired","code":410})"));
        CHECK(watch(stage).error().kind == error_kind::expired);
    }
    SUBCASE("by an event") {
        api_stage stage([](const std::string&) {
            return stream_of(R"({"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}})"
                             "\n");
        });
        const auto stream = watch(stage);
        REQUIRE(stream);
        CHECK(stage.run((*stream)->next()).error().kind == error_kind::expired);
    }
}

TEST_CASE("a watch that is refused says why") {
    api_stage stage([](const std::string&) {
        return harness::http_answer(
            422,
            R"({"kind":"Status","reason":"Invalid","message":"WatchList is off","code":422})",
            "Retry-After: 1\r\n");
    });
    const auto stream = watch(stage);
    REQUIRE_FALSE(stream);
    CHECK(stream.error().kind == error_kind::invalid);
    CHECK(stream.error().message == "WatchList is off");
    CHECK(stream.error().retry_after == std::chrono::seconds(1));
}

namespace {

/// A server that writes this and then breaks off, and a client of it.
struct broken_api {
    explicit broken_api(std::string bytes)
        : server(api_stage::ca().issue_for_loopback(),
                 [bytes = std::move(bytes)](harness::scripted_session& session, int) {
                     static_cast<void>(session.read_request());
                     session.write(bytes);
                     session.cut();
                 }) {
        connection_config config;
        config.server = {"127.0.0.1", server.port()};
        config.ca_data = api_stage::ca().certificate();
        api = std::make_unique<client>(io.get_executor(), std::move(config), api_stage::limits());
        REQUIRE(api->load_certificates());
    }
    watch_result watch() {
        return harness::run(io, api->watch({secrets, "", "", false}, {"1", false, std::chrono::seconds(60)}));
    }

    harness::scripted_server server;
    boost::asio::io_context io;
    std::unique_ptr<client> api;
};

}  // namespace

TEST_CASE("the reason of a refusal may be cut short or endless") {
    const auto cut = broken_api("HTTP/1.1 500 X\r\nContent-Length: 100\r\n\r\n{").watch();
    CHECK(cut.error().kind == error_kind::server);
    const auto endless =
        broken_api("HTTP/1.1 503 X\r\nContent-Type: text/plain\r\n\r\n" + std::string(1'000'000, 'x'))
            .watch();
    CHECK(endless.error().kind == error_kind::server);
    CHECK(endless.error().message.size() <= 256);
}

TEST_CASE("a watch that breaks off is no end, and the whole events before count") {
    broken_api api(std::string(harness::chunked_head) +
                   harness::http_chunk(event("ADDED", "Secret", "2") + R"({"type":"ADD)"));
    const auto stream = api.watch();
    REQUIRE(stream);
    CHECK(harness::run(api.io, (*stream)->next()));
    CHECK(harness::run(api.io, (*stream)->next()).error().kind == error_kind::no_response);
}

namespace {

/// Bytes that never come; notes how long it was to wait.
class silent_stream : public net::response_stream {
 public:
    explicit silent_stream(std::chrono::milliseconds& asked) : asked_(asked) {}
    [[nodiscard]] unsigned status() const noexcept override { return 200; }
    [[nodiscard]] const net::response& head() const noexcept override { return head_; }
    boost::asio::awaitable<net::result<std::string_view>> read_some(
        std::chrono::milliseconds silence) override {
        asked_ = silence;
        co_return net::error(net::failure::read, "silent", true);
    }

 private:
    std::chrono::milliseconds& asked_;
    net::response head_;
};

}  // namespace

TEST_CASE("silence ends a watch") {
    boost::asio::io_context io;
    std::chrono::milliseconds asked{0};
    watch_stream stream(std::make_unique<silent_stream>(asked), std::chrono::seconds(90), "Secret");
    CHECK(harness::run(io, stream.next()).error().kind == error_kind::no_response);
    CHECK(asked == std::chrono::seconds(90));
}
