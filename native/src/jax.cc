// The samplers as custom calls of XLA, which gsampler.jax makes: libgsampler_jax.so, over the functions of gsampler.h.
//
// Buffers are read and written where XLA has them. The lanes of jax.vmap are leading axes of every buffer; where lanes
// share an argument, its axis has length 1. Behind them a key has its words, logits and samples have (rows, k), tau has
// nothing, or (rows). The kernels check logits as they read them: what a call writes before it fails is XLA's to discard.

#include <gsampler.h>

#include "inner.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include <sys/mman.h>

#include "xla/ffi/api/ffi.h"

namespace {

namespace ffi = xla::ffi;
using ffi::AnyBuffer;
using Out = ffi::Result<AnyBuffer>;
using Dims = AnyBuffer::Dimensions;

// --- the library, by the type of the elements -----------------------------------------------------------------------

template <typename T> struct Gs;

#define GS_OF(type, suffix)                                                                          \
    template <> struct Gs<type> {                                                                    \
        static constexpr auto gumbel = gs_gumbel_##suffix;                                           \
        static constexpr auto gumbel_rows = gs_gumbel_rows_##suffix;                                 \
        static constexpr auto categorical = gs_inner_categorical_##suffix;                           \
        static constexpr auto gumbel_max_rows = gs_inner_gumbel_max_rows_##suffix;                   \
        static constexpr auto alias_table = gs_alias_table_##suffix;                                 \
        static constexpr auto check_logits = gs_check_logits_##suffix;                               \
        static constexpr auto gumbel_softmax = gs_inner_gumbel_softmax_##suffix;                     \
        static constexpr auto gumbel_softmax_rows = gs_inner_gumbel_softmax_rows_##suffix;           \
        static constexpr auto gumbel_softmax_backward = gs_inner_gumbel_softmax_backward_##suffix;   \
    };

GS_OF(float, f32)
GS_OF(double, f64)

// from where on a row's largest logit is subtracted, as Python's gsampler does it
template <typename T> constexpr T kLargeLogit = sizeof(T) == 4 ? T(LARGE_LOGIT_F32) : T(LARGE_LOGIT_F64);

// --- errors ---------------------------------------------------------------------------------------------------------

struct Failure {
    int32_t status = GS_OK;
    int64_t lane = 0, row = -1;

    explicit operator bool() const { return status != GS_OK; }
};

ffi::Error error_of(const std::string &name, const Failure &failure, int64_t lanes)
{
    if (!failure)
        return ffi::Error::Success();
    std::string text = "gsampler.jax." + name + ": " + gs_strerror(failure.status);
    if (failure.row >= 0)
        text += ", row " + std::to_string(failure.row);
    if (lanes > 1)
        text += ", lane " + std::to_string(failure.lane) + " of jax.vmap";
    const auto code = failure.status == GS_ERROR_MEMORY ? ffi::ErrorCode::kResourceExhausted
                      : failure.status == GS_ERROR_ISA  ? ffi::ErrorCode::kFailedPrecondition
                                                        : ffi::ErrorCode::kInvalidArgument;
    return ffi::Error(code, text);
}

// --- keys and lanes -------------------------------------------------------------------------------------------------

struct Position {
    uint64_t seed, stream;
};

// Words of a key are the seed, the higher first, and of one that has four the stream: gsampler.jax documents it.
Position position_of(const uint32_t *words, int64_t width)
{
    const auto joined = [](const uint32_t *pair) { return uint64_t{pair[0]} << 32 | pair[1]; };
    return {joined(words), width < 4 ? 0 : joined(words + 2)};
}

int64_t product(const int64_t *first, const int64_t *last)
{
    int64_t n = 1;
    for (; first != last; first++)
        n *= *first;
    return n;
}

// The leading axes of an output.
struct Lanes {
    const int64_t *dims;
    int64_t rank, count;

    Lanes(Dims output, int64_t inner)
        : dims(output.begin()), rank(int64_t(output.size()) - inner), count(product(dims, dims + rank))
    {
    }

