// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace harness {

/// A request as the API server's audit log tells it.
struct audit_record {
    /// get, list, watch, create, update, patch, delete, deletecollection. The PATCH of a Secret is a
    /// "create": the controller creates them with server-side apply.
    std::string verb;
    std::string resource;
    std::string subresource;
    std::string namespace_name;
    std::string name;
    std::string uri;
    std::string received;  // RFC 3339 with microseconds: sorts as text
    std::string answered;
    int code = 0;

    /// A dry run writes nothing.
    [[nodiscard]] bool is_write() const { return !is_read() && !dry_run(); }
    [[nodiscard]] bool is_read() const { return verb == "get" || verb == "list" || verb == "watch"; }
    [[nodiscard]] bool accepted() const { return code >= 200 && code < 300; }
    [[nodiscard]] bool dry_run() const { return uri.find("dryRun=All") != std::string::npos; }
};

/// What one user asked of the API server: the only honest count of writes. A request is in the log once it is
/// answered, a watch from its start; the line may come a moment after the answer.
class audit_log {
 public:
    /// Counts from now on.
    audit_log(std::filesystem::path file, std::string user);

    /// All records since the construction, in the order in which they were answered.
    [[nodiscard]] const std::vector<audit_record>& records();
    /// A mark for `since`.
    [[nodiscard]] std::size_t mark() { return records().size(); }
    [[nodiscard]] std::vector<audit_record> since(std::size_t mark);

 private:
    void take(std::string_view line);

    std::ifstream file_;
    std::string user_;
    std::string partial_;  // the beginning of a line whose end is not written yet
    std::vector<audit_record> records_;
};

}  // namespace harness
