// SPDX-FileCopyrightText: The regcred authors
// SPDX-License-Identifier: Apache-2.0
#include "controller_round.hpp"
#include "limit.hpp"
#include "machine.hpp"
#include "report.hpp"
#include "test_bed.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace {

struct options {
    bench::setting where;
    bench::extent how_much;
};

void add_to(CLI::App& app, options& into) {
    auto& [where, how_much] = into;
    app.add_option("--controller", where.controller, "The program to measure")
        ->required()
        ->check(CLI::ExistingFile);
    app.add_option(
           "--controller-kubeconfig", where.controller_kubeconfig, "With the token of its ServiceAccount")
        ->required()
        ->check(CLI::ExistingFile);
    app.add_option("--audit-log", where.audit_log, "Of the API server")->required()->check(CLI::ExistingFile);
    app.add_option("--output", where.output, "A folder for the report and for the controller's logs")
        ->required();
    app.add_option("--namespaces", how_much.namespaces, "For the first sync and the rotation")
        ->check(CLI::Range(1, 9999))
        ->capture_default_str();
    app.add_option("--connections", how_much.connections, "Of the raw load; the controller has 16")
        ->check(CLI::Range(1, 500))
        ->capture_default_str();
    app.add_option("--rounds", how_much.rounds, "Of all measurements")
        ->check(CLI::Range(1, 99))
        ->capture_default_str();
    app.add_option("--new-namespaces", how_much.new_namespaces, "One after the other, in each round")
        ->check(CLI::Range(1, 9999))
        ->capture_default_str();
    app.add_option("--events", how_much.events, "In one burst, in the last round")
        ->check(CLI::Range(1, 99'999))
        ->capture_default_str();
    app.add_option("--idle-seconds", how_much.idle_seconds, "How long an idle controller is watched")
        ->check(CLI::Range(1, 86400))
        ->capture_default_str();
}

std::string admin_kubeconfig() {
    const char* file = std::getenv("KUBECONFIG");
    if (std::getenv("CLUSTER_NAME") == nullptr || file == nullptr)
        throw std::runtime_error("this fills a cluster of its own: run tests/bench/run.sh");
    return file;
}

void write_file(const std::filesystem::path& file, const std::string& text) {
    std::ofstream out(file, std::ios::trunc);
    out << text;
    out.close();
    if (!out) throw std::runtime_error("cannot write " + file.string());
}

void run(options with) {
    with.where.admin_kubeconfig = admin_kubeconfig();
    std::filesystem::create_directories(with.where.output);
    fmt::print(stderr, "making {} namespaces\n", with.how_much.namespaces + with.how_much.new_namespaces);
    bench::test_bed bed(with.where, with.how_much);
    fmt::print(stderr, "warming up\n");
    bench::warm_up(bed);
    bench::figures measured;
    for (std::size_t i = 0; i < with.how_much.rounds; ++i) {
        fmt::print(stderr, "round-{:02}: the limit\n", i);
        bench::measure_limit(bed, measured);
        bench::controller_round(bed, measured, i).run();
    }
    const auto machine = bench::describe_machine(bed.admin());
    const auto sections = bench::report(measured, with.how_much);
    const auto markdown = with.where.output / "report.md";
    write_file(markdown, bench::as_markdown(machine, sections));
    fmt::print("\n{}\nThe same as Markdown: {}\n", bench::as_text(machine, sections), markdown.string());
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Measures the controller's speed, size and requests on a test cluster of its own.", "bench");
    options with;
    add_to(app, with);
    CLI11_PARSE(app, argc, argv);
    try {
        run(std::move(with));
    } catch (const std::exception& e) {
        fmt::print(stderr, "bench: {}\n", e.what());
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
