// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/client/client.hpp"

#include "kube/client/api_answer.hpp"
#include "kube/client/request_path.hpp"
#include "kube/client/status_error.hpp"
#include "kube/config/tls_source.hpp"
#include "kube/config/token_source.hpp"

#include <algorithm>
#include <utility>

namespace kube {

namespace asio = boost::asio;
using clock = std::chrono::steady_clock;

namespace {

constexpr std::string_view field_manager = "regcred-controller";
constexpr unsigned unauthorized = 401;
constexpr std::size_t failure_bytes = 64U * 1024;
constexpr std::chrono::seconds failure_time{10};
constexpr std::chrono::seconds bookmark_silence{90};  // a bookmark comes about every minute
constexpr std::chrono::seconds slow_list{60};  // a server that filters in etcd answers when it is through
constexpr std::chrono::seconds late_end{15};   // after the end that was asked for

constexpr std::string_view partial_object = "PartialObjectMetadata";
constexpr std::string_view partial_list = "PartialObjectMetadataList";

std::string accept(const scope& what, std::string_view partial_kind) {
    std::string type = "application/json";
    // No second choice: whole objects, credentials included, are not to come in where metadata was asked for.
    if (what.metadata_only) type.append(";as=").append(partial_kind).append(";g=meta.k8s.io;v=v1");
    return type;
}

std::string kind_of_list(const scope& what) {
    return what.metadata_only ? std::string(partial_list) : std::string(what.what.kind) + "List";
}

std::string kind_of_object(const scope& what) {
    return std::string(what.metadata_only ? partial_object : what.what.kind);
}

util::secret_bytes delete_options(const precondition& at) {
    const json preconditions = {{"uid", at.uid()}, {"resourceVersion", at.resource_version()}};
    const json options = {{"apiVersion", "v1"}, {"kind", "DeleteOptions"}, {"preconditions", preconditions}};
    return util::secret_bytes(to_text(options));
}

net::request read_request(std::string target, std::string accepted) {
    net::request what;
    what.target = std::move(target);
    what.headers.emplace_back("Accept", std::move(accepted));
    return what;
}

net::request write_request(net::method verb, std::string target, util::secret_bytes body) {
    auto what = read_request(std::move(target), "application/json");
    what.verb = verb;
    what.headers.emplace_back(
        "Content-Type", verb == net::method::patch ? "application/merge-patch+json" : "application/json");
    what.body = std::move(body);
    what.max_body_bytes = object_bytes;
    return what;
}

/// An answer to a watch that is not one.
asio::awaitable<error> read_failure(net::response_stream& stream) {
    const auto until = clock::now() + failure_time;
    std::string body;
    while (body.size() < failure_bytes) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - clock::now());
        const auto more = co_await stream.read_some(std::max(left, std::chrono::milliseconds(0)));
        if (!more) break;  // its status tells enough
        body.append(*more, 0, failure_bytes - body.size());
    }
    const auto& head = stream.head();
    net::response answer;
    answer.status = head.status;
    answer.content_type = head.content_type;
    answer.retry_after = head.retry_after;
    answer.date = head.date;
    answer.body = util::secret_bytes(std::move(body));
    co_return error_from_response(answer, access::read);
}

}  // namespace

class client::implementation {
 public:
    implementation(asio::any_io_executor executor, connection_config config, net::http_limits limits)
        : config_(std::move(config)),
          certificates_(config_),
          token_(config_.token_file, config_.token.clone()),
          http_(std::move(executor), config_.server, limits) {}

    result<void> prepare() {
        const auto found = certificates_.read();
        if (!found) return found.error();
        return use(*found);
    }

    asio::awaitable<result<net::response>> send(net::request what) {
        const auto by = what.verb == net::method::get ? access::read : access::write;
        dress(what);
        auto answer = co_await http_.send(what);
        if (answer && answer->status == unauthorized && renew_token(what)) answer = co_await http_.send(what);
        if (!answer) co_return failed(answer.error(), by);
        co_return std::move(*answer);
    }

    asio::awaitable<result<std::unique_ptr<net::response_stream>>> open_stream(net::request what) {
        dress(what);
        auto stream = co_await http_.open_stream(what);
        if (stream && (*stream)->status() == unauthorized && renew_token(what)) {
            stream = co_await http_.open_stream(what);
        }
        if (!stream) co_return failed(stream.error(), access::read);
        co_return std::move(*stream);
    }

    asio::awaitable<result<json>> write(net::method verb,
                                        std::string_view kind,
                                        std::string path,
                                        util::secret_bytes body) {
        add_query(path, "fieldManager", field_manager);
        // What the server does not know it would drop in silence; a patch of ours names fields of its own
        // objects only.
        if (verb != net::method::patch) add_query(path, "fieldValidation", "Strict");
        const auto answer = co_await send(write_request(verb, std::move(path), std::move(body)));
        if (!answer) co_return answer.error();
        co_return read_object_answer(*answer, kind, access::write);
    }

