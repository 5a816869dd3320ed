// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/client/client.hpp"

#include "kube/client/request_path.hpp"
#include "kube/client/response.hpp"

#include <algorithm>
#include <utility>

namespace kube {

namespace asio = boost::asio;
using clock = std::chrono::steady_clock;

namespace {

constexpr std::size_t max_error_body_bytes = 64U * 1024;
constexpr std::chrono::seconds error_body_timeout{10};
constexpr std::chrono::seconds list_timeout{60};  // the server answers after it has filtered all objects

constexpr std::string_view partial_object = "PartialObjectMetadata";
constexpr std::string_view partial_list = "PartialObjectMetadataList";

constexpr std::string_view merge_patch_type = "application/merge-patch+json";
constexpr std::string_view apply_patch_type = "application/apply-patch+yaml";  // of which JSON is a part

std::string accept(const scope& scope, std::string_view partial_kind) {
    std::string type = "application/json";
    // Without a fallback to plain JSON: a list of metadata must never bring credentials.
    if (scope.metadata_only) type.append(";as=").append(partial_kind).append(";g=meta.k8s.io;v=v1");
    return type;
}

std::string kind_of_list(const scope& scope) {
    return scope.metadata_only ? std::string(partial_list) : std::string(scope.resource.kind) + "List";
}

std::string kind_of_object(const scope& scope) {
    return std::string(scope.metadata_only ? partial_object : scope.resource.kind);
}

util::secret_bytes delete_options(const precondition& precondition) {
    const json preconditions = {{"uid", precondition.uid()},
                                {"resourceVersion", precondition.resource_version()}};
    const json options = {{"apiVersion", "v1"}, {"kind", "DeleteOptions"}, {"preconditions", preconditions}};
    return util::secret_bytes(to_text(options));
}

/// Kubernetes' verb for a write.
std::string_view verb_of(net::method method) {
    if (method == net::method::post) return "create";
    return method == net::method::put ? "update" : "patch";
}

net::request read_request(std::string target, std::string media_type) {
    net::request request;
    request.target = std::move(target);
    request.headers.emplace_back("Accept", std::move(media_type));
    return request;
}

net::request write_request(net::method verb,
                           std::string target,
                           util::secret_bytes body,
                           std::string_view media_type = json_type) {
    auto request = read_request(std::move(target), std::string(json_type));
    request.verb = verb;
    request.headers.emplace_back("Content-Type", media_type);
    request.body = std::move(body);
    request.max_body_bytes = max_object_bytes;
    return request;
}

/// Reads the body of a watch request that failed.
asio::awaitable<error> read_error(net::response_stream& stream) {
    const auto deadline = clock::now() + error_body_timeout;
    std::string body;
    while (body.size() < max_error_body_bytes) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock::now());
        const auto bytes = co_await stream.read_some(std::max(left, std::chrono::milliseconds(0)));
        if (!bytes) break;  // the HTTP status is enough
        body.append(*bytes, 0, max_error_body_bytes - body.size());
    }
    const auto& head = stream.head();
    net::response response;
    response.status = head.status;
    response.content_type = head.content_type;
    response.retry_after = head.retry_after;
    response.body = util::secret_bytes(std::move(body));
    co_return error_from_response(response);
}

}  // namespace

client::client(asio::any_io_executor executor, connection_config config, net::http_limits limits)
    : field_manager_(config.field_manager), transport_(std::move(executor), std::move(config), limits) {}

void client::report(std::string_view verb,
                    const resource& resource,
                    clock::time_point begin,
                    unsigned http_status) const {
    if (!ended_) return;
    ended_({.verb = verb,
            .resource = resource.plural,
            .http_status = http_status,
            .duration = clock::now() - begin});
}

asio::awaitable<result<net::response>> client::send(std::string_view verb,
                                                    resource resource,
                                                    net::request request) {
    const auto begin = clock::now();
    auto response = co_await transport_.send(std::move(request));
    report(verb, resource, begin, response ? response->status : 0);
    co_return response;
}

asio::awaitable<result<json>> client::write(net::method verb,
                                            resource resource,
                                            write_target target,
                                            util::secret_bytes body,
                                            std::string_view media_type,
                                            std::string_view validation) {
    auto& path = target.path;
    if (!path) co_return path.error();
    if (target.dry_run) add_query(*path, "dryRun", "All");
    if (!field_manager_.empty()) add_query(*path, "fieldManager", field_manager_);
    // Otherwise the server silently drops the fields that it does not know. Patches name built-in fields
    // only.
    if (verb != net::method::patch) add_query(*path, "fieldValidation", validation);
    auto request = write_request(verb, *std::move(path), std::move(body), media_type);
    if (!target.dry_run) request.may_send = may_write_;
    const auto response = co_await send(verb_of(verb), resource, std::move(request));
    if (!response) co_return response.error();
    co_return read_object_response(*response, resource.kind);
}

