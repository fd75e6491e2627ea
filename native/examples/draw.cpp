// Draw a million categories in C++:
//
//   c++ -std=c++17 -O2 draw.cpp $(pkg-config --cflags --libs gsampler) -o draw && ./draw

#include <gsampler.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <vector>

// The library reports with a status, C++ with an exception.
static void check(std::int32_t status)
{
    if (status != GS_OK)
        throw std::runtime_error(gs_strerror(status));
}

static std::vector<double> softmax(const std::vector<double> &logits, double tau)
{
    std::vector<double> soft(logits.size());
    check(gs_softmax_f64(logits.data(), 1, logits.size(), tau, soft.data(), nullptr));
    return soft;
}

// Fills index with draws from the one distribution that logits is.
static void draw(std::uint64_t seed, std::uint64_t stream, std::uint64_t offset, const std::vector<double> &logits,
                 std::vector<std::int64_t> &index)
{
    check(gs_gumbel_max_f64(seed, stream, offset, logits.data(), 1, logits.size(), index.size(), index.data(),
                            nullptr));
}

static void run()
{
    const std::vector<double> logits{-1.5, 0.0, 0.5, 1.0, 2.0};
    const std::uint64_t seed = 42, stream = 0, offset = 0;
    std::vector<std::int64_t> index(1000000);

    const std::vector<double> probability = softmax(logits, 1.0);
    const auto start = std::chrono::steady_clock::now();
    draw(seed, stream, offset, logits, index);
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;

    std::vector<std::int64_t> count(logits.size());
    for (const auto j : index)
        count[j]++;
    const double draws = index.size();
    std::printf("category  probability  frequency\n");
    for (std::size_t j = 0; j < count.size(); j++)
        std::printf("%8zu  %11.6f  %9.6f\n", j, probability[j], count[j] / draws);
    std::printf("%.1f million draws a second (%s)\n", 1e-6 * draws / time.count(), gs_isa());
}

int main()
{
    try {
        run();
        return EXIT_SUCCESS;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "gsampler: %s\n", error.what());
        return EXIT_FAILURE;
    }
}
