// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <malloc.h>

#include <cstdlib>
#include <cstring>
#include <new>
#include <string_view>

/// Looks for a canary in each block of memory while it is freed. The header replaces the program's operators
/// new and delete: only one file of a program can include it.
namespace freed_memory {

inline constexpr std::string_view canary = "CANARY";

inline thread_local bool searching = false;  // each thread asks for itself
inline thread_local int blocks_seen = 0;
inline thread_local int blocks_with_canary = 0;

inline void search_and_free(void* block) noexcept {
    if (searching && block != nullptr) {
        ++blocks_seen;
        if (memmem(block, malloc_usable_size(block), canary.data(), canary.size()) != nullptr)
            ++blocks_with_canary;
    }
    std::free(block);
}

}  // namespace freed_memory

void* operator new(std::size_t size) {
    if (void* const block = std::malloc(size == 0 ? 1 : size)) return block;
    throw std::bad_alloc();
}
void operator delete(void* block) noexcept {
    freed_memory::search_and_free(block);
}
void operator delete(void* block, std::size_t) noexcept {
    freed_memory::search_and_free(block);
}
