// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace harness {

struct registry_field {
    std::string registry;
    bool is_valid;
};

/// Texts for `registry` of a basic-auth source, and whether it may have them. The CRD, the controller and
/// what explain advises are tested with this one table.
inline std::vector<registry_field> registry_fields() {
    std::vector<registry_field> table;
    const auto add = [&table](bool is_valid, std::initializer_list<std::string> registries) {
        for (const auto& registry : registries)
            table.push_back({registry, is_valid});
    };
    add(true, {"quay.io", "docker.io", "index.docker.io", "https://index.docker.io/v1/", "docker.io/team"});
    // Hosts like any other to the kubelet, though Docker owns them.
    add(true,
        {"registry-1.docker.io", "registry.docker.io", "registry-1.docker.io/acme", "index.docker.io:443"});
    add(true, {"hub.docker.company.org", "hub.docker.com.example.org", "my-hub.docker.com"});
    add(false, {"hub.docker.com", "hub.docker.com/team", "hub.docker.com:443", "index.docker.io/team"});
    add(false,
        {"https://docker.io",
         "https://index.docker.io/v1",
         "https://index.docker.io",
         "http://index.docker.io/v1/"});
    // Ports.
    add(true,
        {"registry:1",
         "registry:5000",
         "registry:9999",
         "registry:10000",
         "registry:59999",
         "registry:60000"});
    add(true, {"registry:64999", "registry:65000", "registry:65499", "registry:65500", "registry:65529"});
    add(true, {"registry:65530", "registry:65535", "registry.example.com:65535/team", "localhost:65535"});
    add(false, {"registry:0", "registry:05000", "registry:65536", "registry:65540", "registry:65600"});
    add(false, {"registry:66000", "registry:70000", "registry:99999", "registry:100000", "registry:123456"});
    add(false,
        {"registry.example.com:65536",
         "registry.example.com:99999/team",
         "quay.io:",
         "quay.io:https",
         "quay.io:-1"});
    // Hosts.
    add(true, {"localhost", "localhost/team", "10.0.0.1:5000", "10.0.0.1", "a.b", "xn--bcher-kva.example"});
    add(false,
        {"", "quay", "team/app", "Quay.io", "quay..io", ".quay.io", "quay.io.", "-quay.io", "quay-.io"});
    add(false, {"*.example.com", "*", "my_registry.internal", "my_registry:5000"});
    // IPv6 addresses.
    add(true, {"[::1]:5000", "[fd00::1]:5000", "[::]:1", "[fd00::]:65535/team", "[1:2:3:4:5:6:7:8]:443"});
    add(true, {"[1:2:3:4:5:6:7::]:443", "[1::3:4:5:6:7:8]:443", "[fd00:0:0:abcd::12]:5000/a/b_c/"});
    add(false,
        {"[fd00::1]", "[fd00::1]/team", "fd00::1", "fd00::1:5000", "[]:5000", "[fd00::1:5000", "[:]:1"});
    add(false,
        {"[fd00::1]:0", "[fd00::1]:65536", "[fd00::1]:05", "[fd00::1]:", "[fd00::1]5000", "[fd00::1]:5:5"});
    add(false, {"[FD00::1]:5000", "[fd00::12345]:5000", "[fd00::x]:5000", "[::1::2]:5000", "[:::]:5000"});
    add(false,
        {"[1:2:3:4:5:6:7]:443", "[1:2:3:4:5:6:7:8:9]:443", "[1:2:3:4::5:6:7:8]:443", "[::ffff:10.0.0.1]:1"});
    add(false, {"[fd00::1%eth0]:5000", "[10.0.0.1]:5000", "https://[fd00::1]:5000", "[[fd00::1]]:5000"});
    // Paths.
    add(true,
        {"ghcr.io/team",
         "ghcr.io/team/",
         "registry:5000/a/b_c/d__e/f-g.h",
         "quay.io/v1x",
         "quay.io/team/v2"});
    add(false,
        {"quay.io/", "ghcr.io//team", "ghcr.io/team//", "ghcr.io/Team", "ghcr.io/-team", "ghcr.io/team-"});
    add(false, {"ghcr.io/a..b", "ghcr.io/a___b", "ghcr.io/*", "ghcr.io/.", "ghcr.io/../team"});
    add(false, {"quay.io/v1", "quay.io/v2", "quay.io/v2/", "quay.io/v2/team", "quay.io/v1/v2/team"});
    add(false, {"quay.io/team:1.2", "quay.io/team@sha256:00ff"});
    const std::string path(255, 'a');
    add(true, {"quay.io/" + path, "quay.io/" + path.substr(2) + "/"});
    add(false, {"quay.io/" + path + "a", "quay.io/" + path.substr(1) + "/"});
    // What is more than a registry.
    add(false,
        {"https://quay.io", "http://quay.io", "HTTPS://quay.io", "oci://quay.io", "https://quay.io/v2/"});
    add(false,
        {"user@quay.io", "https://user:CANARY@quay.io", "quay.io?x=y", "quay.io#x", "quay.io,ghcr.io"});
    add(false,
        {" quay.io",
         "quay.io ",
         "quay.io\n",
         "quay.io\t",
         "quay.io ghcr.io",
         "quay.io\\team",
         "quay.io/%74eam"});
    add(false, {"qu\u00e4y.io", "quay.io/te\u00e4m", std::string("quay.io\0", 8)});
    return table;
}

}  // namespace harness
