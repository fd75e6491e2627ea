// Draws of categories as C++ programs make them, from tables that are built beforehand; peers.py compiles and calls it.
#include <cstdint>
#include <random>
#include <vector>

namespace {

std::mt19937_64 engine(42);

// Vose's table, an integer and a fraction from one uniform
struct Alias {
    struct Entry {
        double threshold;
        std::int64_t alias;
    };
    std::vector<Entry> entries;

    Alias(const double *weights, std::int64_t k) : entries(k) {
        double total = 0;
        for (std::int64_t j = 0; j < k; j++) total += weights[j];
        std::vector<std::int64_t> small, large;
        for (std::int64_t j = 0; j < k; j++) {
            entries[j] = {weights[j] / total * k, j};
            (entries[j].threshold < 1 ? small : large).push_back(j);
        }
        while (!small.empty() && !large.empty()) {
            const std::int64_t less = small.back(), more = large.back();
            small.pop_back();
            entries[less].alias = more;
            entries[more].threshold -= 1 - entries[less].threshold;
            if (entries[more].threshold < 1) {
                large.pop_back();
                small.push_back(more);
            }
        }
        for (auto j : small) entries[j].threshold = 1;
    }

    std::int64_t operator()() const {
        const double u = (engine() >> 11) * 0x1p-53 * entries.size();
        const std::int64_t j = static_cast<std::int64_t>(u);
        return u - j < entries[j].threshold ? j : entries[j].alias;
    }
};

}  // namespace

extern "C" {

void *discrete_new(const double *weights, std::int64_t k) {
    return new std::discrete_distribution<std::int64_t>(weights, weights + k);
}

void discrete_draw(void *law, std::int64_t n, std::int64_t *out) {
    auto &draw = *static_cast<std::discrete_distribution<std::int64_t> *>(law);
    for (std::int64_t i = 0; i < n; i++) out[i] = draw(engine);
}

void *alias_new(const double *weights, std::int64_t k) { return new Alias(weights, k); }

void alias_draw(void *table, std::int64_t n, std::int64_t *out) {
    const auto &draw = *static_cast<const Alias *>(table);
    for (std::int64_t i = 0; i < n; i++) out[i] = draw();
}
}
