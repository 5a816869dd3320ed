// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "dockerconfig/go_json.hpp"
#include "util/ascii.hpp"

#include <algorithm>
#include <vector>

namespace dockerconfig {

namespace {

/// Checks the grammar alone. Each function takes what it is named after, or stops before the first wrong byte
/// and returns false.
class checker {
 public:
    checker(std::string_view text, std::size_t max_depth) : text_(text), max_depth_(max_depth) {}

    std::optional<json_fault> fault() {
        if (!document()) {
            if (too_deep_) return json_fault{json_fault_kind::too_deep, at_ + 1};
            const bool truncated = at_ == text_.size();
            return json_fault{truncated ? json_fault_kind::truncated : json_fault_kind::syntax, at_ + 1};
        }
        space();
        if (at_ == text_.size()) return std::nullopt;
        return json_fault{json_fault_kind::trailing_text, at_ + 1};
    }

 private:
    [[nodiscard]] char next() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }
    bool take(char wanted) noexcept {
        if (at_ == text_.size() || text_[at_] != wanted) return false;
        ++at_;
        return true;
    }
    void space() noexcept {
        while (at_ < text_.size() && util::is_json_space(text_[at_]))
            ++at_;
    }

    /// Values and the containers around them. Without recursion, since the text decides how deep they go.
    bool document() {
        for (;;) {
            space();
            if (next() == '{' || next() == '[') {
                too_deep_ = open_.size() == max_depth_;
                if (too_deep_) return false;
                open_.push_back(text_[at_++]);
                space();
                const bool empty = next() == closing();
                if (!empty && open_.back() == '{' && !name()) return false;
                if (!empty) continue;
            } else if (!scalar()) {
                return false;
            }
            if (!close_all()) return false;
            if (open_.empty()) return true;
            if (!take(',')) return false;
            space();
            if (open_.back() == '{' && !name()) return false;
        }
    }

    [[nodiscard]] char closing() const noexcept { return open_.back() == '{' ? '}' : ']'; }

    /// The ends of containers after a value; false when neither an end nor a comma follows.
    bool close_all() {
        for (space(); !open_.empty() && take(closing()); space())
            open_.pop_back();
        return open_.empty() || next() == ',';
    }

    bool name() {
        if (!string()) return false;
        space();
        return take(':');
    }

    bool scalar() {
        switch (next()) {
            case '"':
                return string();
            case 't':
                return word("true");
            case 'f':
                return word("false");
            case 'n':
                return word("null");
            default:
                return number();
        }
    }

    bool word(std::string_view letters) {
        return std::ranges::all_of(letters, [this](char c) { return take(c); });
    }

    bool string() {
        if (!take('"')) return false;
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (static_cast<unsigned char>(c) < 0x20) return false;
            ++at_;
            if (c == '"') return true;
            if (c == '\\' && !escape()) return false;
        }
        return false;
    }

    bool escape() {
        if (take('u')) {
            for (int i = 0; i < 4; ++i) {
                if (!util::is_hexadecimal(next())) return false;
                ++at_;
            }
            return true;
        }
        const char c = next();
        if (c == '\0' || std::string_view{"\"\\/bfnrt"}.find(c) == std::string_view::npos) return false;
        ++at_;
        return true;
    }

    bool digits() {
        if (!util::is_digit(next())) return false;
        while (util::is_digit(next()))
            ++at_;
        return true;
    }

    bool number() {
        take('-');
        if (!take('0') && !digits()) return false;
        if (take('.') && !digits()) return false;
        if (!take('e') && !take('E')) return true;
        if (!take('+')) take('-');
        return digits();
    }

    std::string_view text_;
    std::size_t max_depth_;
    std::size_t at_ = 0;
    bool too_deep_ = false;
    std::vector<char> open_;  // the containers around the place, outermost first
};

}  // namespace

std::optional<json_fault> find_json_fault(std::string_view text, std::size_t max_depth) {
    return checker(text, max_depth).fault();
}

}  // namespace dockerconfig
