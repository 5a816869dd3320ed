// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace reconcile {

/// On a copy: which source of which RegistryCredential each entry comes from. It holds registry keys or their
/// hashes and nothing of a credential, and tenants can write any text there.
inline constexpr std::string_view entries_annotation = "regcred.dev/entries";

/// The longest value of it. The admission policy of deploy/ allows 64 KiB of annotations, of which those of
/// spec.secretTemplate need some.
inline constexpr std::size_t max_entries_annotation = 49152;

struct entry_origin {
    std::string uid;     // of the RegistryCredential
    std::string source;  // the name of the source Secret
    friend auto operator<=>(const entry_origin&, const entry_origin&) = default;
};

/// By registry key as written.
using entry_origins = std::map<std::string, entry_origin, std::less<>>;

/// Whether the annotation can have this key: it has no separator.
[[nodiscard]] bool is_recordable(std::string_view key) noexcept;

/// The value of the annotation: "UID/SOURCE=KEY,KEY;UID/SOURCE=KEY". Keys with one of these separators are
/// left out. If that would be larger than max_entries_annotation, a hash of four characters stands for each
/// key, and keys with the same hash follow in full: "UID/SOURCE#HASHHASH,KEY,KEY". Nothing: that would be
/// larger, too.
[[nodiscard]] std::optional<std::string> write_origins(const entry_origins& origins);

/// Reads a value that write_origins() made: of the keys that it has in full, and of those among `keys` that
/// it has as hashes. Skips what has another form.
[[nodiscard]] entry_origins read_origins(std::string_view text, std::span<const std::string> keys = {});

/// Whether the value has keys as hashes, so that it does not tell them.
[[nodiscard]] bool has_hashed_keys(std::string_view text);

}  // namespace reconcile
