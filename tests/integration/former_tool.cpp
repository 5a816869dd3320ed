// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "former_tool.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <stdexcept>

namespace harness {

namespace {

constexpr std::chrono::milliseconds pause{50};

std::string kubeconfig() {
    const char* file = std::getenv("KUBECONFIG");
    if (file == nullptr) throw std::runtime_error("KUBECONFIG is not set");
    return file;
}

std::string text_of(const json& object, const char* field) {
    return object.at(field).get<std::string>();
}

bool lists(const json& account, const std::string& secret) {
    return std::ranges::any_of(account.value("imagePullSecrets", json::array()),
                               [&](const json& entry) { return entry.at("name") == secret; });
}

/// To the end of the list, with the version that was read.
void add_to_account(admin& api, const json& account, const std::string& secret) {
    if (lists(account, secret)) return;
    auto list = account.value("imagePullSecrets", json::array());
    list.push_back({{"name", secret}});
    const auto& meta = account.at("metadata");
    api.patch(account_path(text_of(meta, "namespace"), text_of(meta, "name")),
              {{"metadata", {{"resourceVersion", meta.at("resourceVersion")}}}, {"imagePullSecrets", list}});
}

std::string by(const std::string& collection, const std::string& manager) {
    return collection + "?fieldManager=" + manager;
}

}  // namespace

former_tool::former_tool(admin& api, std::string deployment, std::function<tool_round()> make_round)
    : deployment_(std::move(deployment)),
      make_round_(std::move(make_round)),
      api_(std::make_unique<admin>(kubeconfig())) {
    make_round_()(api);  // the state that it leaves is there before the thread begins
    thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

former_tool::~former_tool() = default;

void former_tool::work(const std::stop_token& stop) {
    tool_round round;
    for (; !stop.stop_requested(); std::this_thread::sleep_for(pause)) {
        try {
            const auto found = api_->find(deployment_);
            if (!found || found->at("spec").value("replicas", 1) == 0) {
                round = nullptr;
                continue;
            }
            if (!round) round = make_round_();
            round(*api_);
            // NOLINTNEXTLINE(bugprone-empty-catch): a conflict, for example; the next round tries again
        } catch (const std::exception&) {
        }
    }
}

tool_round patcher_round(const patcher_settings& settings) {
    return [settings](admin& api) {
        const auto data = api.get(settings.source).at("data");
        const json marks = {{"app.kubernetes.io/managed-by", "imagepullsecret-patcher"}};
        auto wanted = secret_object(settings.secret, docker_config_type, {});
        wanted["data"] = data;
        wanted["metadata"]["annotations"] = marks;
        if (!settings.recreates) wanted["metadata"]["labels"] = marks;
        for (const auto& ns : settings.teams) {
            const auto path = secret_path(ns, settings.secret);
            auto found = api.find(path);
            if (found && found->at("data") != data && settings.recreates) {
                api.remove(path);
                found.reset();
            }
            if (!found) {
                api.create(by(secrets_in(ns), "imagepullsecret-patcher"), wanted);
            } else if (found->at("data") != data) {
                api.patch(path, {{"data", data}});
            }
            add_to_account(api, api.get(account_path(ns)), settings.secret);
        }
    };
}

tool_round registry_creds_round(const std::string& pull_secret, const std::vector<std::string>& teams) {
    return [=](admin& api) {
        const auto owner = api.find("/apis/ops.alexellis.io/v1/clusterpullsecrets/" + pull_secret);
        if (!owner) return;
        const auto& seed = owner->at("spec").at("secretRef");
        const auto source = api.get(secret_path(text_of(seed, "namespace"), text_of(seed, "name")));
        const auto name = pull_secret + "-registrycreds";
        for (const auto& ns : teams) {
            if (!api.find(secret_path(ns, name))) {
                auto copy = secret_object(name, docker_config_type, {});
                copy["data"] = source.at("data");
                copy["metadata"]["ownerReferences"] = json::array({json{{"apiVersion", "ops.alexellis.io/v1"},
                                                                        {"kind", "ClusterPullSecret"},
                                                                        {"name", pull_secret},
                                                                        {"uid", uid_of(*owner)},
                                                                        {"controller", true},
                                                                        {"blockOwnerDeletion", true}}});
                api.create(by(secrets_in(ns), "controller"), copy);
            }
            for (const auto& account : api.list(namespace_path(ns) + "/serviceaccounts"))
                add_to_account(api, account, name);
        }
    };
}

}  // namespace harness
