// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <malloc.h>

#include <cstdlib>
#include <cstring>
#include <string_view>

/// Looks for a canary in each block of memory while it is freed, by C++ or by a C library. The header
/// replaces the program's free(): only one file of a program can include it.
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

extern "C" void __libc_free(void* block);  // NOLINT(bugprone-reserved-identifier): glibc's name

extern "C" void free(void* block) noexcept {
    freed_memory::search(block);
    __libc_free(block);
}
