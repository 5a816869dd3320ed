// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace bench {

/// Columns of figures under a header; the first column is text.
class table {
 public:
    using row = std::vector<std::string>;

    explicit table(row header) : header_(std::move(header)) {}
    /// As many cells as the header has.
    void add(row cells);

    [[nodiscard]] std::string text() const;
    [[nodiscard]] std::string markdown() const;

 private:
    row header_;
    std::vector<row> rows_;
};

}  // namespace bench
