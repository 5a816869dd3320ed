// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "support/admin.hpp"

#include "kube/config/connection_config.hpp"
#include "net/http_client.hpp"
#include "support/last_change.hpp"
#include "support/subprocess.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <fmt/format.h>

#include <deque>
#include <future>
#include <map>
#include <stdexcept>
#include <thread>
#include <utility>

namespace harness {

namespace {

namespace asio = boost::asio;

/// Calls at a time. The client has as many connections; with more calls than that the last would wait longer
/// than one may.
constexpr std::size_t side_by_side = 16;

constexpr unsigned too_many_requests = 429;

kube::connection_config load(const std::string& path) {
    auto config = kube::kubeconfig(path);
    if (!config) throw std::runtime_error(fmt::format("{}: {}", path, kube::public_message(config.error())));
    return std::move(*config);
}

std::string data_or_file(std::string_view data, const std::string& file) {
    return data.empty() && !file.empty() ? read_text(file) : std::string(data);
}

net::tls_config tls_of(const kube::connection_config& config) {
    net::tls_config tls;
    tls.ca_pem = data_or_file(config.ca_data, config.ca_file);
    tls.server_name = config.server_name;
    tls.client_certificate = data_or_file(config.client_certificate_data, config.client_certificate_file);
    tls.client_key =
        util::secret_bytes(data_or_file(config.client_key_data.reveal(), config.client_key_file));
    return tls;
}

std::string media_type_of(const std::string& method) {
    if (method == "PATCH") return "application/merge-patch+json";
    return method == "APPLY" ? "application/apply-patch+yaml" : "application/json";
}

net::request to_request(const api_call& call) {
    net::request request;
    static const std::map<std::string, net::method> methods{{"GET", net::method::get},
                                                            {"POST", net::method::post},
                                                            {"PUT", net::method::put},
                                                            {"PATCH", net::method::patch},
                                                            {"APPLY", net::method::patch},
                                                            {"DELETE", net::method::delete_}};
    request.verb = methods.at(call.method);
    request.target = call.path;
    if (call.method == "APPLY") {
        request.target += call.path.find('?') == std::string::npos ? '?' : '&';
        request.target += "fieldManager=regcred-controller";
    }
    request.headers = {{"Accept", "application/json"}};
    if (!call.as.empty()) request.headers.emplace_back("Impersonate-User", call.as);
    if (!call.body.is_null()) {
        request.headers.emplace_back("Content-Type", media_type_of(call.method));
        request.body = util::secret_bytes(call.body.dump());
    }
    return request;
}

std::runtime_error refused(const api_call& call, const api_answer& answer) {
    return std::runtime_error(
        fmt::format("{} {}: {} {}", call.method, call.path, answer.status, answer.message()));
}

}  // namespace

std::string api_answer::message() const {
    if (!body.is_object() || !body.contains("message")) return {};
    return body["message"].get<std::string>();
}

/// Runs the client in a thread of its own, so that its connections are looked after between the calls.
class admin::implementation {
 public:
    explicit implementation(const std::string& kubeconfig)
        : config_(load(kubeconfig)),
          token_(util::secret_bytes(data_or_file(config_.token.reveal(), config_.token_file))),
          work_(asio::make_work_guard(context_)),
          client_(context_.get_executor(), config_.server, {}) {
        if (const auto used = client_.set_tls_config(tls_of(config_)); !used)
            throw std::runtime_error(used.error().what);
        thread_ = std::thread([this] { context_.run(); });
    }
    ~implementation() {
        asio::post(context_, [this] { client_.close(); });
        work_.reset();
        thread_.join();
    }
    implementation(const implementation&) = delete;
    implementation& operator=(const implementation&) = delete;

    [[nodiscard]] std::future<api_answer> begin(const api_call& call, const header_list& more_headers = {}) {
        auto request = to_request(call);
        request.headers.insert(request.headers.end(), more_headers.begin(), more_headers.end());
        request.bearer_token = token_.clone();
        return asio::co_spawn(context_, exchange(client_, std::move(request)), asio::use_future);
    }
    [[nodiscard]] const kube::connection_config& connection() const noexcept { return config_; }

