// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "kube/api/names.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {

const std::string long_label(63, 'a');
const std::string too_long_label(64, 'a');

std::string subdomain_of(std::size_t size) {
    return std::string(size - 2, 'a') + ".a";
}

}  // namespace

TEST_CASE("is_dns1123_label follows apimachinery") {
    for (const auto& text :
         {std::string("a"), std::string("0"), std::string("a-1"), std::string("a--b"), long_label}) {
        CAPTURE(text);
        CHECK(kube::is_dns1123_label(text));
    }
    for (const auto& text : {std::string(),
                             std::string("-a"),
                             std::string("a-"),
                             std::string("A"),
                             std::string("a.b"),
                             std::string("a_b"),
                             std::string("\xc3\xa4"),
                             std::string("a b"),
                             std::string("a\n"),
                             too_long_label}) {
        CAPTURE(text);
        CHECK_FALSE(kube::is_dns1123_label(text));
    }
}

TEST_CASE("is_dns1123_subdomain follows apimachinery") {
    for (const auto& text : {std::string("a"), std::string("a.b-c.d0"), too_long_label, subdomain_of(253)}) {
        CAPTURE(text);
        CHECK(kube::is_dns1123_subdomain(text));
    }
    for (const auto& text : {std::string(),
                             std::string("."),
                             std::string(".a"),
                             std::string("a."),
                             std::string("a..b"),
                             std::string("a.-b"),
                             std::string("A.b"),
                             std::string("a/b"),
                             subdomain_of(254)}) {
        CAPTURE(text);
        CHECK_FALSE(kube::is_dns1123_subdomain(text));
    }
}

TEST_CASE("is_qualified_name follows apimachinery") {
    for (const auto& text : {std::string("a"),
                             std::string("A_b.C-9"),
                             std::string("example.com/team"),
                             long_label,
                             "x.y/" + long_label,
                             subdomain_of(253) + "/a"}) {
        CAPTURE(text);
        CHECK(kube::is_qualified_name(text));
    }
    for (const auto& text : {std::string(),
                             std::string("/a"),
                             std::string("a/"),
                             std::string("a/b/c"),
                             std::string("-a"),
                             std::string("a."),
                             std::string("Example.com/a"),
                             std::string("a b"),
                             too_long_label,
                             subdomain_of(254) + "/a"}) {
        CAPTURE(text);
        CHECK_FALSE(kube::is_qualified_name(text));
    }
}

TEST_CASE("is_label_value follows apimachinery") {
    for (const auto& text : {std::string(), std::string("a"), std::string("A-b_c.D"), long_label}) {
        CAPTURE(text);
        CHECK(kube::is_label_value(text));
    }
    for (const auto& text :
         {std::string("-"), std::string("a/b"), std::string(".a"), std::string("a "), too_long_label}) {
        CAPTURE(text);
        CHECK_FALSE(kube::is_label_value(text));
    }
}
