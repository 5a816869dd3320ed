// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "explain/go_json.hpp"

#include "kube/utf8.hpp"

#include <algorithm>
#include <vector>

namespace explain {

namespace {

constexpr std::size_t max_depth = 10'000;
constexpr char32_t replacement = 0xFFFD;
constexpr std::string_view punctuation = "{}[],:";
constexpr std::string_view ends_of_words = "{}[],: \t\r\n";

bool is_space(char c) noexcept {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}
bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}
bool is_hexadecimal(char c) noexcept {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Checks the grammar alone. Each function takes what it is named after, or stops before the byte that is
/// wrong and says false.
class checker {
 public:
    explicit checker(std::string_view text) : text_(text) {}

    std::optional<std::size_t> fault() {
        if (!document()) return at_ + 1;
        space();
        return at_ == text_.size() ? std::nullopt : std::optional(at_ + 1);
    }

 private:
    [[nodiscard]] char next() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }
    bool take(char wanted) noexcept {
        if (at_ == text_.size() || text_[at_] != wanted) return false;
        ++at_;
        return true;
    }
    void space() noexcept {
        while (at_ < text_.size() && is_space(text_[at_]))
            ++at_;
    }

    /// Values and the containers round them, without recursion: the depth is up to the text.
    bool document() {
        for (;;) {
            space();
            if (next() == '{' || next() == '[') {
                if (open_.size() == max_depth) return false;
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

    /// The ends of containers that follow a value; false when neither an end nor a comma does.
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
                if (!is_hexadecimal(next())) return false;
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
        if (!is_digit(next())) return false;
        while (is_digit(next()))
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
    std::size_t at_ = 0;
    std::vector<char> open_;  // the containers round the place, outermost first
};

void append_utf8(std::string& to, char32_t code) {
    const auto byte = [&to](char32_t bits) { to += static_cast<char>(bits); };
    if (code < 0x80) {
        byte(code);
    } else if (code < 0x800) {
        byte(0xC0 | code >> 6U);
        byte(0x80 | (code & 0x3FU));
    } else {
        if (code < 0x10000) {
            byte(0xE0 | code >> 12U);
        } else {
            byte(0xF0 | code >> 18U);
            byte(0x80 | (code >> 12U & 0x3FU));
        }
        byte(0x80 | (code >> 6U & 0x3FU));
        byte(0x80 | (code & 0x3FU));
    }
}

/// The unit of \uXXXX at the beginning of a text, if there is one.
std::optional<char32_t> unit_at(std::string_view text) {
    if (!text.starts_with("\\u") || text.size() < 6) return std::nullopt;
    char32_t unit = 0;
    for (const char c : text.substr(2, 4)) {
        const char32_t digit = static_cast<unsigned char>(is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
        unit = unit * 16 + digit;
    }
    return unit;
}

/// Appends what an escape stands for; returns its length.
std::size_t append_escape(std::string& to, std::string_view text) {
    constexpr std::string_view letters = "bfnrt";
    constexpr std::string_view controls = "\b\f\n\r\t";
    const auto unit = unit_at(text);
    if (!unit) {
        const auto control = letters.find(text[1]);
        to += control == std::string_view::npos ? text[1] : controls[control];
        return 2;
    }
    const bool surrogate = *unit >= 0xD800 && *unit < 0xE000;
    const auto second = *unit < 0xDC00 ? unit_at(text.substr(6)) : std::nullopt;
    if (surrogate && second && *second >= 0xDC00 && *second < 0xE000) {
        append_utf8(to, 0x10000 + ((*unit - 0xD800) << 10U) + (*second - 0xDC00));
        return 12;
    }
    append_utf8(to, surrogate ? replacement : *unit);
    return 6;
}

}  // namespace

std::optional<std::size_t> find_json_fault(std::string_view text) {
    return checker(text).fault();
}

json_kind json_walker::kind() const noexcept {
    switch (rest_.front()) {
        case '{':
            return json_kind::object;
        case '[':
            return json_kind::array;
        case '"':
            return json_kind::string;
        case 't':
        case 'f':
            return json_kind::boolean;
        case 'n':
            return json_kind::null;
        default:
            return json_kind::number;
    }
}

net::secret_bytes json_walker::take_string() {
    const auto length = string_length();
    auto quoted = rest_.substr(1, length - 2);
    std::string text;
    text.reserve(3 * quoted.size());  // never grows: a byte becomes at most U+FFFD
    while (!quoted.empty()) {
        const auto next = kube::utf8_at(quoted);
        std::size_t taken = next.length;
        if (quoted.front() == '\\') {
            taken = append_escape(text, quoted);
        } else if (next.valid) {
            text.append(quoted.substr(0, taken));
        } else {
            append_utf8(text, replacement);
        }
        quoted.remove_prefix(taken);
    }
    rest_.remove_prefix(length);
    skip_space();
    return net::secret_bytes(std::move(text));
}

// Brackets are counted, strings passed over whole; the text is known to be right.
void json_walker::skip() {
    std::size_t depth = 0;
    do {
        const char c = rest_.front();
        if (c == '{' || c == '[') ++depth;
        if (c == '}' || c == ']') --depth;
        std::size_t length = 1;
        if (c == '"') {
            length = string_length();
        } else if (punctuation.find(c) == std::string_view::npos) {
            length = std::min(rest_.find_first_of(ends_of_words), rest_.size());
        }
        rest_.remove_prefix(length);
        skip_space();
    } while (depth > 0);
}

void json_walker::take_character() {
    rest_.remove_prefix(1);
    skip_space();
}

void json_walker::skip_space() noexcept {
    while (!rest_.empty() && is_space(rest_.front()))
        rest_.remove_prefix(1);
}

std::size_t json_walker::string_length() const noexcept {
    std::size_t end = 1;
    while (rest_[end] != '"')
        end += rest_[end] == '\\' ? 2U : 1U;
    return end + 1;
}

}  // namespace explain
