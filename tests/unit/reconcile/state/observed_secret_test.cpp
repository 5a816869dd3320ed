// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "reconcile/state/observed_secret.hpp"

#include "unit/reconcile/api_objects.hpp"

#include <doctest/doctest.h>

using reconcile::decode_copy;

namespace {

kube::json owned() {
    auto object = wire::secret("team-a", "7");
    object["metadata"]["labels"] = {{"app.kubernetes.io/managed-by", "regcred"}};
    object["metadata"]["ownerReferences"] = kube::json::array({{{"apiVersion", "regcred.dev/v1alpha1"},
                                                                {"kind", "RegistryCredential"},
                                                                {"name", "hub"},
                                                                {"uid", "u"}}});
    return object;
}

}  // namespace

TEST_CASE("of a copy its metadata and a digest of its document are kept, and none of its data") {
    auto object = owned();
    const auto copy = decode_copy(object).value();
    CHECK(copy.docker_config);
    CHECK(copy.only_document);
    CHECK(copy.labelled);
    CHECK_FALSE(copy.immutable);
    CHECK(copy.document == util::digest_of("{}"));
    CHECK(reconcile::owners_of(copy.meta).include("u"));

    object["data"]["more"] = "eA==";
    object["immutable"] = true;
    CHECK_FALSE(decode_copy(object).value().only_document);
    CHECK(decode_copy(object).value().immutable);
    object["data"] = {{"more", "eA=="}};
    CHECK_FALSE(decode_copy(object).value().only_document);
}

TEST_CASE(
    "of a foreign Secret no metadata is kept but its identity, and finalizers while it is being deleted") {
    auto object = wire::secret("team-a", "7");
    object["metadata"]["labels"] = {{"team", "a"}};
    object["metadata"]["finalizers"] = kube::json::array({"example.com/wait"});
    const auto foreign = decode_copy(object).value();
    CHECK(foreign.meta.labels.empty());
    CHECK(foreign.meta.finalizers.empty());
    CHECK(foreign.meta.uid == "uid-regcred");
    object["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
    CHECK(decode_copy(object).value().meta.deleting);
    CHECK(decode_copy(object).value().meta.finalizers.size() == 1);
}

TEST_CASE("the mark and managedFields together show who wrote a Secret, and the mark is not kept") {
    struct row {
        const char* managers;
        const char* mark;
        reconcile::author wrote;
    };
    constexpr auto by_regcred = R"([{"manager": "velero-server"}, {"manager": "regcred-controller"}])";
    constexpr auto by_others = R"([{"manager": "velero-server"}])";
    for (const auto& [managers, mark, wrote] : {row{by_regcred, "team-a/regcred", reconcile::author::regcred},
                                                row{by_regcred, "team-b/regcred", reconcile::author::others},
                                                row{by_regcred, "team-a/other", reconcile::author::others},
                                                row{by_regcred, "", reconcile::author::others},
                                                row{by_regcred, nullptr, reconcile::author::unknown},
                                                row{by_others, "team-a/regcred", reconcile::author::others},
                                                row{by_others, nullptr, reconcile::author::others},
                                                row{"[]", "team-b/regcred", reconcile::author::others},
                                                row{"[]", "team-a/regcred", reconcile::author::unknown},
                                                row{"[]", nullptr, reconcile::author::unknown}}) {
        CAPTURE(managers);
        auto object = owned();
        object["metadata"]["managedFields"] = kube::json::parse(managers);
        object["metadata"]["annotations"] = {{"team", "a"}};
        if (mark != nullptr) object["metadata"]["annotations"]["regcred.dev/written-as"] = mark;
        const auto copy = decode_copy(object).value();
        CHECK(author_of(copy) == wrote);
        CHECK(reconcile::author_of(kube::read_secret(object).value()) == wrote);
        CHECK(copy.meta.annotations.size() == 1);
    }
}

TEST_CASE("managedFields show whether the controller wrote a Secret") {
    auto object = owned();
    CHECK_FALSE(decode_copy(object).value().written_by_regcred);
    object["metadata"]["managedFields"] = kube::json::array({{{"manager", "kubectl-client-side-apply"}}});
    CHECK_FALSE(decode_copy(object).value().written_by_regcred);
    object["metadata"]["managedFields"].push_back({{"manager", "regcred-controller"}});
    CHECK(decode_copy(object).value().written_by_regcred);
    for (const auto* odd : {R"("x")", R"([1, null, {"manager": 3}])"}) {
        object["metadata"]["managedFields"] = kube::json::parse(odd);
        CHECK_FALSE(decode_copy(object).value().written_by_regcred);
    }
}
