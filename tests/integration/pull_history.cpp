// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "pull_history.hpp"

#include "support/base64.hpp"
#include "support/eventually.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ranges>
#include <sstream>
#include <stdexcept>

namespace harness {

namespace {

enum index : std::size_t { secrets, accounts, pods };

std::string key_of(const json& object) {
    const auto& meta = object.at("metadata");
    return meta.at("namespace").get<std::string>() + "/" + meta.at("name").get<std::string>();
}

std::string namespace_of(const json& object) {
    return object.at("metadata").at("namespace").get<std::string>();
}

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return fmt::format("{}={}", name, value == nullptr ? "" : value);
}

json listed_by_pod(const json& pod) {
    return pod.at("spec").value("imagePullSecrets", json::array());
}

json listed_by_account(const json& account) {
    return account.value("imagePullSecrets", json::array());
}

/// Null: not a docker config.
json document_in(const json& secret) {
    if (secret.value("type", "") != docker_config_type) return nullptr;
    const auto document = json::parse(data_of(secret), nullptr, false);
    return document.is_object() ? document.value("auths", json()) : json();
}

bool accepts(const json& entry, const login& who) {
    if (entry.contains("auth"))
        return from_base64(entry["auth"].get<std::string>()) == who.username + ":" + who.password;
    return entry.value("username", "") == who.username && entry.value("password", "") == who.password;
}

json end_object(const std::string& kind, const std::string& name) {
    json object = {{"metadata", {{"name", name}}}};
    if (kind == "pods")
        object["spec"] = {{"containers", json::array({json{{"name", "end"}, {"image", "none"}}})},
                          {"automountServiceAccountToken", false}};
    return object;
}

}  // namespace

pull_history::pull_history(admin& api, login_map working) : api_(api), working_(std::move(working)) {
    begin(recordings_[secrets], "secrets");
    begin(recordings_[accounts], "serviceaccounts");
    begin(recordings_[pods], "pods");
}

void pull_history::begin(recording& what, const std::string& kind) {
    what.kind = kind;
    what.file = folder_.write(kind, "");
    const auto list = api_.get("/api/v1/" + kind);
    for (const auto& object : list.at("items"))
        what.first[key_of(object)] = object;
    const auto path = fmt::format("/api/v1/{}?watch=1&resourceVersion={}", kind, resource_version_of(list));
    what.watch = std::make_unique<subprocess>(
        subprocess::options{.arguments = {"kubectl", "get", "--raw", path},
                            .environment = {environment("PATH"), environment("KUBECONFIG")},
                            .output = what.file,
                            .input = {}});
}

/// The watch has told everything that came before its answer about this object.
void pull_history::await_end(recording& what) {
    const auto collection = "/api/v1/namespaces/default/" + what.kind;
    const std::string name = "end-of-history";
    api_.remove(collection + "/" + name);
    const auto uid = uid_of(api_.create(collection, end_object(what.kind, name)));
    wait_until("the watch of " + what.kind + " has told everything",
               [&] { return read_text(what.file).find(uid) != std::string::npos ? "" : "not yet"; });
    api_.remove(collection + "/" + name);
}

std::vector<pull_history::change> pull_history::changes() {
    std::vector<change> all;
    for (std::size_t i = 0; i < recordings_.size(); ++i) {
        await_end(recordings_.at(i));
        std::istringstream lines(read_text(recordings_.at(i).file));
        for (std::string line; std::getline(lines, line);) {
            const auto event = json::parse(line, nullptr, false);
            if (event.is_discarded()) continue;  // the last line, which is still being written
            const auto type = event.at("type").get<std::string>();
            if (type == "ERROR") throw std::runtime_error("the watch ended: " + line);
            const auto& object = event.at("object");
            all.push_back(
                {.recording = i,
                 .revision = std::stol(resource_version_of(object)),
                 .deleted = type == "DELETED" || object.at("metadata").contains("deletionTimestamp"),
                 .object = object});
        }
    }
    std::ranges::sort(all, {}, &change::revision);
    return all;
}

/// As the kubelet does: any of the Secrets may have the login, and one that cannot be read fails the pull.
bool pull_history::can_pull(const object_map& stored, const std::string& ns, const json& listed) const {
    std::vector<json> documents;
    for (const auto& entry : listed) {
        const auto found = stored.find(ns + "/" + entry.at("name").get<std::string>());
        if (found == stored.end()) continue;
        documents.push_back(document_in(found->second));
        if (!documents.back().is_object()) return false;
    }
    return std::ranges::all_of(working_, [&](const auto& registry) {
        return std::ranges::any_of(documents, [&](const json& auths) {
            return auths.contains(registry.first) && accepts(auths[registry.first], registry.second);
        });
    });
}

std::vector<std::string> pull_history::gaps(const std::vector<std::string>& of_namespaces) {
    std::array<object_map, 3> now{
        recordings_[secrets].first, recordings_[accounts].first, recordings_[pods].first};
    const auto first_accounts = now[accounts];
    std::vector<std::string> found;
    const auto check = [&](const std::string& ns, const std::string& who, const json& listed, long at) {
        if (!can_pull(now[secrets], ns, listed))
            found.push_back(fmt::format("revision {}: {} of {} lists {}", at, who, ns, listed.dump()));
    };
    const auto look = [&](const std::string& ns, long at) {
        for (const auto& [key, pod] : now[pods])
            if (namespace_of(pod) == ns) check(ns, "Pod " + key, listed_by_pod(pod), at);
        const auto account = first_accounts.find(ns + "/default");
        if (account != first_accounts.end() && !listed_by_account(account->second).empty())
            check(ns, "a new Pod", listed_by_account(now[accounts][ns + "/default"]), at);
    };
    for (const auto& ns : of_namespaces)
        look(ns, 0);
    for (const auto& change : changes()) {
        auto& objects = now.at(change.recording);
        if (change.deleted) {
            objects.erase(key_of(change.object));
        } else {
            objects[key_of(change.object)] = change.object;
        }
        const auto ns = namespace_of(change.object);
        if (std::ranges::find(of_namespaces, ns) != of_namespaces.end()) look(ns, change.revision);
    }
    return found;
}

}  // namespace harness
