// SPDX-License-Identifier: MIT
// Copyright the linnet authors
//
// Runs a fuzz target on the files of the given folders (or on the given files): the corpus as a
// normal test, with any compiler. Prints the name of a file that fails.
#include <dirent.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "fuzz_input.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

// The sanitizers call these, which have reserved names; without a sanitizer nothing calls them.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" const char* __asan_default_options();
extern "C" const char* __ubsan_default_options();
extern "C" const char* __asan_default_options() {
    return "abort_on_error=1";
}
extern "C" const char* __ubsan_default_options() {
    return "halt_on_error=1:abort_on_error=1:print_stacktrace=1";
}
// NOLINTEND(bugprone-reserved-identifier)

namespace {

const char* current_file = "";

extern "C" void name_the_file(int signal) {
    std::fprintf(stderr, "this input ended badly: %s\n", current_file);
    std::signal(signal, SIG_DFL);
    std::raise(signal);
}

// Uses the C library, since the memory sanitizer tracks its writes but not those of
// std::filesystem.
void add_files_of(const std::string& path, std::vector<std::string>& files) {
    DIR* const folder = ::opendir(path.c_str());
    if (folder == nullptr) {
        files.push_back(path);
        return;
    }
    while (const dirent* const entry = ::readdir(folder)) {
        if (entry->d_name[0] != '.') add_files_of(path + "/" + entry->d_name, files);
    }
    ::closedir(folder);
}

std::vector<std::string> files_of(const std::string& path) {
    std::vector<std::string> files;
    add_files_of(path, files);
    std::sort(files.begin(), files.end());
    return files;
}

bool replay(const std::string& file) {
    std::FILE* const stream = std::fopen(file.c_str(), "rb");
    if (stream == nullptr) {
        std::fprintf(stderr, "cannot be read: %s\n", file.c_str());
        return false;
    }
    std::string text;
    for (int byte = std::fgetc(stream); byte != EOF; byte = std::fgetc(stream)) {
        text.push_back(static_cast<char>(byte));
    }
    std::fclose(stream);
    const linnet::fuzz::ExactCopy input{std::string_view(text)};
    current_file = file.c_str();
    LLVMFuzzerTestOneInput(input.bytes().data(), input.bytes().size());
    return true;
}

}  // namespace

int main(int count, char** arguments) {
    std::signal(SIGABRT, name_the_file);
    // A sanitizer's own handler prints more, and finally aborts.
    const auto before = std::signal(SIGSEGV, name_the_file);
    if (before != SIG_DFL) std::signal(SIGSEGV, before);

    std::size_t file_count = 0;
    for (int i = 1; i < count; ++i) {
        for (const std::string& file : files_of(arguments[i])) {
            if (!replay(file)) return 1;
            ++file_count;
        }
    }
    std::printf("%zu inputs replayed\n", file_count);
    if (file_count == 0) std::fprintf(stderr, "there was nothing to replay\n");
    return file_count == 0 ? 1 : 0;
}