    // Which block of an argument belongs to a lane; axes of length 1 belong to all.
    int64_t block(int64_t lane, Dims argument) const
    {
        int64_t index = 0, stride = 1;
        for (int64_t axis = rank - 1; axis >= 0; axis--) {
            const int64_t i = lane % dims[axis];
            lane /= dims[axis];
            if (argument[axis] != 1)
                index += stride * i;
            stride *= argument[axis];
        }
        return index;
    }

    bool all_in(Dims argument) const { return product(argument.begin(), argument.begin() + rank) == count; }
};

Position position_of_lane(const Lanes &lanes, int64_t lane, AnyBuffer key)
{
    const int64_t width = key.dimensions().back();
    return position_of(key.typed_data<uint32_t>() + width * lanes.block(lane, key.dimensions()), width);
}

template <typename T> using Scratch = std::unique_ptr<T[]>;

template <typename T> Scratch<T> scratch(int64_t n)
{
    return Scratch<T>(new (std::nothrow) T[size_t(std::max<int64_t>(n, 1))]);
}

// Ask for huge pages where a large output lies, as NumPy does for its arrays: XLA's memory is new, and each page of 4 KiB
// would be a fault.
void advise(const void *memory, size_t bytes)
{
#ifdef MADV_HUGEPAGE
    constexpr uintptr_t least = 1 << 22, page = 1 << 12;
    if (bytes < least)
        return;
    const auto begin = (reinterpret_cast<uintptr_t>(memory) + page - 1) / page * page;
    madvise(reinterpret_cast<void *>(begin), bytes - page, MADV_HUGEPAGE);
#endif
}

// --- noise ----------------------------------------------------------------------------------------------------------

template <typename T> Failure gumbel(AnyBuffer key, Out out)
{
    const int64_t width = key.dimensions().back(), lanes = int64_t(key.element_count()) / width;
    const int64_t n = int64_t(out->element_count()) / lanes;
    const auto *words = key.typed_data<uint32_t>();
    T *noise = out->typed_data<T>();
    if (lanes == 1) {
        const Position at = position_of(words, width);
        return {Gs<T>::gumbel(at.seed, at.stream, 0, n, noise)};
    }
    const auto seeds = scratch<uint64_t>(lanes), streams = scratch<uint64_t>(lanes);
    if (!seeds || !streams)
        return {GS_ERROR_MEMORY};
    for (int64_t lane = 0; lane < lanes; lane++) {
        const Position at = position_of(words + lane * width, width);
        seeds[lane] = at.seed;
        streams[lane] = at.stream;
    }
    const uint64_t offset = 0;
    return {Gs<T>::gumbel_rows(seeds.get(), lanes, streams.get(), lanes, &offset, 1, lanes, n, nullptr, 0, nullptr,
                               noise)};
}

// --- logits ---------------------------------------------------------------------------------------------------------

// Call with rows of logits; once more with the largest of each subtracted where that is large.
template <typename T, typename Call> Failure with_rows(const T *logits, int64_t rows, int64_t k, Call call)
{
    Failure failure{call(logits)};
    if (failure.status == GS_ERROR_LOGITS || failure.status == GS_ERROR_ROW)
        Gs<T>::check_logits(logits, rows, k, &failure.row);
    if (failure.status != GS_ERROR_LARGE)
        return failure;
    const auto shifted = scratch<T>(rows * k);
    if (!shifted)
        return {GS_ERROR_MEMORY};
    for (int64_t r = 0; r < rows; r++) {
        const T *row = logits + r * k, largest = *std::max_element(row, row + k);
        const T shift = std::abs(largest) >= kLargeLogit<T> ? largest : T(0);
        std::transform(row, row + k, shifted.get() + r * k, [=](T x) { return x - shift; });
    }
    return {call(shifted.get())};
}

// Indices of a lane, int64 or int32: what is called writes int64.
class Indices {
public:
    Indices(Out out, int64_t n) : out_(out), n_(n)
    {
        if (is_narrow())
            scratch_ = scratch<int64_t>(n);
    }

    bool has_memory() const { return !is_narrow() || scratch_; }

    int64_t *of_lane(int64_t lane) const
    {
        return is_narrow() ? scratch_.get() : out_->typed_data<int64_t>() + lane * n_;
    }

