// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/selection.hpp"

#include "dockerconfig/merge.hpp"
#include "dockerconfig/registry_filter.hpp"
#include "util/utf8.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace dockerconfig {

namespace {

/// At most three: a condition's message is read in a terminal.
std::string list_some(const std::vector<std::string>& texts, std::size_t max_bytes) {
    constexpr std::size_t shown = 3;
    std::string list;
    for (std::size_t i = 0; i < std::min(texts.size(), shown); ++i)
        list += (i == 0 ? "" : ", ") + util::one_line(texts[i], max_bytes);
    return texts.size() <= shown ? list : list + " and " + std::to_string(texts.size() - shown) + " more";
}

std::string join(const std::vector<std::string>& texts, std::string_view separator) {
    std::string joined;
    for (const auto& text : texts)
        joined.append(joined.empty() ? "" : separator).append(text);
    return joined;
}

/// Says which globs match nothing, and what there is.
std::string describe_unmatched(const docker_config& config, const std::vector<std::string>& globs) {
    std::vector<std::string> keys;
    for (const auto& entry : config) {
        if (is_safe_to_show(entry.written_key)) keys.push_back(entry.written_key);
    }
    constexpr std::size_t max_shown_key = 80;
    auto message = "no entry matches `registries` (" + list_some(globs, max_shown_key) + ")";
    if (!keys.empty()) message += "; the Secret has " + list_some(keys, max_shown_key);
    return message;
}

std::vector<std::string> unmatched_globs(const docker_config& config, const registry_filter& filter) {
    std::vector<std::string_view> keys;
    keys.reserve(config.size());
    for (const auto& entry : config)
        keys.emplace_back(entry.written_key);
    return filter.unmatched(keys);
}

/// Remarks on entries; entries with the same remark share a line.
class remarks {
 public:
    void add(const std::string& entry, const std::string& remark) {
        auto found = std::ranges::find(lines_, remark, &line::remark);
        if (found == lines_.end()) found = lines_.insert(found, {remark, {}});
        found->entries.push_back(entry);
    }
    [[nodiscard]] bool empty() const noexcept { return lines_.empty(); }
    /// At most four lines.
    [[nodiscard]] std::vector<std::string> lines(std::string_view prefix) const {
        constexpr std::size_t shown = 3;
        std::vector<std::string> texts;
        for (const auto& [remark, entries] : lines_) {
            if (texts.size() == shown) break;
            texts.push_back(std::string(prefix) + list_some(entries, max_shown_label) + ": " + remark);
        }
        if (lines_.size() > shown)
            texts.push_back(std::to_string(lines_.size() - shown) + " more remarks on other entries");
        return texts;
    }

 private:
    static constexpr std::size_t max_shown_label = 120;
    struct line {
        std::string remark;
        std::vector<std::string> entries;
    };
    std::vector<line> lines_;
};

/// The usable entries that a source takes of a docker config, and remarks on all that it takes.
struct taken_entries {
    std::vector<registry_entry> entries;
    remarks ignored;
    remarks odd;
    std::optional<source_error> error;  // of the first entry that is neither usable nor useless
    source_fault fault = source_fault::nothing_selected;  // of the first ignored one

    void take(const docker_config_entry& entry) {
        const auto& content = entry.content;
        if (content) {
            entries.push_back(*content);
            if (const auto oddity = find_key_fault(entry.written_key))
                odd.add(entry.label(), oddity->message);
            for (const auto& hint : content->credential->hints())
                odd.add(entry.label(), hint);
        } else if (is_useless(content.error().fault)) {
            if (ignored.empty()) fault = content.error().fault;
            ignored.add(entry.label(), content.error().message);
        } else if (!error) {
            error.emplace(content.error().fault, entry.label() + ": " + content.error().message);
        }
    }
};

/// Leaves one of several spellings of a registry that the kubelet does not tell apart. An error if a registry
/// has two logins: the kubelet would try them in any order, or only one of them.
std::optional<source_error> unite_spellings(std::vector<registry_entry>& entries) {
    sort_by_key(entries);
    std::map<std::string, const registry_entry*> claimed;
    std::set<std::string> stored;
    std::vector<registry_entry> united;
    for (const auto& entry : entries) {
        const auto& first = *claimed.try_emplace(entry.key.claim(), &entry).first->second;
        if (!first.credential->is_same_user(*entry.credential)) {
            return source_error{source_fault::key_collision,
                                "\"" + first.key.written() + "\" and \"" + entry.key.written() +
                                    "\" are the same registry with two logins; keep one of the "
                                    "two entries"};
        }
        if (stored.insert(entry.key.stored()).second) united.push_back(entry);
    }
    entries = std::move(united);
    return std::nullopt;
}

}  // namespace

source_result<selected_entries> select_entries(const docker_config& config,
                                               const std::vector<std::string>& globs) {
    const registry_filter filter(globs);
    taken_entries taken;
    for (const auto& entry : config) {
        if (filter.matches(entry.written_key)) taken.take(entry);
    }
    if (taken.error) return *std::move(taken.error);
    if (taken.entries.empty() && taken.ignored.empty())
        return source_error{source_fault::nothing_selected, describe_unmatched(config, globs)};
    if (taken.entries.empty()) return source_error{taken.fault, join(taken.ignored.lines({}), "; ")};
    if (auto collision = unite_spellings(taken.entries)) return *std::move(collision);
    selected_entries selected{std::move(taken.entries), taken.ignored.lines("ignored ")};
    for (auto& line : taken.odd.lines({}))
        selected.notes.push_back(std::move(line));
    if (const auto unmatched = unmatched_globs(config, filter); !unmatched.empty())
        selected.notes.push_back(describe_unmatched(config, unmatched));
    return selected;
}

}  // namespace dockerconfig