    void close() { http_.close(); }

 private:
    result<void> use(const net::tls_config& config) {
        const auto used = http_.set_tls_config(config);
        if (!used) return error(error_kind::other, used.error().what);
        certificates_.accepted(config);
        return {};
    }

    /// What every request carries, as fresh as the files are.
    void dress(net::request& what) {
        const auto now = clock::now();
        // A rotation that is only half written is refused: what is in use stays, and the next look finds the
        // rest.
        if (const auto config = certificates_.changed(now)) static_cast<void>(use(*config));
        what.target.insert(0, config_.path_prefix);
        what.headers.emplace_back("User-Agent", config_.user_agent);
        what.bearer_token = token_.at(now).clone();
    }

    bool renew_token(net::request& what) {
        const auto now = clock::now();
        if (!token_.renew(now, what.bearer_token)) return false;
        what.bearer_token = token_.at(now).clone();
        return true;
    }

    error failed(const net::error& why, access by) {
        if (why.phase == net::failure::tls) certificates_.look_now();
        return error_from_net(why, by);
    }

    connection_config config_;
    tls_source certificates_;
    token_source token_;
    net::http_client http_;
};

client::client(asio::any_io_executor executor, connection_config config, net::http_limits limits)
    : impl_(std::make_unique<implementation>(std::move(executor), std::move(config), limits)) {}

client::~client() = default;

result<void> client::prepare() {
    return impl_->prepare();
}

asio::awaitable<result<json>> client::get(resource what, std::string namespace_name, std::string name) {
    auto path = object_path(what, namespace_name, name);
    if (!path) co_return path.error();
    auto request = read_request(*std::move(path), "application/json");
    request.max_body_bytes = object_bytes;
    const auto answer = co_await impl_->send(std::move(request));
    if (!answer) co_return answer.error();
    co_return read_object_answer(*answer, what.kind, access::read);
}

asio::awaitable<result<list_page>> client::list(scope what, list_options options) {
    auto request = read_request(list_path(what, options), accept(what, partial_list));
    request.max_body_bytes = page_bytes;
    request.header_timeout = slow_list;
    const auto answer = co_await impl_->send(std::move(request));
    if (!answer) co_return answer.error();
    co_return read_list_answer(*answer, kind_of_list(what));
}

asio::awaitable<result<std::unique_ptr<watch_stream>>> client::watch(scope what, watch_options options) {
    auto stream =
        co_await impl_->open_stream(read_request(watch_path(what, options), accept(what, partial_object)));
    if (!stream) co_return stream.error();
    if ((*stream)->status() != 200) co_return co_await read_failure(**stream);
    const std::chrono::seconds silence = what.what.bookmarks ? bookmark_silence : options.timeout + late_end;
    co_return std::make_unique<watch_stream>(*std::move(stream), silence, kind_of_object(what));
}

asio::awaitable<result<json>> client::create(resource what,
                                             std::string namespace_name,
                                             util::secret_bytes body,
                                             bool dry_run) {
    auto path = collection_path(what, namespace_name);
    if (dry_run) add_query(path, "dryRun", "All");
    co_return co_await impl_->write(net::method::post, what.kind, std::move(path), std::move(body));
}

asio::awaitable<result<json>> client::replace(resource what,
                                              std::string namespace_name,
                                              std::string name,
                                              util::secret_bytes body) {
    auto path = object_path(what, namespace_name, name);
    if (!path) co_return path.error();
    co_return co_await impl_->write(net::method::put, what.kind, *std::move(path), std::move(body));
}

asio::awaitable<result<json>> client::replace_status(resource what,
                                                     std::string name,
                                                     util::secret_bytes body) {
    auto path = object_path(what, "", name);
    if (!path) co_return path.error();
    co_return co_await impl_->write(net::method::put, what.kind, *path + "/status", std::move(body));
}

asio::awaitable<result<json>> client::merge_patch(resource what,
                                                  std::string namespace_name,
                                                  std::string name,
                                                  util::secret_bytes body) {
    auto path = object_path(what, namespace_name, name);
    if (!path) co_return path.error();
    co_return co_await impl_->write(net::method::patch, what.kind, *std::move(path), std::move(body));
}

asio::awaitable<result<void>> client::remove(resource what,
                                             std::string namespace_name,
                                             std::string name,
                                             precondition at) {
    auto path = object_path(what, namespace_name, name);
    if (!path) co_return path.error();
    auto request = write_request(net::method::delete_, *std::move(path), delete_options(at));
    const auto answer = co_await impl_->send(std::move(request));
    if (!answer) co_return answer.error();
    co_return read_removal_answer(*answer, what.kind);
}

void client::close() {
    impl_->close();
}

}  // namespace kube
