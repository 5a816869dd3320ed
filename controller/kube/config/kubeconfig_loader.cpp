// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/config/kubeconfig_loader.hpp"

#include "kube/config/secret_file.hpp"

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace kube {

namespace {

error invalid(const std::string& file, const std::string& message) {
    return {error_kind::malformed, "kubeconfig " + file + ": " + message};
}

std::vector<std::string> split(const std::string& paths) {
    std::vector<std::string> parts;
    std::size_t begin = 0;
    while (begin <= paths.size()) {
        const auto end = std::min(paths.find(':', begin), paths.size());
        if (end > begin) parts.push_back(paths.substr(begin, end - begin));
        begin = end + 1;
    }
    return parts;
}

std::string text_in(const YAML::Node& map, const char* name) {
    const auto node = map[name];
    return node.IsDefined() && node.IsScalar() ? node.Scalar() : std::string();
}

exec_plugin read_exec(const YAML::Node& node, const std::string& folder) {
    exec_plugin plugin;
    plugin.api_version = text_in(node, "apiVersion");
    plugin.command = text_in(node, "command");
    if (plugin.command.find('/') != std::string::npos)
        plugin.command = (std::filesystem::path(folder) / plugin.command).string();
    plugin.interactive_mode = text_in(node, "interactiveMode");
    plugin.install_hint = text_in(node, "installHint");
    plugin.provide_cluster_info = text_in(node, "provideClusterInfo") == "true";
    for (const auto& argument : node["args"])
        plugin.arguments.push_back(argument.as<std::string>());
    for (const auto& variable : node["env"])
        plugin.environment[text_in(variable, "name")] = text_in(variable, "value");
    return plugin;
}

/// Reads the members of one entry. yaml-cpp throws on values of another type: add_file_caught() catches.
kubeconfig_entry read_entry(const YAML::Node& node, const std::string& file) {
    kubeconfig_entry entry;
    entry.file = file;
    entry.folder = std::filesystem::path(file).parent_path().string();
    for (const auto& member : node) {
        const auto name = member.first.as<std::string>();
        if (member.second.IsScalar()) {
            if (!member.second.Scalar().empty()) {
                entry.scalars.emplace(name, util::secret_bytes::copy_of(member.second.Scalar()));
            }
        } else if (!member.second.IsNull()) {
            entry.others.insert(name);
            if (name == "exec" && member.second.IsMap()) entry.exec = read_exec(member.second, entry.folder);
        }
    }
    return entry;
}

/// Adds the entries of `list`, {name: …, <kind>: {…}} each, whose names `entries` does not have yet.
result<void> add_entries(kubeconfig_entries& entries,
                         const YAML::Node& list,
                         const std::string& kind,
                         const std::string& file) {
    std::set<std::string> names;
    for (const auto& item : list) {
        const auto name = item["name"].as<std::string>();
        if (!names.insert(name).second) return invalid(file, kind + "s has two entries of the same name");
        entries.try_emplace(name, read_entry(item[kind], file));
    }
    return {};
}

result<void> add_file(kubeconfig_content& content, const std::string& file) {
    const auto text = read_file(file);
    if (!text) return text.error();
    const YAML::Node root = YAML::Load(std::string(text->reveal()));
    if (root.IsNull()) return {};
    if (!root.IsMap()) return invalid(file, "must be a map");
    const std::pair<const char*, kubeconfig_entries*> kinds[] = {
        {"cluster", &content.clusters}, {"context", &content.contexts}, {"user", &content.users}};
    for (const auto& [kind, entries] : kinds) {
        const auto list = root[std::string(kind) + "s"];
        if (!list.IsDefined() || list.IsNull()) continue;
        if (!list.IsSequence()) return invalid(file, std::string(kind) + "s must be a list");
        if (auto added = add_entries(*entries, list, kind, file); !added) return added;
    }
    if (const auto current = root["current-context"];
        content.current_context.empty() && current.IsDefined()) {
        if (current.IsScalar()) content.current_context = current.Scalar();
    }
    return {};
}

/// An exception of yaml-cpp may quote the text, which may be a key: the error names only the line.
result<void> add_file_caught(kubeconfig_content& content, const std::string& file) {
    try {
        return add_file(content, file);
    } catch (const YAML::Exception& fault) {
        const bool has_line = fault.mark.line >= 0;
        return invalid(file, has_line ? "invalid at line " + std::to_string(fault.mark.line + 1) : "invalid");
    }
}

}  // namespace

std::string kubeconfig_entry::text(std::string_view name) const {
    const auto found = scalars.find(name);
    return found == scalars.end() ? std::string() : std::string(found->second.reveal());
}

util::secret_bytes kubeconfig_entry::secret(std::string_view name) const {
    const auto found = scalars.find(name);
    return found == scalars.end() ? util::secret_bytes() : found->second.clone();
}

std::string kubeconfig_entry::path(std::string_view name) const {
    const auto given = text(name);
    return given.empty() ? given : (std::filesystem::path(folder) / given).string();
}

result<kubeconfig_content> load_kubeconfig(const std::string& paths, bool single_file) {
    const auto files = single_file ? std::vector{paths} : split(paths);
    if (files.empty()) return error(error_kind::other, "the list of kubeconfig files is empty");
    kubeconfig_content content;
    std::size_t absent = 0;
    for (const auto& file : files) {
        std::error_code ignored;
        if (files.size() > 1 && !std::filesystem::exists(file, ignored)) {
            ++absent;
            continue;
        }
        if (auto added = add_file_caught(content, file); !added) return added.error();
    }
    if (absent == files.size())
        return error(error_kind::other, "none of the kubeconfig files exists: " + paths);
    return content;
}

}  // namespace kube
