// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <malloc.h>

#include <cstring>
#include <string_view>

/// Looks for a canary in blocks of memory that are about to be freed.
namespace freed_memory {

inline constexpr std::string_view canary = "CANARY";

inline thread_local bool searching = false;  // each thread asks for itself
inline thread_local int blocks_seen = 0;
inline thread_local int blocks_with_canary = 0;

inline void search(void* block) noexcept {
    if (!searching || block == nullptr) return;
    ++blocks_seen;
    if (memmem(block, malloc_usable_size(block), canary.data(), canary.size()) != nullptr)
        ++blocks_with_canary;
}

}  // namespace freed_memory
