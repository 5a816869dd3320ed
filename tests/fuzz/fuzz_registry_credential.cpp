// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "api/v1alpha1/registry_credential.hpp"
#include "fuzzing.hpp"
#include "kube/api/names.hpp"

#include <algorithm>

// What is read keeps the limits of the API whatever came in, and a status that is written reads back the
// same.

namespace {

void check_limits(const v1alpha1::registry_credential& read) {
    require(kube::is_dns1123_subdomain(read.secret_name), "the Secret can have its name");
    require(!read.sources.empty() && read.sources.size() <= 16, "there are 1 to 16 sources");
    for (const auto& source : read.sources) {
        require(kube::is_dns1123_subdomain(source.secret_name), "a source can be a Secret");
        require(source.registries.size() <= 32, "a source takes at most 32 globs");
        require(source.registry.empty() || source.registries.empty(),
                "registry and registries exclude each other");
    }
    const auto& namespaces = read.namespaces;
    require(namespaces.include.size() <= 64 && namespaces.exclude.size() <= 64,
            "there are at most 64 globs each");
    require(
        !namespaces.include.empty() || (namespaces.selector && !namespaces.selector->requirements.empty()),
        "every namespace is never implied");
    require(std::ranges::none_of(namespaces.include, &std::string::empty), "no glob is empty");
    require(!read.template_labels.contains("app.kubernetes.io/managed-by"),
            "regcred's own label is not a user's");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto document = kube::parse_bounded(text_of(data, size), {});
    if (!document) return 0;
    const auto read = v1alpha1::read_registry_credential(*document);
    if (!read) {
        require(read.error().kind == kube::error_kind::malformed, "a wrong object is malformed");
        require(!read.error().message.empty(), "an error says where");
        return 0;
    }
    check_limits(*read);
    require(v1alpha1::read_status({{"status", v1alpha1::write_status(read->status)}}) == read->status,
            "a status that is written reads back the same");
    return 0;
}
