// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/api/object.hpp"
#include "kube/client/transport.hpp"
#include "kube/client/watch.hpp"
#include "kube/config/connection_config.hpp"
#include "kube/error.hpp"
#include "kube/json.hpp"
#include "net/http_client.hpp"
#include "util/secret_bytes.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace kube {

inline constexpr std::string_view json_type = "application/json";

/// In the body of apply_new(): no stored object has this resourceVersion.
inline constexpr std::string_view absent_resource_version = "1";

/// What a list or a watch covers.
struct scope {
    kube::resource resource;
    std::string namespace_name;  // empty: all namespaces
    std::string field_selector;  // not percent-encoded
    bool metadata_only = false;  // PartialObjectMetadata
};

struct list_page {
    std::string resource_version;
    std::string continue_token;  // empty on the last page
    json items = json::array();
};

struct list_options {
    std::string resource_version;  // not older than this; empty: the newest (a quorum read)
    std::string continue_token;
    int limit = 500;
};

struct watch_options {
    std::string resource_version;  // empty only with send_initial_events
    bool send_initial_events =
        false;  // a streaming list: existing objects as ADDED events, then a marked bookmark
    std::chrono::seconds timeout{300};  // the server ends the watch after it
};

/// The verbs of the Kubernetes API over one transport, which says when a request waits or is repeated.
/// Results are values. Single-threaded. Must outlive its calls, which close() ends.
class client {
 public:
    client(boost::asio::any_io_executor executor, connection_config config, net::http_limits limits = {});
    ~client() = default;
    client(const client&) = delete;
    client& operator=(const client&) = delete;

    void set_observer(client_observer observer) {
        ended_ = std::exchange(observer.ended, nullptr);
        transport_.set_observer(std::move(observer));
    }
    /// Asked right before each write is sent; dry runs, which store nothing, pass. While it returns false a
    /// write ends with error_kind::cancelled.
    void set_write_gate(std::function<bool()> may_write) { may_write_ = std::move(may_write); }
    /// A Retry-After of the server counts for at most this long.
    void limit_pauses(std::chrono::milliseconds longest) { transport_.limit_pauses(longest); }
    /// Must succeed before the first request.
    [[nodiscard]] result<void> load_certificates() { return transport_.load_certificates(); }

    [[nodiscard]] boost::asio::awaitable<result<json>> get(resource resource,
                                                           std::string namespace_name,
                                                           std::string name);
    [[nodiscard]] boost::asio::awaitable<result<list_page>> list(scope scope, list_options options);
    [[nodiscard]] boost::asio::awaitable<result<std::unique_ptr<watch_stream>>> watch(scope scope,
                                                                                      watch_options options);
    /// POST. With `dry_run` the server validates the object and does not store it.
    [[nodiscard]] boost::asio::awaitable<result<json>> create(resource resource,
                                                              std::string namespace_name,
                                                              util::secret_bytes body,
                                                              bool dry_run = false);
    /// Server-side apply that only creates: RBAC checks it with the object's name, as it cannot check a POST.
    /// `body` holds apiVersion, kind, the name and absent_resource_version; the server answers 409 (conflict)
    /// for any object that exists. Needs a field manager. `body` is JSON that is also YAML 1.1.
    [[nodiscard]] boost::asio::awaitable<result<json>> apply_new(resource resource,
                                                                 std::string namespace_name,
                                                                 std::string name,
                                                                 util::secret_bytes body,
                                                                 bool dry_run = false);
    /// PUT of the whole object.
    [[nodiscard]] boost::asio::awaitable<result<json>> replace(resource resource,
                                                               std::string namespace_name,
                                                               std::string name,
                                                               bound_body body);
    /// PUT of the status subresource of a cluster-scoped object. The server drops fields that its CRD does
    /// not have, with a warning: a newer controller still reports the rest.
    [[nodiscard]] boost::asio::awaitable<result<json>> replace_status(resource resource,
                                                                      std::string name,
                                                                      bound_body body);
    /// Merge patch (RFC 7396).
    [[nodiscard]] boost::asio::awaitable<result<json>> merge_patch(resource resource,
                                                                   std::string namespace_name,
                                                                   std::string name,
                                                                   bound_body body);
    /// A merge patch with dryRun: the server validates it and stores nothing, so it is bound to no version.
    [[nodiscard]] boost::asio::awaitable<result<json>> try_merge_patch(resource resource,
                                                                       std::string namespace_name,
                                                                       std::string name,
                                                                       json patch);
    /// Merge patch of an Event's series, whatever its version: only its own reporter writes it.
    [[nodiscard]] boost::asio::awaitable<result<json>> patch_event_series(std::string namespace_name,
                                                                          std::string name,
                                                                          json series);
    /// POST of a review, which the server answers and does not store: no write gate.
    [[nodiscard]] boost::asio::awaitable<result<json>> review(resource resource, util::secret_bytes body);
    /// DELETE with uid and resourceVersion as preconditions.
    [[nodiscard]] boost::asio::awaitable<result<void>> remove(resource resource,
                                                              std::string namespace_name,
                                                              std::string name,
                                                              precondition precondition);
    /// Ends all running and future calls and watches with error_kind::cancelled.
    void close() { transport_.close(); }

 private:
    struct write_target {
        write_target(result<std::string> to, bool only_try = false)
            : path(std::move(to)), dry_run(only_try) {}

        result<std::string> path;
        bool dry_run;
    };

    /// Tells the observer of a request that began then. `http_status`: 0 without a response.
    void report(std::string_view verb,
                const resource& resource,
                std::chrono::steady_clock::time_point begin,
                unsigned http_status) const;
    /// transport::send(), which the observer is told of.
    [[nodiscard]] boost::asio::awaitable<result<net::response>> send(std::string_view verb,
                                                                     resource resource,
                                                                     net::request request);
    [[nodiscard]] boost::asio::awaitable<result<json>> write(net::method verb,
                                                             resource resource,
                                                             write_target target,
                                                             util::secret_bytes body,
                                                             std::string_view media_type = json_type,
                                                             std::string_view validation = "Strict");

    std::string field_manager_;
    std::function<bool()> may_write_;
    std::function<void(const request_record&)> ended_;
    transport transport_;
};

}  // namespace kube
