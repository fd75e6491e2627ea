// Makes the calls that standard input describes and prints their outputs, in the words that vectors.c explains.

#include <gsampler.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <iomanip>
#include <iostream>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

struct argument {
    std::uint64_t bits;
    void *array;
};

// Elements lie in words of 64 bits, so that they are aligned whatever their type.
struct slot {
    std::vector<std::uint64_t> words;
    std::size_t width = 1, n = 0;

    char *at(std::size_t i) { return reinterpret_cast<char *>(words.data()) + i * width; }
};

static slot slots[16];

static std::int32_t unknown(const char *name)
{
    throw std::runtime_error("no such function: " + std::string(name));
}

static float to_float(std::uint64_t bits)
{
    const auto low = static_cast<std::uint32_t>(bits);
    float x;
    std::memcpy(&x, &low, sizeof x);
    return x;
}

static double to_double(std::uint64_t bits)
{
    double x;
    std::memcpy(&x, &bits, sizeof x);
    return x;
}

using std::strcmp;
#include "dispatch.h"

static std::string next()
{
    std::string word;
    if (!(std::cin >> word))
        throw std::runtime_error("input ends early");
    return word;
}

static std::size_t next_size()
{
    return std::stoull(next());
}

static std::uint64_t hex(const std::string &digits)
{
    return std::stoull(digits, nullptr, 16);
}

static slot &next_array()
{
    slot &made = slots[next_size() % 16];
    made.width = std::stoull(next().substr(1)) / 8;
    made.n = next_size();
    made.words.assign(made.n * made.width / 8 + 1, 0xA5A5A5A5A5A5A5A5);
    return made;
}

static void read_input()
{
    slot &made = next_array();
    for (std::size_t i = 0; i < made.n; i++) {
        const std::uint64_t bits = hex(next());
        for (std::size_t byte = 0; byte < made.width; byte++) // the lowest first
            made.at(i)[byte] = static_cast<char>(bits >> 8 * byte);
    }
}

static void make_call()
{
    const std::string name = next();
    std::vector<argument> arguments(next_size());
    for (argument &a : arguments) {
        const std::string word = next();
        const auto colon = word.find(':');
        a = {0, nullptr};
        if (colon == std::string::npos)
            continue; // null
        const std::string value = word.substr(colon + 1);
        if (word.compare(0, colon, "array") == 0)
            a.array = slots[std::stoull(value) % 16].words.data();
        else
            a.bits = hex(value);
    }
    const std::int32_t status = dispatch(name.c_str(), arguments.data(), static_cast<int>(arguments.size()));
    if (status != GS_OK)
        throw std::runtime_error(name + ": " + gs_strerror(status));
}

static void print()
{
    slot &printed = slots[next_size() % 16];
    for (std::size_t i = 0; i < printed.n; i++) {
        std::uint64_t bits = 0;
        std::memcpy(&bits, printed.at(i), printed.width); // on a machine whose lowest byte is the first
        std::cout << std::setw(2 * static_cast<int>(printed.width)) << bits << '\n';
    }
}

int main()
{
    std::cout << std::hex << std::setfill('0');
    try {
        for (std::string word; std::cin >> word;) {
            if (word == "input")
                read_input();
            else if (word == "output")
                next_array();
            else if (word == "call")
                make_call();
            else if (word == "print")
                print();
            else
                throw std::runtime_error("not a command: " + word);
        }
        return 0;
    } catch (const std::exception &error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
