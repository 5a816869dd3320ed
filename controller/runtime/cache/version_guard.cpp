// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/cache/version_guard.hpp"

#include "kube/api/object.hpp"

namespace runtime {

bool version_guard::accepts(const std::string& list_version, const std::string& floor, time_point now) {
    if (list_version.empty()) {
        refusal_ = "the API server's list has no resourceVersion";
        return false;
    }
    if (kube::is_older(list_version, floor)) {
        refusal_ = "the API server's list is older than what was read before";
        count_older(list_version, now);
        return false;
    }
    older_.reset();
    return true;
}

void version_guard::count_older(const std::string& list_version, time_point now) {
    if (!older_ || kube::is_older(list_version, older_->newest))
        older_ = {.since = now, .count = 0, .newest = {}};
    ++older_->count;
    older_->newest = list_version;
    went_back_ = older_->count >= least_refusals && now - older_->since >= proof_;
}

void version_guard::advance(const std::string& version) {
    if (!version.empty() && !kube::is_older(version, version_)) version_ = version;
}

}  // namespace runtime