 private:
    /// Repeats what the server has no time for, as client-go does: it says so of a CRD that is new.
    static asio::awaitable<api_answer> exchange(net::http_client& client, net::request request) {
        const bool is_write = request.verb != net::method::get;
        auto reply = co_await client.send(request);
        for (int retries = 0; reply && reply->status == too_many_requests && retries < 100; ++retries) {
            asio::steady_timer pause(co_await asio::this_coro::executor, std::chrono::milliseconds(100));
            co_await pause.async_wait(asio::use_awaitable);
            reply = co_await client.send(request);
        }
        if (is_write) last_change::note();
        if (!reply) throw std::runtime_error(reply.error().what);
        api_answer answer{.status = reply->status, .body = json::parse(reply->body.reveal(), nullptr, false)};
        if (answer.body.is_discarded()) answer.body = nullptr;
        co_return answer;
    }

    kube::connection_config config_;
    util::secret_bytes token_;  // empty: the client certificate says who asks
    asio::io_context context_;
    asio::executor_work_guard<asio::io_context::executor_type> work_;
    net::http_client client_;  // used on thread_ only
    std::thread thread_;
};

admin::admin(const std::string& kubeconfig) : impl_(std::make_unique<implementation>(kubeconfig)) {}

admin::~admin() = default;

const kube::connection_config& admin::connection() const noexcept {
    return impl_->connection();
}

api_answer admin::send(const api_call& call, const header_list& more_headers) {
    return impl_->begin(call, more_headers).get();
}

std::vector<api_answer> admin::send_all(const std::vector<api_call>& calls) {
    std::vector<api_answer> answers;
    std::deque<std::future<api_answer>> pending;
    const auto take_one = [&] {
        answers.push_back(pending.front().get());
        pending.pop_front();
    };
    for (const auto& call : calls) {
        if (pending.size() == side_by_side) take_one();
        pending.push_back(impl_->begin(call));
    }
    while (!pending.empty())
        take_one();
    return answers;
}

json admin::must(const api_call& call) {
    auto answer = send(call);
    if (!answer.ok()) throw refused(call, answer);
    return std::move(answer.body);
}

json admin::create(const std::string& collection, const json& object) {
    return must({.method = "POST", .path = collection, .body = object, .as = {}});
}

void admin::create_all(const std::string& collection, const std::vector<json>& objects) {
    std::vector<api_call> calls;
    calls.reserve(objects.size());
    for (const auto& object : objects)
        calls.push_back({.method = "POST", .path = collection, .body = object, .as = {}});
    const auto answers = send_all(calls);
    for (std::size_t i = 0; i < calls.size(); ++i) {
        if (!answers[i].ok()) throw refused(calls[i], answers[i]);
    }
}

json admin::get(const std::string& path) {
    return must({.method = "GET", .path = path, .body = nullptr, .as = {}});
}

std::optional<json> admin::find(const std::string& path) {
    const api_call call{.method = "GET", .path = path, .body = nullptr, .as = {}};
    auto answer = send(call);
    if (answer.status == 404) return {};
    if (!answer.ok()) throw refused(call, answer);
    return std::move(answer.body);
}

json admin::replace(const std::string& path, const json& object) {
    return must({.method = "PUT", .path = path, .body = object, .as = {}});
}

json admin::patch(const std::string& path, const json& change) {
    return must({.method = "PATCH", .path = path, .body = change, .as = {}});
}

void admin::remove(const std::string& path, const std::string& propagation) {
    json options;
    if (!propagation.empty())
        options = {{"kind", "DeleteOptions"}, {"apiVersion", "v1"}, {"propagationPolicy", propagation}};
    const api_call call{.method = "DELETE", .path = path, .body = options, .as = {}};
    const auto answer = send(call);
    if (!answer.ok() && answer.status != 404) throw refused(call, answer);
}

std::vector<json> admin::list(const std::string& collection) {
    return get(collection).at("items").get<std::vector<json>>();
}

}  // namespace harness
