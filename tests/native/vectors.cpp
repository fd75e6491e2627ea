// Makes the calls that standard input names and prints their results, in the words that vectors.c describes.

#include <gsampler.h>

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <functional>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

using std::int64_t, std::uint64_t;
using Status = std::int32_t;

static void check(Status status)
{
    if (status != GS_OK)
        throw std::runtime_error(gs_strerror(status));
}

static std::string word()
{
    std::string word;
    if (!(std::cin >> word))
        throw std::runtime_error("the input ends within a call");
    return word;
}

static uint64_t hex()
{
    return std::stoull(word(), nullptr, 16);
}

static int64_t size()
{
    return std::stoll(word());
}

// Reads itself where it is made, in the order of its members.
struct Place {
    const uint64_t seed = hex(), stream = hex(), offset = hex();
};

template <class T>
using Bits =
    std::conditional_t<sizeof(T) == 8, uint64_t, std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint8_t>>;

template <class T> static std::vector<T> numbers(int64_t n)
{
    std::vector<T> x(n);
    for (T &number : x) {
        const auto bits = static_cast<Bits<T>>(hex());
        std::memcpy(&number, &bits, sizeof number);
    }
    return x;
}

template <class T> static void show(const std::vector<T> &x)
{
    for (const T &number : x) {
        Bits<T> bits;
        std::memcpy(&bits, &number, sizeof bits);
        std::printf("%0*" PRIx64 "\n", static_cast<int>(2 * sizeof bits), static_cast<uint64_t>(bits));
    }
}

template <class T> static void noise(Status draw(uint64_t seed, uint64_t stream, uint64_t offset, int64_t n, T *out))
{
    const Place at;
    std::vector<T> out(size());
    check(draw(at.seed, at.stream, at.offset, out.size(), out.data()));
    show(out);
}

template <class T>
static void bernoulli(Status draw(uint64_t seed, uint64_t stream, uint64_t offset, const T *logits, int64_t n,
                                  int64_t draws, std::uint8_t *out))
{
    const Place at;
    const int64_t n = size(), draws = size();
    const auto logits = numbers<T>(n);
    std::vector<std::uint8_t> out(n * draws);
    check(draw(at.seed, at.stream, at.offset, logits.data(), n, draws, out.data()));
    show(out);
}

template <class T>
static void gumbel_max(Status draw(uint64_t seed, uint64_t stream, uint64_t offset, const T *logits, int64_t rows,
                                   int64_t k, int64_t draws, int64_t *index, T *maximum))
{
    const Place at;
    const int64_t rows = size(), k = size(), draws = size();
    const auto logits = numbers<T>(rows * k);
    std::vector<int64_t> index(rows * draws);
    check(draw(at.seed, at.stream, at.offset, logits.data(), rows, k, draws, index.data(), nullptr));
    show(index);
}

template <class T>
static void by_table(Status make(const T *logits, int64_t rows, int64_t k, uint64_t *table),
                     Status draw(uint64_t seed, uint64_t stream, uint64_t offset, const uint64_t *table, int64_t rows,
                                 int64_t k, int64_t draws, int64_t *index))
{
    const Place at;
    const int64_t rows = size(), k = size(), draws = size();
    const auto logits = numbers<T>(rows * k);
    std::vector<uint64_t> table(rows * (2 * k + 2)); // room for either table
    std::vector<int64_t> index(rows * draws);
    check(make(logits.data(), rows, k, table.data()));
    check(draw(at.seed, at.stream, at.offset, table.data(), rows, k, draws, index.data()));
    show(index);
}

// What a function takes as tau: one number, or a pointer to one for each row or element.
template <class Tau, class T> static Tau as(const std::vector<T> &tau)
{
    if constexpr (std::is_pointer_v<Tau>)
        return tau.data();
    else
        return tau.front();
}

template <class T, class Tau>
static void relaxed(Status sample(uint64_t seed, uint64_t stream, uint64_t offset, const T *logits, int64_t rows,
                                  int64_t k, Tau tau, T *soft, int64_t *index),
                    Status backward(const T *grad, const T *soft, int64_t rows, int64_t k, Tau tau, T *dlogits,
                                    T *dtau))
{
    const Place at;
    const int64_t rows = size(), k = size(), n = rows * k;
    const auto tau = numbers<T>(std::is_pointer_v<Tau> ? rows : 1), logits = numbers<T>(n), grad = numbers<T>(n);
    std::vector<T> soft(n), dlogits(n), dtau(tau.size());
    std::vector<int64_t> index(rows);
    check(sample(at.seed, at.stream, at.offset, logits.data(), rows, k, as<Tau>(tau), soft.data(), index.data()));
    check(backward(grad.data(), soft.data(), rows, k, as<Tau>(tau), dlogits.data(), dtau.data()));
    show(soft);
    show(index);
    show(dlogits);
    show(dtau);
}

