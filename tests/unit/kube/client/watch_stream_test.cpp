// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/client/watch.hpp"
#include "unit/kube/client/api_fixture.hpp"

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

watch_result watch(api_fixture& api, bool metadata_only = false) {
    return api.run(
        api.client->watch({secrets, "", "", metadata_only}, {"1", false, std::chrono::seconds(60)}));
}

}  // namespace

TEST_CASE("a watch returns its events, then its end") {
    api_fixture api([](const std::string&) {
        return stream_of(event("ADDED", "Secret", "2") + event("DELETED", "Secret", "3") +
                         event("BOOKMARK", "Secret", "9"));
    });
    const auto stream = watch(api);
    REQUIRE(stream);
    CHECK(api.last_line() ==
          "GET /api/v1/secrets?watch=1&allowWatchBookmarks=true&timeoutSeconds=60&resourceVersion=1");
    const auto added = api.run((*stream)->next());
    REQUIRE(added);
    CHECK(added->type == watch_event_type::added);
    CHECK(added->resource_version == "2");
    CHECK(api.run((*stream)->next())->type == watch_event_type::deleted);
    CHECK(api.run((*stream)->next())->type == watch_event_type::bookmark);
    CHECK(api.run((*stream)->next()).error().kind == error_kind::stream_ended);
}

TEST_CASE("a bookmark may have any kind, any other event must have the kind of the watch") {
    api_fixture api([](const std::string&) {
        return stream_of(event("BOOKMARK", "Bookmark", "2") + event("DELETED", "ConfigMap", "3"));
    });
    const auto stream = watch(api);
    REQUIRE(stream);
    CHECK(api.run((*stream)->next()));
    CHECK(api.run((*stream)->next()).error().kind == error_kind::malformed);
}

TEST_CASE("a watch of metadata does not accept whole objects") {
    api_fixture api([](const std::string&) {
        return stream_of(event("ADDED", "PartialObjectMetadata", "2") + event("ADDED", "Secret", "3"));
    });
    const auto stream = watch(api, true);
    REQUIRE(stream);
    CHECK(
        api.last_request().find("Accept: application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1\r\n") !=
        std::string::npos);
    CHECK(api.run((*stream)->next()));
    CHECK(api.run((*stream)->next()).error().kind == error_kind::malformed);
}

TEST_CASE("a resourceVersion that is too old is expired") {
    SUBCASE("by the HTTP status") {
        api_fixture api(always(410, R"({"kind":"Status","reason":"Expired","code":410})"));
        CHECK(watch(api).error().kind == error_kind::expired);
    }
    SUBCASE("by an ERROR event") {
        api_fixture api([](const std::string&) {
            return stream_of(R"({"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}})"
                             "\n");
        });
        const auto stream = watch(api);
        REQUIRE(stream);
        CHECK(api.run((*stream)->next()).error().kind == error_kind::expired);
    }
}

TEST_CASE("a rejected watch returns the error of the response") {
    api_fixture api([](const std::string&) {
        return harness::http_answer(
            422,
            R"({"kind":"Status","reason":"Invalid","message":"WatchList is off","code":422})",
            "Retry-After: 1\r\n");
    });
    const auto stream = watch(api);
    REQUIRE_FALSE(stream);
    CHECK(stream.error().kind == error_kind::invalid);
    CHECK(stream.error().message == "WatchList is off");
    CHECK(stream.error().retry_after == std::chrono::seconds(1));
}

namespace {

/// A server that sends these bytes and then cuts the connection, and a client of it.
struct broken_api {
    explicit broken_api(std::string bytes)
        : server(api_fixture::ca().issue_for_loopback(),
                 [bytes = std::move(bytes)](harness::scripted_session& session, int) {
                     static_cast<void>(session.read_request());
                     session.write(bytes);
                     session.cut();
                 }) {
        connection_config config;
        config.server = {"127.0.0.1", server.port()};
        config.ca_data = api_fixture::ca().certificate();
        api = std::make_unique<client>(io.get_executor(), std::move(config), api_fixture::patient_limits());
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

TEST_CASE("the body of a rejected watch may be cut short or endless") {
    const auto cut = broken_api("HTTP/1.1 500 X\r\nContent-Length: 100\r\n\r\n{").watch();
    CHECK(cut.error().kind == error_kind::server);
    const auto endless =
        broken_api("HTTP/1.1 503 X\r\nContent-Type: text/plain\r\n\r\n" + std::string(1'000'000, 'x'))
            .watch();
    CHECK(endless.error().kind == error_kind::server);
    CHECK(endless.error().message.size() <= 256);
}

TEST_CASE("a watch whose connection breaks returns the whole events, then no_response") {
    broken_api api(std::string(harness::chunked_head) +
                   harness::http_chunk(event("ADDED", "Secret", "2") + R"({"type":"ADD)"));
    const auto stream = api.watch();
    REQUIRE(stream);
    CHECK(harness::run(api.io, (*stream)->next()));
    CHECK(harness::run(api.io, (*stream)->next()).error().kind == error_kind::no_response);
}

namespace {

/// A stream whose bytes never come. Records the timeout of the read.
class silent_stream : public net::response_stream {
 public:
    explicit silent_stream(std::chrono::milliseconds& timeout) : timeout_(timeout) {}
    [[nodiscard]] const net::response& head() const noexcept override { return head_; }
    boost::asio::awaitable<net::result<std::string_view>> read_some(
        std::chrono::milliseconds timeout) override {
        timeout_ = timeout;
        co_return net::error(net::failure::read, "silent", true);
    }

 private:
    std::chrono::milliseconds& timeout_;
    net::response head_;
};

}  // namespace

TEST_CASE("a watch without bytes ends after the idle timeout") {
    boost::asio::io_context io;
    std::chrono::milliseconds timeout{0};
    watch_stream stream(std::make_unique<silent_stream>(timeout), std::chrono::seconds(90), "Secret");
    CHECK(harness::run(io, stream.next()).error().kind == error_kind::no_response);
    CHECK(timeout == std::chrono::seconds(90));
}

TEST_CASE("the idle timeout of a watch is 90 s, or its own timeout where there are no bookmarks") {
    CHECK(watch_idle_timeout(secrets, std::chrono::seconds(300)) == std::chrono::seconds(90));
    CHECK(watch_idle_timeout(core_events, std::chrono::seconds(300)) == std::chrono::seconds(315));
}
