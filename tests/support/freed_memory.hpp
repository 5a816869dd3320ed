// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/freed_blocks.hpp"

#include <cstdlib>
#include <new>

/// Looks for a canary in each block of memory while it is freed. The header replaces the program's operators
/// new and delete: only one file of a program can include it.
namespace freed_memory {

inline void search_and_free(void* block) noexcept {
    search(block);
    std::free(block);
}

}  // namespace freed_memory

// Zeroes the block: else padding that nobody writes shows what a block that was freed before held.
void* operator new(std::size_t size) {
    if (void* const block = std::calloc(1, size == 0 ? 1 : size)) return block;
    throw std::bad_alloc();
}
void operator delete(void* block) noexcept {
    freed_memory::search_and_free(block);
}
void operator delete(void* block, std::size_t) noexcept {
    freed_memory::search_and_free(block);
}
