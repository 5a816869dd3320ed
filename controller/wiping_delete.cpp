// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
//
// Replaces the program's operators new and delete: memory is wiped before it is freed. So no buffer, string
// or JSON document leaves a credential behind, whoever wrote it there; what Asio allocates for coroutines and
// handlers goes to malloc() directly, so a local array in a coroutine must be wiped by hand. Linked as an
// object, and so only by programs that ask for it.
#include <malloc.h>

#include <cstdlib>
#include <cstring>
#include <new>

namespace {

void wipe_and_free(void* block, std::size_t size) noexcept {
    if (block == nullptr) return;
    explicit_bzero(block, size);
    std::free(block);
}

void wipe_and_free(void* block) noexcept {
    wipe_and_free(block, block == nullptr ? 0 : malloc_usable_size(block));
}

}  // namespace

void* operator new(std::size_t size) {
    if (void* const block = std::malloc(size == 0 ? 1 : size)) return block;
    throw std::bad_alloc();
}

void* operator new(std::size_t size, std::align_val_t alignment) {
    void* block = nullptr;
    if (posix_memalign(&block, static_cast<std::size_t>(alignment), size == 0 ? 1 : size) == 0) return block;
    throw std::bad_alloc();
}

void operator delete(void* block) noexcept {
    wipe_and_free(block);
}

void operator delete(void* block, std::size_t size) noexcept {
    wipe_and_free(block, size);
}

void operator delete(void* block, std::align_val_t) noexcept {
    wipe_and_free(block);
}

void operator delete(void* block, std::size_t size, std::align_val_t) noexcept {
    wipe_and_free(block, size);
}
