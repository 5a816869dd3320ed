// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/error.hpp"
#include "net/error.hpp"

#include <boost/system/result.hpp>

#include <doctest/doctest.h>

#include <string>

// Lets CHECK(result) show the error when it fails.

template <class T>
struct doctest::StringMaker<boost::system::result<T, net::error>> {
    static String convert(const boost::system::result<T, net::error>& shown) {
        if (shown) return "a value";
        const auto why = shown.error();
        return (std::string(net::to_string(why.phase)) + " (" + why.what + ")").c_str();
    }
};

template <class T>
struct doctest::StringMaker<boost::system::result<T, kube::error>> {
    static String convert(const boost::system::result<T, kube::error>& shown) {
        if (shown) return "a value";
        const auto why = shown.error();
        return (std::string(kube::to_string(why.kind)) + " (" + why.message + ")").c_str();
    }
};
