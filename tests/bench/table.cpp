// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstddef>
#include <stdexcept>

namespace bench {

namespace {

/// Characters, not bytes: the cells are UTF-8 and hold no wide or combining characters.
std::size_t width(const std::string& cell) {
    return static_cast<std::size_t>(
        std::ranges::count_if(cell, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string line(const table::row& cells, const std::vector<std::size_t>& widths) {
    std::string text;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const std::string space(widths[i] - width(cells[i]), ' ');
        text += i == 0 ? cells[i] + space : "  " + space + cells[i];
    }
    return text + '\n';
}

std::string markdown_line(const table::row& cells) {
    return fmt::format("| {} |\n", fmt::join(cells, " | "));
}

}  // namespace

void table::add(row cells) {
    if (cells.size() != header_.size()) throw std::logic_error("a row with another number of cells");
    rows_.push_back(std::move(cells));
}

std::string table::text() const {
    std::vector<std::size_t> widths(header_.size());
    for (std::size_t i = 0; i < widths.size(); ++i) {
        widths[i] = width(header_[i]);
        for (const auto& cells : rows_)
            widths[i] = std::max(widths[i], width(cells[i]));
    }
    auto text = line(header_, widths);
    for (const auto& cells : rows_)
        text += line(cells, widths);
    return text;
}

std::string table::markdown() const {
    auto text = markdown_line(header_) + "|---|";
    for (std::size_t i = 1; i < header_.size(); ++i)
        text += "---:|";
    text += '\n';
    for (const auto& cells : rows_)
        text += markdown_line(cells);
    return text;
}

}  // namespace bench
