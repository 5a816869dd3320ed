// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "limit.hpp"

#include "objects.hpp"
#include "raw_load.hpp"

#include <functional>

namespace bench {

namespace {

/// Returns when the watch has seen everything: remove_copies() goes by what it saw.
span seen_through(test_bed& bed, kube::watch_event_type type, const std::function<span()>& load) {
    auto seen = bed.watch().expect(type, bed.namespaces());
    const auto taken = load();
    static_cast<void>(seen.wait());
    return taken;
}

span create(test_bed& bed, raw_load& load) {
    return seen_through(bed, kube::watch_event_type::added, [&] {
        return load.create_copies(bed.raw_owner(), "first", bed.namespaces());
    });
}

span apply(test_bed& bed, raw_load& load) {
    return seen_through(bed, kube::watch_event_type::added, [&] {
        return load.apply_copies(bed.raw_owner(), "first", bed.namespaces());
    });
}

span update(test_bed& bed, raw_load& load) {
    return seen_through(bed, kube::watch_event_type::modified, [&] { return load.update_copies("other"); });
}

/// Copies and ServiceAccounts; both are put back to what they were.
span create_and_list(test_bed& bed, raw_load& load) {
    auto seen = bed.accounts().expect(kube::watch_event_type::modified, bed.namespaces());
    const auto taken = seen_through(bed, kube::watch_event_type::added, [&] {
        return load.create_and_list(bed.raw_owner(), "first", bed.accounts_in(bed.namespaces()));
    });
    static_cast<void>(seen.wait());
    bed.remove_copies();
    auto cleared = bed.accounts().expect(kube::watch_event_type::modified, bed.namespaces());
    load.patch_accounts(bed.accounts_in(bed.namespaces()), false);
    static_cast<void>(cleared.wait());
    return taken;
}

}  // namespace

void measure_limit(test_bed& bed, figures& into) {
    into.body_bytes = copy_body(bed.raw_owner(), "first", bed.namespaces().front()).size();
    const auto connections = bed.how_much().connections;
    {
        raw_load more(bed.where().controller_kubeconfig, 2 * connections, bed.raw_namespaces().front());
        into.post_more.add(create(bed, more));
    }
    bed.remove_copies();
    raw_load load(bed.where().controller_kubeconfig, connections, bed.raw_namespaces().front());
    into.post.add(create(bed, load));
    into.put.add(update(bed, load));
    bed.remove_copies();
    into.apply.add(apply(bed, load));
    into.put_applied.add(update(bed, load));
    bed.remove_copies();
    into.post_and_patch.add(create_and_list(bed, load));
}

void warm_up(test_bed& bed) {
    figures unused;
    measure_limit(bed, unused);
}

}  // namespace bench