asio::awaitable<result<json>> client::get(resource resource, std::string namespace_name, std::string name) {
    auto path = object_path(resource, namespace_name, name);
    if (!path) co_return path.error();
    auto request = read_request(*std::move(path), "application/json");
    request.max_body_bytes = max_object_bytes;
    const auto response = co_await send("get", resource, std::move(request));
    if (!response) co_return response.error();
    co_return read_object_response(*response, resource.kind);
}

asio::awaitable<result<list_page>> client::list(scope scope, list_options options) {
    auto request = read_request(list_path(scope, options), accept(scope, partial_list));
    request.max_body_bytes = max_page_bytes;
    request.header_timeout = list_timeout;
    const auto response = co_await send("list", scope.resource, std::move(request));
    if (!response) co_return response.error();
    co_return read_list_response(*response, kind_of_list(scope));
}

asio::awaitable<result<std::unique_ptr<watch_stream>>> client::watch(scope scope, watch_options options) {
    const auto begin = clock::now();
    auto stream = co_await transport_.open_stream(
        read_request(watch_path(scope, options), accept(scope, partial_object)));
    report("watch", scope.resource, begin, stream ? (*stream)->head().status : 0);
    if (!stream) co_return stream.error();
    if ((*stream)->head().status != 200) co_return co_await read_error(**stream);
    co_return std::make_unique<watch_stream>(
        *std::move(stream), watch_idle_timeout(scope.resource, options.timeout), kind_of_object(scope));
}

asio::awaitable<result<json>> client::create(resource resource,
                                             std::string namespace_name,
                                             util::secret_bytes body,
                                             bool dry_run) {
    co_return co_await write(
        net::method::post, resource, {collection_path(resource, namespace_name), dry_run}, std::move(body));
}

asio::awaitable<result<json>> client::apply_new(
    resource resource, std::string namespace_name, std::string name, util::secret_bytes body, bool dry_run) {
    co_return co_await write(net::method::patch,
                             resource,
                             {object_path(resource, namespace_name, name), dry_run},
                             std::move(body),
                             apply_patch_type);
}

asio::awaitable<result<json>> client::replace(resource resource,
                                              std::string namespace_name,
                                              std::string name,
                                              bound_body body) {
    co_return co_await write(
        net::method::put, resource, object_path(resource, namespace_name, name), std::move(body).take());
}

asio::awaitable<result<json>> client::replace_status(resource resource, std::string name, bound_body body) {
    auto path = object_path(resource, "", name);
    if (path) *path += "/status";
    co_return co_await write(
        net::method::put, resource, std::move(path), std::move(body).take(), json_type, "Warn");
}

asio::awaitable<result<json>> client::merge_patch(resource resource,
                                                  std::string namespace_name,
                                                  std::string name,
                                                  bound_body body) {
    co_return co_await write(net::method::patch,
                             resource,
                             object_path(resource, namespace_name, name),
                             std::move(body).take(),
                             merge_patch_type);
}

asio::awaitable<result<json>> client::try_merge_patch(resource resource,
                                                      std::string namespace_name,
                                                      std::string name,
                                                      json patch) {
    co_return co_await write(net::method::patch,
                             resource,
                             {object_path(resource, namespace_name, name), true},
                             util::secret_bytes(to_text(patch)),
                             merge_patch_type);
}

asio::awaitable<result<json>> client::patch_event_series(std::string namespace_name,
                                                         std::string name,
                                                         json series) {
    co_return co_await write(net::method::patch,
                             events,
                             object_path(events, namespace_name, name),
                             util::secret_bytes(to_text(series)),
                             merge_patch_type);
}

asio::awaitable<result<json>> client::review(resource resource, util::secret_bytes body) {
    auto request = write_request(net::method::post, collection_path(resource, ""), std::move(body));
    const auto response = co_await send("create", resource, std::move(request));
    if (!response) co_return response.error();
    co_return read_object_response(*response, resource.kind);
}

asio::awaitable<result<void>> client::remove(resource resource,
                                             std::string namespace_name,
                                             std::string name,
                                             precondition precondition) {
    auto path = object_path(resource, namespace_name, name);
    if (!path) co_return path.error();
    auto request = write_request(net::method::delete_, *std::move(path), delete_options(precondition));
    request.may_send = may_write_;
    const auto response = co_await send("delete", resource, std::move(request));
    if (!response) co_return response.error();
    co_return read_delete_response(*response, resource.kind);
}

}  // namespace kube