    void write(int64_t lane) const
    {
        if (is_narrow())
            std::copy_n(scratch_.get(), n_, out_->typed_data<int32_t>() + lane * n_);
    }

private:
    bool is_narrow() const { return out_->element_type() == ffi::S32; }

    mutable Out out_;
    int64_t n_;
    Scratch<int64_t> scratch_;
};

// The rows of all lanes, each with the place in the stream that it has in its lane, for one call.
template <typename T> class RowsOfLanes {
public:
    RowsOfLanes(const Lanes &lanes, AnyBuffer key, AnyBuffer logits)
        : rows_(logits.dimensions()[lanes.rank]), k_(logits.dimensions()[lanes.rank + 1]), count_(lanes.count * rows_),
          seeds_(scratch<uint64_t>(count_)), streams_(scratch<uint64_t>(count_)), offsets_(scratch<uint64_t>(count_)),
          logits_(logits.typed_data<T>())
    {
        const auto dims = logits.dimensions();
        if (!lanes.all_in(dims))
            copies_ = scratch<T>(count_ * k_);
        if (!has_memory(lanes.all_in(dims)))
            return;
        for (int64_t lane = 0, i = 0; lane < lanes.count; lane++) {
            const Position at = position_of_lane(lanes, lane, key);
            if (copies_)
                std::copy_n(logits_ + lanes.block(lane, dims) * rows_ * k_, rows_ * k_, copies_.get() + i * k_);
            for (int64_t row = 0; row < rows_; row++, i++) {
                seeds_[i] = at.seed;
                streams_[i] = at.stream;
                offsets_[i] = uint64_t(row) * uint64_t(k_) * (sizeof(T) / sizeof(uint32_t));
            }
        }
        if (copies_)
            logits_ = copies_.get();
        is_made_ = true;
    }

    // Whether one call is faster than one for each lane: for few elements, or where threads can share them out; measured.
    static bool is_worth_while(const Lanes &lanes, AnyBuffer logits)
    {
        const int64_t rows = logits.dimensions()[lanes.rank], elements = rows * logits.dimensions()[lanes.rank + 1];
        if (lanes.count == 1 || elements == 0)
            return false;
        return gs_get_num_threads() > 1 ? elements <= 1 << 12 : rows <= 4 && elements <= 1 << 7;
    }

    bool is_made() const { return is_made_; }
    int64_t count() const { return count_; }

    // Call with seeds, streams, offsets, their number, the length of a row, and logits.
    template <typename Call> Failure with(Call call) const
    {
        Failure failure = with_rows(logits_, count_, k_, [&](const T *x) {
            return call(seeds_.get(), streams_.get(), offsets_.get(), count_, k_, x);
        });
        if (failure.row >= 0) {
            failure.lane = failure.row / rows_;
            failure.row %= rows_;
        }
        return failure;
    }

private:
    bool has_memory(bool all) const { return seeds_ && streams_ && offsets_ && (all || copies_); }

    int64_t rows_, k_, count_;
    Scratch<uint64_t> seeds_, streams_, offsets_;
    const T *logits_;
    Scratch<T> copies_;
    bool is_made_ = false;
};

template <typename T> Failure categorical(AnyBuffer key, AnyBuffer logits, Out out)
{
    const Lanes lanes(out->dimensions(), 1);
    const auto dims = logits.dimensions();
    const int64_t k = dims[lanes.rank + 1], rows = dims[lanes.rank];
    if (RowsOfLanes<T>::is_worth_while(lanes, logits)) {
        const RowsOfLanes<T> all(lanes, key, logits);
        const Indices index(out, all.count());
        if (!all.is_made() || !index.has_memory())
            return {GS_ERROR_MEMORY};
        const Failure failure = all.with([&](const uint64_t *seeds, const uint64_t *streams, const uint64_t *offsets,
                                             int64_t n, int64_t, const T *x) {
            return Gs<T>::gumbel_max_rows(seeds, streams, offsets, n, k, x, index.of_lane(0));
        });
        if (!failure)
            index.write(0);
        return failure;
    }
    const Indices index(out, rows);
    if (!index.has_memory())
        return {GS_ERROR_MEMORY};
    for (int64_t lane = 0; lane < lanes.count; lane++) {
        const Position at = position_of_lane(lanes, lane, key);
        const T *given = logits.typed_data<T>() + lanes.block(lane, dims) * rows * k;
        Failure failure = with_rows(given, rows, k, [&](const T *x) {
            return Gs<T>::categorical(at.seed, at.stream, x, rows, k, index.of_lane(lane));
        });
        failure.lane = lane;
        if (failure)
            return failure;
        index.write(lane);
    }
    return {};
}

// Repeated draws, from alias tables.
template <typename T> Failure alias(AnyBuffer key, AnyBuffer logits, Out out)
{
    const Lanes lanes(out->dimensions(), 2);
    const auto dims = logits.dimensions();
    const int64_t k = dims[lanes.rank + 1], rows = dims[lanes.rank], draws = out->dimensions()[lanes.rank];
    const Indices index(out, draws * rows);
    const auto table = scratch<uint64_t>(2 * rows * k);
    if (!table || !index.has_memory())
        return {GS_ERROR_MEMORY};
    int64_t made = -1;
    for (int64_t lane = 0; lane < lanes.count; lane++) {
        const Position at = position_of_lane(lanes, lane, key);
        const int64_t block = lanes.block(lane, dims);
        Failure failure;
        if (block != made)
            failure = with_rows(logits.typed_data<T>() + block * rows * k, rows, k,
                                [&](const T *x) { return Gs<T>::alias_table(x, rows, k, table.get()); });
        made = block;
        if (!failure)
            failure.status = gs_alias_draw(at.seed, at.stream, 0, table.get(), rows, k, draws, index.of_lane(lane));
        failure.lane = lane;
        if (failure)
            return failure;
        index.write(lane);
    }
    return {};
}

// --- Gumbel-Softmax -------------------------------------------------------------------------------------------------

// A temperature of a lane: one number, or one for each row.
template <typename T> struct Tau {
    const T *values;
    bool is_one;

    Tau(AnyBuffer tau, const Lanes &lanes, int64_t lane, int64_t rows)
        : is_one(int64_t(tau.dimensions().size()) == lanes.rank)
    {
        values = tau.typed_data<T>() + lanes.block(lane, tau.dimensions()) * (is_one ? 1 : rows);
    }

    bool is_valid(int64_t rows) const
    {
        return std::all_of(values, values + (is_one ? 1 : rows),
                           [](T x) { return std::isfinite(x) && x >= std::numeric_limits<T>::min(); });
    }
};

// Ones at the indices, and zeros.
template <typename T> void write_one_hot(const int64_t *index, int64_t rows, int64_t k, T *value)
{
    std::fill_n(value, rows * k, T(0));
    for (int64_t r = 0; r < rows; r++)
        value[r * k + index[r]] = T(1);
}

// Lanes of few elements, all in one call; as below.
template <typename T>
Failure gumbel_softmax_of_lanes(const Lanes &lanes, AnyBuffer key, AnyBuffer logits, AnyBuffer tau, T *value, T *soft,
                                bool hard)
{
    const int64_t rows = logits.dimensions()[lanes.rank], k = logits.dimensions()[lanes.rank + 1];
    const RowsOfLanes<T> all(lanes, key, logits);
    const bool one_tau = tau.element_count() == 1;
    const auto taus = scratch<T>(one_tau ? 1 : all.count());
    const auto index = scratch<int64_t>(hard ? all.count() : 0);
    if (!all.is_made() || !taus || !index)
        return {GS_ERROR_MEMORY};
    for (int64_t lane = 0; lane < lanes.count; lane++) {
        const Tau<T> given(tau, lanes, lane, rows);
        if (!given.is_valid(rows))
            return {GS_ERROR_TAU, lane};
        if (one_tau)
            taus[0] = given.values[0];
        else if (given.is_one)
            std::fill_n(taus.get() + lane * rows, rows, given.values[0]);
        else
            std::copy_n(given.values, rows, taus.get() + lane * rows);
        if (one_tau)
            break;
    }
    const Failure failure = all.with([&](const uint64_t *seeds, const uint64_t *streams, const uint64_t *offsets,
                                         int64_t n, int64_t, const T *x) {
        if (hard && soft == nullptr)
            return Gs<T>::gumbel_max_rows(seeds, streams, offsets, n, k, x, index.get());
        return Gs<T>::gumbel_softmax_rows(seeds, streams, offsets, n, k, x, taus.get(), !one_tau, hard ? soft : value,
                                          hard ? index.get() : nullptr);
    });
    if (!failure && hard)
        write_one_hot(index.get(), all.count(), k, value);
    return failure;
}

// The soft sample; or the one-hot sample, with the soft one where that is not NULL.
template <typename T>
Failure gumbel_softmax(AnyBuffer key, AnyBuffer logits, AnyBuffer tau, Out out, T *soft, bool hard)
{
    const Lanes lanes(out->dimensions(), 2);
    if (RowsOfLanes<T>::is_worth_while(lanes, logits))
        return gumbel_softmax_of_lanes<T>(lanes, key, logits, tau, out->typed_data<T>(), soft, hard);
    const auto dims = logits.dimensions();
    const int64_t k = dims[lanes.rank + 1], rows = dims[lanes.rank];
    const auto index = scratch<int64_t>(hard ? rows : 0);
    if (!index)
        return {GS_ERROR_MEMORY};
    for (int64_t lane = 0; lane < lanes.count; lane++) {
        const Position at = position_of_lane(lanes, lane, key);
        const Tau<T> taus(tau, lanes, lane, rows);
        T *value = out->typed_data<T>() + lane * rows * k;
        T *to = !hard ? value : soft == nullptr ? nullptr : soft + lane * rows * k;
        int64_t *hot = hard ? index.get() : nullptr;
        Failure failure{taus.is_valid(rows) ? GS_OK : GS_ERROR_TAU};
        const T *given = logits.typed_data<T>() + lanes.block(lane, dims) * rows * k;
        if (!failure)
            failure = with_rows(given, rows, k, [&](const T *x) {
                if (to == nullptr)
                    return Gs<T>::categorical(at.seed, at.stream, x, rows, k, hot);
                return Gs<T>::gumbel_softmax(at.seed, at.stream, x, rows, k, taus.values, !taus.is_one, to, hot);
            });
        failure.lane = lane;
        if (failure)
            return failure;
        if (hard)
            write_one_hot(hot, rows, k, value);
    }
    return {};
}

template <typename T>
Failure backward(AnyBuffer grad, AnyBuffer soft, AnyBuffer tau, Out dlogits, T *dtau)
{
    const Lanes lanes(dlogits->dimensions(), 2);
    const int64_t k = dlogits->dimensions()[lanes.rank + 1], rows = dlogits->dimensions()[lanes.rank];
    const auto part = [&](AnyBuffer of, int64_t lane) {
        return of.typed_data<T>() + lanes.block(lane, of.dimensions()) * rows * k;
    };
    for (int64_t lane = 0; lane < lanes.count; lane++) {
        const Tau<T> taus(tau, lanes, lane, rows);
        T *out = dlogits->typed_data<T>() + lane * rows * k;
        T *out_tau = dtau == nullptr ? nullptr : dtau + lane * (taus.is_one ? 1 : rows);
        const int32_t status = Gs<T>::gumbel_softmax_backward(part(grad, lane), part(soft, lane), rows, k, taus.values,
                                                              !taus.is_one, out, out_tau);
        if (status != GS_OK)
            return {status, lane};
    }
    return {};
}

// --- handlers -------------------------------------------------------------------------------------------------------

// A second output, where there is one.
template <typename T> ffi::ErrorOr<T *> second(ffi::RemainingRets rets)
{
    if (rets.size() == 0)
        return nullptr;
    auto out = rets.get<AnyBuffer>(0);
    if (!out.has_value())
        return ffi::Unexpected(out.error());
    return (*out)->template typed_data<T>();
}

#define BY_TYPE(buffer, call) ((buffer).element_type() == ffi::F32 ? call<float> : call<double>)

int64_t lanes_of(Dims dims, size_t inner)
{
    return product(dims.begin(), dims.end() - inner);
}

ffi::Error gumbel_handler(AnyBuffer key, Out out)
{
    if (out->element_count() == 0)
        return ffi::Error::Success();
    advise(out->untyped_data(), out->size_bytes());
    return error_of("gumbel", BY_TYPE(*out, gumbel)(key, out), lanes_of(key.dimensions(), 1));
}

ffi::Error categorical_handler(AnyBuffer key, AnyBuffer logits, Out out)
{
    return error_of("categorical", BY_TYPE(logits, categorical)(key, logits, out), lanes_of(out->dimensions(), 1));
}

ffi::Error alias_handler(AnyBuffer key, AnyBuffer logits, Out out)
{
    return error_of("categorical", BY_TYPE(logits, alias)(key, logits, out), lanes_of(out->dimensions(), 2));
}

template <typename T>
ffi::Error sample(AnyBuffer key, AnyBuffer logits, AnyBuffer tau, Out out, ffi::RemainingRets rets, bool hard)
{
    const auto soft = second<T>(rets);
    if (!soft.has_value())
        return soft.error();
    advise(out->untyped_data(), out->size_bytes());
    if (*soft != nullptr)
        advise(*soft, out->size_bytes());
    return error_of("gumbel_softmax", gumbel_softmax<T>(key, logits, tau, out, *soft, hard),
                    lanes_of(out->dimensions(), 2));
}

ffi::Error soft_handler(AnyBuffer key, AnyBuffer logits, AnyBuffer tau, Out out, ffi::RemainingRets rets)
{
    return BY_TYPE(logits, sample)(key, logits, tau, out, rets, false);
}

ffi::Error hard_handler(AnyBuffer key, AnyBuffer logits, AnyBuffer tau, Out out, ffi::RemainingRets rets)
{
    return BY_TYPE(logits, sample)(key, logits, tau, out, rets, true);
}

template <typename T>
ffi::Error gradients(AnyBuffer grad, AnyBuffer soft, AnyBuffer tau, Out dlogits, ffi::RemainingRets rets)
{
    const auto dtau = second<T>(rets);
    if (!dtau.has_value())
        return dtau.error();
    advise(dlogits->untyped_data(), dlogits->size_bytes());
    return error_of("gumbel_softmax, its gradient", backward<T>(grad, soft, tau, dlogits, *dtau),
                    lanes_of(dlogits->dimensions(), 2));
}

ffi::Error backward_handler(AnyBuffer grad, AnyBuffer soft, AnyBuffer tau, Out dlogits, ffi::RemainingRets rets)
{
    return BY_TYPE(soft, gradients)(grad, soft, tau, dlogits, rets);
}

ffi::Error elsewhere_handler(ffi::RemainingArgs, ffi::RemainingRets)
{
    return ffi::Error(ffi::ErrorCode::kUnimplemented,
                      "gsampler.jax draws on CPUs only: put what calls it there, by jax.jit(..., device=...), "
                      "jax.default_device or JAX_PLATFORMS=cpu");
}

auto key_binding()
{
    return ffi::Ffi::Bind().Arg<AnyBuffer>();
}

auto sample_binding()
{
    return ffi::Ffi::Bind().Arg<AnyBuffer>().Arg<AnyBuffer>().Arg<AnyBuffer>().Ret<AnyBuffer>().RemainingRets();
}

} // namespace

XLA_FFI_DEFINE_HANDLER_SYMBOL(gs_jax_gumbel, gumbel_handler, key_binding().Ret<AnyBuffer>());
XLA_FFI_DEFINE_HANDLER_SYMBOL(gs_jax_categorical, categorical_handler,
                              key_binding().Arg<AnyBuffer>().Ret<AnyBuffer>());
XLA_FFI_DEFINE_HANDLER_SYMBOL(gs_jax_alias, alias_handler, key_binding().Arg<AnyBuffer>().Ret<AnyBuffer>());
XLA_FFI_DEFINE_HANDLER_SYMBOL(gs_jax_soft, soft_handler, sample_binding());
XLA_FFI_DEFINE_HANDLER_SYMBOL(gs_jax_hard, hard_handler, sample_binding());
XLA_FFI_DEFINE_HANDLER_SYMBOL(gs_jax_backward, backward_handler, sample_binding());
XLA_FFI_DEFINE_HANDLER_SYMBOL(gs_jax_elsewhere, elsewhere_handler, ffi::Ffi::Bind().RemainingArgs().RemainingRets());
