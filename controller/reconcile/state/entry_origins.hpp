// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace reconcile {

/// On a copy: which source of which RegistryCredential each entry comes from. Absent where all of them come
/// from one source of the only owner. It holds registry keys and nothing of a credential, and tenants can
/// write any text there.
inline constexpr std::string_view entries_annotation = "regcred.dev/entries";

struct entry_origin {
    std::string uid;     // of the RegistryCredential
    std::string source;  // the name of the source Secret
    friend auto operator<=>(const entry_origin&, const entry_origin&) = default;
};

/// By registry key as written.
using entry_origins = std::map<std::string, entry_origin, std::less<>>;

/// The value of the annotation: "UID/SOURCE=KEY,KEY;UID/SOURCE=KEY". Empty when it would be larger than
/// max_entries_annotation: then the origins are not known.
[[nodiscard]] std::string write_origins(const entry_origins& origins);
/// Skips what has another form.
[[nodiscard]] entry_origins read_origins(std::string_view text);

/// All annotations of an object may have 256 KiB.
inline constexpr std::size_t max_entries_annotation = 65536;

}  // namespace reconcile
