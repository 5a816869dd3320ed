// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
// Searches every freed block of memory for a credential while one passes through JSON, with the operator
// delete of the program.
#include "kube/api/secret.hpp"
#include "kube/client/watch.hpp"
#include "kube/json.hpp"
#include "support/freed_blocks.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

extern "C" void __libc_free(void* block);  // NOLINT(bugprone-reserved-identifier): glibc's name

extern "C" void free(void* block) noexcept {
    freed_memory::search(block);
    __libc_free(block);
}

namespace {

using freed_memory::blocks_seen;
using freed_memory::blocks_with_canary;
using freed_memory::searching;

/// A line of a watch with a Secret whose data, not decoded, hold the canary.
std::string line_with_canary() {
    std::string encoded;
    for (int i = 0; i < 200; ++i)
        encoded += "CANARYwatch5e0c1";
    return R"({"type":"ADDED","object":{"apiVersion":"v1","kind":"Secret","metadata":{"name":"regcred",)"
           R"("resourceVersion":"7"},"data":{".dockerconfigjson":")" +
           encoded + "\"}}}\n";
}

/// What `work` frees, searched.
template <class Work>
int leaks_of(Work work) {
    blocks_with_canary = 0;
    blocks_seen = 0;
    searching = true;
    work();
    searching = false;
    CHECK(blocks_seen > 0);
    return blocks_with_canary;
}

}  // namespace

TEST_CASE("freed memory never holds what a watch or a JSON document held") {
    const auto line = line_with_canary();
    CHECK(leaks_of([&line] {
              kube::watch_decoder decoder;
              for (std::size_t i = 0; i < line.size(); i += 100)
                  decoder.feed(std::string_view(line).substr(i, 100));
              for (int i = 0; i < 500; ++i)
                  decoder.feed(line);
              while (true) {
                  const auto event = decoder.next();
                  if (!event || !event->has_value()) break;
              }
          }) == 0);
    CHECK(leaks_of([&line] {
              auto document = kube::parse_bounded(line, {});
              static_cast<void>(kube::read_secret(document->at("object")));
              static_cast<void>(kube::to_text(*document));
          }) == 0);
    CHECK(leaks_of([] {
              const std::string text(100, 'x');
              const auto* const copy = new std::string(text + "CANARY");
              delete copy;
          }) == 0);
    struct alignas(64) aligned_bytes {
        char text[64];
    };
    CHECK(leaks_of([] {
              auto* const one = new aligned_bytes{"CANARY"};
              delete one;
          }) == 0);
    CHECK(leaks_of([] {
              auto* const many = new aligned_bytes[2]{{"CANARY"}, {"CANARY"}};
              delete[] many;
          }) == 0);
}

TEST_CASE("the check notices a block that is freed and not wiped") {
    CHECK(leaks_of([] {
              void* const block = std::malloc(100);
              std::memcpy(block, "CANARY", 6);
              std::free(block);
          }) == 1);
}
