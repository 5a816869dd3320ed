// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/error.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

using kube::error;
using kube::error_kind;

namespace {

// The names are values of metric labels and log fields.
constexpr std::pair<error_kind, std::string_view> every_kind[] = {
    {error_kind::no_response, "no_response"},
    {error_kind::cancelled, "cancelled"},
    {error_kind::malformed, "malformed"},
    {error_kind::bad_request, "bad_request"},
    {error_kind::unauthorized, "unauthorized"},
    {error_kind::forbidden, "forbidden"},
    {error_kind::not_found, "not_found"},
    {error_kind::already_exists, "already_exists"},
    {error_kind::conflict, "conflict"},
    {error_kind::expired, "expired"},
    {error_kind::too_large, "too_large"},
    {error_kind::invalid, "invalid"},
    {error_kind::too_many_requests, "too_many_requests"},
    {error_kind::server, "server"},
    {error_kind::server_timeout, "server_timeout"},
    {error_kind::stream_ended, "stream_ended"},
    {error_kind::other, "other"},
};

}  // namespace

TEST_CASE("every kind of error has its own name") {
    for (const auto& [kind, name] : every_kind)
        CHECK(to_string(kind) == name);
}

TEST_CASE("a cause is found by its reason") {
    error e(error_kind::forbidden, "no");
    CHECK_FALSE(e.has_cause("NamespaceTerminating"));
    e.causes = {{"FieldValueInvalid", "spec", ""}, {"NamespaceTerminating", "metadata.namespace", ""}};
    CHECK(e.has_cause("NamespaceTerminating"));
    CHECK_FALSE(e.has_cause("Namespace"));
}

TEST_CASE("a public message is one printable line") {
    CHECK(public_message(error(error_kind::other, "one\r\n two\t\x1b[31mred\x7f")) == "one two [31mred");
    CHECK(public_message(error(error_kind::other, "bad \xff\xfe utf-8")) == "bad ?? utf-8");
}

TEST_CASE("a public message has at most 512 bytes and ends with a whole character") {
    std::string umlauts;
    for (int i = 0; i < 600; ++i)
        umlauts += "\xc3\xa4";
    const auto line = public_message(error(error_kind::other, umlauts));
    CHECK(line.size() <= 512);
    CHECK(line.size() > 506);
    CHECK(line.ends_with("\xc3\xa4..."));
}

TEST_CASE("a public message has the whole refusal of regcred's own admission policy") {
    const std::string refusal =
        "secrets \"regcred\" is forbidden: ValidatingAdmissionPolicy 'regcred-controller' with binding "
        "'regcred-controller' denied request: regcred-controller may not set or remove the labels or "
        "annotations argocd.argoproj.io/sync-options: take them out of spec.secretTemplate (or the admission "
        "webhook that sets them), or add them to templateKeys in the ValidatingAdmissionPolicy "
        "regcred-controller";
    CHECK(public_message(error(error_kind::invalid, refusal)) == refusal);
}

TEST_CASE("the public message of an error without a message is its kind and HTTP status") {
    error e(error_kind::server, " \n ");
    CHECK(public_message(e) == "server");
    e.code = 503;
    CHECK(public_message(e) == "server (HTTP 503)");
}

TEST_CASE("a public message redacts an encoded credential that an admission webhook quotes") {
    // base64 of {"auths":{"r":{"auth":"CANARY"}}}, and a token of three parts
    for (const std::string echoed :
         {"eyJhdXRocyI6eyJyIjp7ImF1dGgiOiJDQU5BUlkifX19", "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ"}) {
        const auto line =
            public_message(error(error_kind::invalid, "denied: data \"" + echoed + "\" is not allowed"));
        CHECK(line == "denied: data \"<redacted>\" is not allowed");
    }
}

TEST_CASE("value() of a failed result throws an exception that names only the kind") {
    const kube::result<int> failed = error(error_kind::forbidden, "CANARY-message");
    std::string what;
    try {
        (void)failed.value();
    } catch (const std::logic_error& e) {
        what = e.what();
    }
    CHECK(what.find("forbidden") != std::string::npos);
    CHECK(what.find("CANARY") == std::string::npos);
}
