// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/api/object.hpp"
#include "kube/api/resource.hpp"
#include "kube/client/watch_decoder.hpp"
#include "kube/config/connection_config.hpp"
#include "kube/error.hpp"
#include "kube/json.hpp"
#include "net/http_client.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace kube {

/// What a list or a watch covers.
struct scope {
    kube::resource resource;
    std::string namespace_name;  // empty: all namespaces
    std::string field_selector;  // not encoded
    bool metadata_only = false;  // PartialObjectMetadata
};

struct list_page {
    std::string resource_version;
    std::string continue_token;  // empty on the last page
    json items = json::array();
};

struct list_options {
    std::string resource_version;  // with it, "not older than"; empty: the newest (a quorum read)
    std::string continue_token;
    int limit = 500;
};

struct watch_options {
    std::string resource_version;       // empty only with send_initial_events
    bool send_initial_events = false;   // streaming list: what exists as ADDED events, then a marked bookmark
    std::chrono::seconds timeout{300};  // after which the server ends the watch
};

/// A running watch.
class watch_stream {
 public:
    /// `kind`: of every object but a bookmark's.
    watch_stream(std::unique_ptr<net::response_stream> bytes,
                 std::chrono::milliseconds silence,
                 std::string kind);
    /// The next event. stream_ended at a clean end; no_response when the server was silent for too long.
    [[nodiscard]] boost::asio::awaitable<result<watch_event>> next();

 private:
    std::unique_ptr<net::response_stream> bytes_;
    watch_decoder decoder_;
    std::chrono::milliseconds silence_;
    std::string kind_;
};

/// Requests to one API server, answers as values. No policy: nothing is retried here but a request whose
/// token was refused (401), once, with a token read anew. Single-threaded. Must live until its calls have
/// ended, to which close() helps.
class client {
 public:
    client(boost::asio::any_io_executor executor, connection_config config, net::http_limits limits = {});
    ~client();
    client(const client&) = delete;
    client& operator=(const client&) = delete;

    /// Loads the certificates. To be called, with success, before any request.
    [[nodiscard]] result<void> load_certificates();

    [[nodiscard]] boost::asio::awaitable<result<json>> get(resource what,
                                                           std::string namespace_name,
                                                           std::string name);
    [[nodiscard]] boost::asio::awaitable<result<list_page>> list(scope what, list_options options);
    [[nodiscard]] boost::asio::awaitable<result<std::unique_ptr<watch_stream>>> watch(scope what,
                                                                                      watch_options options);
    /// POST. `dry_run`: the server checks everything and stores nothing.
    [[nodiscard]] boost::asio::awaitable<result<json>> create(resource what,
                                                              std::string namespace_name,
                                                              util::secret_bytes body,
                                                              bool dry_run = false);
    /// PUT of the whole object, whose metadata must carry uid and resourceVersion: 409 when the object is not
    /// that one any more.
    [[nodiscard]] boost::asio::awaitable<result<json>> replace(resource what,
                                                               std::string namespace_name,
                                                               std::string name,
                                                               util::secret_bytes body);
    /// PUT on the status subresource.
    [[nodiscard]] boost::asio::awaitable<result<json>> replace_status(resource what,
                                                                      std::string name,
                                                                      util::secret_bytes body);
    /// Merge patch (RFC 7396). As for metadata, see replace().
    [[nodiscard]] boost::asio::awaitable<result<json>> merge_patch(resource what,
                                                                   std::string namespace_name,
                                                                   std::string name,
                                                                   util::secret_bytes body);
    /// DELETE bound to uid and resourceVersion.
    [[nodiscard]] boost::asio::awaitable<result<void>> remove(resource what,
                                                              std::string namespace_name,
                                                              std::string name,
                                                              precondition at);
    /// Ends all calls and watches, and those to come, with error_kind::cancelled.
    void close();

 private:
    class implementation;
    std::unique_ptr<implementation> impl_;
};

}  // namespace kube
