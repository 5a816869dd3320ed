// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/config/connection_config.hpp"
#include "kube/config/kubeconfig_loader.hpp"
#include "kube/config/proxy.hpp"
#include "kube/config/secret_file.hpp"
#include "util/base64.hpp"

#include <array>
#include <utility>

namespace kube {

namespace {

/// A member that is not supported, and what to do instead.
struct unsupported_member {
    std::string_view member;
    std::string_view advice;
};

constexpr std::string_view use_a_token =
    "make a kubeconfig with a token instead, for example with 'kubectl create token' for a ServiceAccount";

constexpr std::array<unsupported_member, 8> unsupported_of_user{{
    {"exec", use_a_token},
    {"auth-provider", use_a_token},
    {"username", use_a_token},
    {"password", use_a_token},
    {"as", "use the credentials of that account itself"},
    {"as-uid", "use the credentials of that account itself"},
    {"as-groups", "use the credentials of a member of these groups"},
    {"as-user-extra", "use the credentials of that account itself"},
}};

error invalid(const kubeconfig_entry& entry, const std::string& message) {
    return {error_kind::malformed, "kubeconfig " + entry.file + ": " + message};
}

error unsupported(const kubeconfig_entry& entry, std::string_view member, std::string_view advice) {
    return invalid(entry, std::string(member) + " is not supported: " + std::string(advice));
}

/// The decoded value of a member that holds base64.
result<util::secret_bytes> decoded(const kubeconfig_entry& entry, std::string_view member) {
    auto bytes = util::decode_base64(entry.secret(member).reveal(), util::base64_form::padded);
    if (!bytes) return invalid(entry, std::string(member) + " must be base64");
    return *std::move(bytes);
}

result<void> read_cluster(const kubeconfig_entry& cluster, connection_config& config) {
    const auto url = parse_server_url(cluster.text("server"));
    if (!url)
        return invalid(cluster,
                       "server must be a URL that begins with https://, without user, query or fragment");
    config.server = url->server;
    config.path_prefix = url->path_prefix;
    const auto skip = cluster.text("insecure-skip-tls-verify");
    if (!skip.empty() && skip != "false" && skip != "False") {
        return unsupported(
            cluster, "insecure-skip-tls-verify", "name the CA of the server with certificate-authority");
    }
    if (cluster.has("proxy-url")) {
        auto proxy = parse_proxy(cluster.secret("proxy-url").reveal());
        if (!proxy) return invalid(cluster, "proxy-url: " + proxy.error().message);
        config.server.proxy = *std::move(proxy);
    }
    config.server_name = cluster.text("tls-server-name");
    config.ca_file = cluster.path("certificate-authority");
    const auto ca = decoded(cluster, "certificate-authority-data");
    if (!ca) return ca.error();
    config.ca_data = ca->reveal();
    return {};
}

result<void> read_user(const kubeconfig_entry& user, bool allow_exec, connection_config& config) {
    for (const auto& [member, advice] : unsupported_of_user) {
        if (user.has(member) && !(allow_exec && member == "exec")) return unsupported(user, member, advice);
    }
    if (user.has("exec")) {
        if (!user.exec || user.exec->command.empty()) return invalid(user, "exec needs a command");
        config.exec = user.exec;
        return {};
    }
    auto certificate = decoded(user, "client-certificate-data");
    if (!certificate) return certificate.error();
    auto key = decoded(user, "client-key-data");
    if (!key) return key.error();
    config.client_certificate_data = certificate->reveal();
    config.client_key_data = *std::move(key);
    config.client_certificate_file = user.path("client-certificate");
    config.client_key_file = user.path("client-key");
    config.token = user.secret("token");
    config.token_file = user.path("tokenFile");

    if (config.token.empty() && !config.token_file.empty()) {
        // Reported at the start: without a token the requests would be anonymous.
        const auto text = read_file(config.token_file);
        if (!text) return invalid(user, "tokenFile: " + text.error().message);
        if (text->reveal().find_first_not_of(" \t\r\n") == std::string_view::npos)
            return invalid(user, "tokenFile: " + config.token_file + " is empty");
    }
    const bool has_certificate =
        !config.client_certificate_data.empty() || !config.client_certificate_file.empty();
    const bool has_key = !config.client_key_data.empty() || !config.client_key_file.empty();
    if (has_certificate != has_key)
        return invalid(user, "client-certificate and client-key must be set together");
    if (!has_certificate && config.token.empty() && config.token_file.empty()) {
        return invalid(user, "the user has no credentials: " + std::string(use_a_token));
    }
    return {};
}

}  // namespace

result<connection_config> kubeconfig(const std::string& paths, const kubeconfig_options& options) {
    const auto content = load_kubeconfig(paths, options.single_file);
    if (!content) return content.error();
    const auto incomplete = [&paths](const std::string& message) {
        return error(error_kind::malformed, "kubeconfig " + paths + ": " + message);
    };
    const auto& name = options.context.empty() ? content->current_context : options.context;
    if (name.empty()) {
        return incomplete("current-context is not set: choose a context with 'kubectl config use-context'");
    }
    const auto context = content->contexts.find(name);
    if (context == content->contexts.end()) return incomplete("context " + name + " does not exist");
    const auto cluster = content->clusters.find(context->second.text("cluster"));
    if (cluster == content->clusters.end())
        return incomplete("the cluster of context " + name + " does not exist");
    const auto user = content->users.find(context->second.text("user"));
    if (user == content->users.end()) return incomplete("the user of context " + name + " does not exist");

    connection_config config;
    config.namespace_name = context->second.text("namespace");
    if (auto read = read_cluster(cluster->second, config); !read) return read.error();
    if (options.proxy_environment && !config.server.proxy) {
        auto proxy = proxy_from_environment(config.server, options.proxy_environment);
        if (!proxy) return proxy.error();
        config.server.proxy = *std::move(proxy);
    }
    if (auto read = read_user(user->second, options.allow_exec, config); !read) return read.error();
    return config;
}

}  // namespace kube