template <class T, class Tau>
static void binary(Status sample(uint64_t seed, uint64_t stream, uint64_t offset, const T *logits, int64_t n, Tau tau,
                                 T *soft),
                   Status backward(const T *grad, const T *soft, int64_t n, Tau tau, T *dlogits, T *dtau))
{
    const Place at;
    const int64_t n = size();
    const auto tau = numbers<T>(std::is_pointer_v<Tau> ? n : 1), logits = numbers<T>(n), grad = numbers<T>(n);
    std::vector<T> soft(n), dlogits(n), dtau(tau.size());
    check(sample(at.seed, at.stream, at.offset, logits.data(), n, as<Tau>(tau), soft.data()));
    check(backward(grad.data(), soft.data(), n, as<Tau>(tau), dlogits.data(), dtau.data()));
    show(soft);
    show(dlogits);
    show(dtau);
}

static const std::map<std::string, std::function<void()>> calls = {
    {"bits", [] { noise(gs_bits); }},
    {"uniform_f32", [] { noise(gs_uniform_f32); }},
    {"uniform_f64", [] { noise(gs_uniform_f64); }},
    {"exponential_f32", [] { noise(gs_exponential_f32); }},
    {"exponential_f64", [] { noise(gs_exponential_f64); }},
    {"gumbel_f32", [] { noise(gs_gumbel_f32); }},
    {"gumbel_f64", [] { noise(gs_gumbel_f64); }},
    {"logistic_f32", [] { noise(gs_logistic_f32); }},
    {"logistic_f64", [] { noise(gs_logistic_f64); }},
    {"normal_f32", [] { noise(gs_normal_f32); }},
    {"normal_f64", [] { noise(gs_normal_f64); }},
    {"bernoulli_f32", [] { bernoulli(gs_bernoulli_f32); }},
    {"bernoulli_f64", [] { bernoulli(gs_bernoulli_f64); }},
    {"gumbel_max_f32", [] { gumbel_max(gs_gumbel_max_f32); }},
    {"gumbel_max_f64", [] { gumbel_max(gs_gumbel_max_f64); }},
    {"alias_f32", [] { by_table(gs_alias_table_f32, gs_alias_draw); }},
    {"alias_f64", [] { by_table(gs_alias_table_f64, gs_alias_draw); }},
    {"cdf_f32", [] { by_table(gs_cdf_table_f32, gs_cdf_draw); }},
    {"cdf_f64", [] { by_table(gs_cdf_table_f64, gs_cdf_draw); }},
    {"gumbel_softmax_f32", [] { relaxed(gs_gumbel_softmax_f32, gs_gumbel_softmax_backward_f32); }},
    {"gumbel_softmax_f64", [] { relaxed(gs_gumbel_softmax_f64, gs_gumbel_softmax_backward_f64); }},
    {"gumbel_softmax_taus_f32", [] { relaxed(gs_gumbel_softmax_taus_f32, gs_gumbel_softmax_backward_taus_f32); }},
    {"gumbel_softmax_taus_f64", [] { relaxed(gs_gumbel_softmax_taus_f64, gs_gumbel_softmax_backward_taus_f64); }},
    {"binary_concrete_f32", [] { binary(gs_binary_concrete_f32, gs_binary_concrete_backward_f32); }},
    {"binary_concrete_f64", [] { binary(gs_binary_concrete_f64, gs_binary_concrete_backward_f64); }},
    {"binary_concrete_taus_f32", [] { binary(gs_binary_concrete_taus_f32, gs_binary_concrete_backward_taus_f32); }},
    {"binary_concrete_taus_f64", [] { binary(gs_binary_concrete_taus_f64, gs_binary_concrete_backward_taus_f64); }},
};

int main()
{
    std::ios::sync_with_stdio(false); // quicker; std::cin alone reads standard input
    try {
        for (std::string name; std::cin >> name;) {
            const auto call = calls.find(name);
            if (call == calls.end())
                throw std::runtime_error(name + " is not a call");
            call->second();
        }
        return EXIT_SUCCESS;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s\n", error.what());
        return EXIT_FAILURE;
    }
}
