// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "client_thread.hpp"

#include "kube/config/connection_config.hpp"

#include <boost/asio/post.hpp>

#include <fmt/format.h>

#include <pthread.h>

#include <ctime>
#include <utility>

namespace bench {

namespace {

namespace asio = boost::asio;

kube::connection_config load(const std::string& kubeconfig) {
    auto config = kube::kubeconfig(kubeconfig);
    if (!config) throw failed(kubeconfig, config.error());
    config->user_agent = config->field_manager = "regcred-controller";
    return std::move(*config);
}

net::http_limits limits(std::size_t connections) {
    net::http_limits with;
    with.connections = connections;
    return with;
}

}  // namespace

client_thread::client_thread(const std::string& kubeconfig, std::size_t connections)
    : work_(asio::make_work_guard(context_)),
      client_(context_.get_executor(), load(kubeconfig), limits(connections)) {
    if (const auto ready = client_.load_certificates(); !ready) throw failed(kubeconfig, ready.error());
    thread_ = std::thread([this] { context_.run(); });
}

client_thread::~client_thread() {
    asio::post(context_, [this] { client_.close(); });
    work_.reset();
    thread_.join();
}

double client_thread::cpu_seconds() {
    clockid_t clock_id = 0;
    timespec used{};
    if (::pthread_getcpuclockid(thread_.native_handle(), &clock_id) != 0 ||
        ::clock_gettime(clock_id, &used) != 0) {
        throw std::runtime_error("cannot read the CPU time of a thread");
    }
    return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

std::runtime_error failed(const std::string& what, const kube::error& why) {
    return std::runtime_error(fmt::format("{}: {}", what, kube::public_message(why)));
}

}  // namespace bench
