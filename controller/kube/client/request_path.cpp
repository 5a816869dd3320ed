// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/client/request_path.hpp"

#include "util/ascii.hpp"

namespace kube {

namespace {

bool is_unreserved(char c) {
    return util::is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

bool is_path_segment(std::string_view name) {
    return !name.empty() && name != "." && name != "..";
}

}  // namespace

std::string percent_encoded(std::string_view text) {
    static constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    encoded.reserve(text.size());
    for (const char c : text) {
        if (is_unreserved(c)) {
            encoded += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        encoded += '%';
        encoded += digits[byte >> 4U];
        encoded += digits[byte & 0xfU];
    }
    return encoded;
}

std::string collection_path(const resource& resource, std::string_view namespace_name) {
    // The core group, "v1", has a root of its own.
    const auto slash = resource.group_version.find('/');
    std::string path = slash == std::string_view::npos ? "/api/" : "/apis/";
    path += resource.group_version;
    if (resource.namespaced && !namespace_name.empty())
        path += "/namespaces/" + percent_encoded(namespace_name);
    path += '/';
    path += resource.plural;
    return path;
}

result<std::string> object_path(const resource& resource,
                                std::string_view namespace_name,
                                std::string_view name) {
    if (!is_path_segment(name) || (resource.namespaced && !is_path_segment(namespace_name))) {
        return error(error_kind::bad_request, "the object's name or namespace cannot be part of a path");
    }
    return collection_path(resource, namespace_name) + '/' + percent_encoded(name);
}

void add_query(std::string& path, std::string_view name, std::string_view value) {
    path += path.find('?') == std::string::npos ? '?' : '&';
    path += name;
    path += '=';
    path += percent_encoded(value);
}

static std::string filtered_collection(const scope& scope) {
    auto path = collection_path(scope.resource, scope.namespace_name);
    if (!scope.field_selector.empty()) add_query(path, "fieldSelector", scope.field_selector);
    return path;
}

std::string list_path(const scope& scope, const list_options& options) {
    auto path = filtered_collection(scope);
    if (options.limit > 0) add_query(path, "limit", std::to_string(options.limit));
    if (!options.continue_token.empty()) {
        add_query(path, "continue", options.continue_token);  // it carries the version of the first page
    } else if (!options.resource_version.empty()) {
        add_query(path, "resourceVersion", options.resource_version);
        add_query(path, "resourceVersionMatch", "NotOlderThan");
    }
    return path;
}

std::string watch_path(const scope& scope, const watch_options& options) {
    auto path = filtered_collection(scope);
    add_query(path, "watch", "1");
    add_query(path, "allowWatchBookmarks", "true");
    add_query(path, "timeoutSeconds", std::to_string(options.timeout.count()));
    if (!options.resource_version.empty()) add_query(path, "resourceVersion", options.resource_version);
    if (options.send_initial_events) {
        add_query(path, "sendInitialEvents", "true");
        add_query(path, "resourceVersionMatch", "NotOlderThan");
    }
    return path;
}

}  // namespace kube
