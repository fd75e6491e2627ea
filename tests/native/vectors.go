// Makes the calls that standard input names and prints their results, in the words that vectors.c describes.

package main

// #cgo pkg-config: gsampler
// #include <gsampler.h>
import "C"

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"unsafe"
)

type real interface{ float32 | float64 }

// host reads calls and writes results. Its first error stays and silences the rest, so a call looks at none itself.
type host struct {
	in  *bufio.Scanner
	out *bufio.Writer
	err error
}

func (h *host) word(base, bits int) uint64 {
	if h.err == nil && !h.in.Scan() {
		h.err = io.ErrUnexpectedEOF
	}
	if h.err != nil {
		return 0
	}
	var x uint64
	x, h.err = strconv.ParseUint(h.in.Text(), base, bits)
	return x
}

func (h *host) hex() C.uint64_t { return C.uint64_t(h.word(16, 64)) }

func (h *host) size() C.int64_t { return C.int64_t(h.word(10, 63)) }

func (h *host) check(status C.int32_t) {
	if h.err == nil && status != C.GS_OK {
		h.err = errors.New(C.GoString(C.gs_strerror(status)))
	}
}

func numbers[T real](h *host, n C.int64_t) []T {
	x := make([]T, n)
	for i := range x {
		switch x := any(&x[i]).(type) {
		case *float32:
			*x = math.Float32frombits(uint32(h.word(16, 32)))
		case *float64:
			*x = math.Float64frombits(h.word(16, 64))
		}
	}
	return x
}

func show[T real | uint8 | uint32 | int64](h *host, x []T) {
	for i := 0; i < len(x) && h.err == nil; i++ {
		switch v := any(x[i]).(type) {
		case float32:
			_, h.err = fmt.Fprintf(h.out, "%08x\n", math.Float32bits(v))
		case float64:
			_, h.err = fmt.Fprintf(h.out, "%016x\n", math.Float64bits(v))
		default:
			_, h.err = fmt.Fprintf(h.out, "%0*x\n", 2*unsafe.Sizeof(x[i]), v)
		}
	}
}

// pointer gives C a slice, which may be empty and then has no first element.
func pointer[To, From any](x []From) *To {
	if len(x) == 0 {
		return nil
	}
	return (*To)(unsafe.Pointer(&x[0]))
}

func f32[T real](x []T) *C.float { return pointer[C.float](x) }

func f64[T real](x []T) *C.double { return pointer[C.double](x) }

func bits(h *host) {
	seed, stream, offset := h.hex(), h.hex(), h.hex()
	n := h.size()
	out := make([]uint32, n)
	h.check(C.gs_bits(seed, stream, offset, n, pointer[C.uint32_t](out)))
	show(h, out)
}

func noise[T real](h *host, name string) {
	seed, stream, offset := h.hex(), h.hex(), h.hex()
	n := h.size()
	out := make([]T, n)
	switch name {
	case "uniform_f32":
		h.check(C.gs_uniform_f32(seed, stream, offset, n, f32(out)))
	case "uniform_f64":
		h.check(C.gs_uniform_f64(seed, stream, offset, n, f64(out)))
	case "exponential_f32":
		h.check(C.gs_exponential_f32(seed, stream, offset, n, f32(out)))
	case "exponential_f64":
		h.check(C.gs_exponential_f64(seed, stream, offset, n, f64(out)))
	case "gumbel_f32":
		h.check(C.gs_gumbel_f32(seed, stream, offset, n, f32(out)))
	case "gumbel_f64":
		h.check(C.gs_gumbel_f64(seed, stream, offset, n, f64(out)))
	case "logistic_f32":
		h.check(C.gs_logistic_f32(seed, stream, offset, n, f32(out)))
	case "logistic_f64":
		h.check(C.gs_logistic_f64(seed, stream, offset, n, f64(out)))
	case "normal_f32":
		h.check(C.gs_normal_f32(seed, stream, offset, n, f32(out)))
	case "normal_f64":
		h.check(C.gs_normal_f64(seed, stream, offset, n, f64(out)))
	}
	show(h, out)
}

func bernoulli[T real](h *host, name string) {
	seed, stream, offset := h.hex(), h.hex(), h.hex()
	n, draws := h.size(), h.size()
	logits, outcomes := numbers[T](h, n), make([]uint8, n*draws)
	out := pointer[C.uint8_t](outcomes)
	switch name {
	case "bernoulli_f32":
		h.check(C.gs_bernoulli_f32(seed, stream, offset, f32(logits), n, draws, out))
	case "bernoulli_f64":
		h.check(C.gs_bernoulli_f64(seed, stream, offset, f64(logits), n, draws, out))
	}
	show(h, outcomes)
}

func categorical[T real](h *host, name string) {
	seed, stream, offset := h.hex(), h.hex(), h.hex()
	rows, k, draws := h.size(), h.size(), h.size()
	logits, indices := numbers[T](h, rows*k), make([]int64, rows*draws)
	words := make([]uint64, rows*(2*k+2)) // room for either table
	table, index := pointer[C.uint64_t](words), pointer[C.int64_t](indices)
	switch name {
	case "gumbel_max_f32":
		h.check(C.gs_gumbel_max_f32(seed, stream, offset, f32(logits), rows, k, draws, index, nil))
	case "gumbel_max_f64":
		h.check(C.gs_gumbel_max_f64(seed, stream, offset, f64(logits), rows, k, draws, index, nil))
	case "alias_f32":
		h.check(C.gs_alias_table_f32(f32(logits), rows, k, table))
		h.check(C.gs_alias_draw(seed, stream, offset, table, rows, k, draws, index))
	case "alias_f64":
		h.check(C.gs_alias_table_f64(f64(logits), rows, k, table))
		h.check(C.gs_alias_draw(seed, stream, offset, table, rows, k, draws, index))
	case "cdf_f32":
		h.check(C.gs_cdf_table_f32(f32(logits), rows, k, table))
		h.check(C.gs_cdf_draw(seed, stream, offset, table, rows, k, draws, index))
	case "cdf_f64":
		h.check(C.gs_cdf_table_f64(f64(logits), rows, k, table))
		h.check(C.gs_cdf_draw(seed, stream, offset, table, rows, k, draws, index))
	}
	show(h, indices)
}

func gumbelSoftmax[T real](h *host, name string) {
	seed, stream, offset := h.hex(), h.hex(), h.hex()
	rows, k := h.size(), h.size()
	taus := C.int64_t(1)
	if strings.Contains(name, "_taus") {
		taus = rows
	}
	tau, logits, grad := numbers[T](h, taus), numbers[T](h, rows*k), numbers[T](h, rows*k)
	soft, dlogits, dtau, indices := make([]T, rows*k), make([]T, rows*k), make([]T, taus), make([]int64, rows)
	index := pointer[C.int64_t](indices)
	switch name {
	case "gumbel_softmax_f32":
		h.check(C.gs_gumbel_softmax_f32(seed, stream, offset, f32(logits), rows, k, *f32(tau), f32(soft), index))
		h.check(C.gs_gumbel_softmax_backward_f32(f32(grad), f32(soft), rows, k, *f32(tau), f32(dlogits), f32(dtau)))
	case "gumbel_softmax_f64":
		h.check(C.gs_gumbel_softmax_f64(seed, stream, offset, f64(logits), rows, k, *f64(tau), f64(soft), index))
		h.check(C.gs_gumbel_softmax_backward_f64(f64(grad), f64(soft), rows, k, *f64(tau), f64(dlogits), f64(dtau)))
	case "gumbel_softmax_taus_f32":
		h.check(C.gs_gumbel_softmax_taus_f32(seed, stream, offset, f32(logits), rows, k, f32(tau), f32(soft), index))
		h.check(C.gs_gumbel_softmax_backward_taus_f32(f32(grad), f32(soft), rows, k, f32(tau), f32(dlogits), f32(dtau)))
	case "gumbel_softmax_taus_f64":
		h.check(C.gs_gumbel_softmax_taus_f64(seed, stream, offset, f64(logits), rows, k, f64(tau), f64(soft), index))
		h.check(C.gs_gumbel_softmax_backward_taus_f64(f64(grad), f64(soft), rows, k, f64(tau), f64(dlogits), f64(dtau)))
	}
	show(h, soft)
	show(h, indices)
	show(h, dlogits)
	show(h, dtau)
}

func binaryConcrete[T real](h *host, name string) {
	seed, stream, offset := h.hex(), h.hex(), h.hex()
	n := h.size()
	taus := C.int64_t(1)
	if strings.Contains(name, "_taus") {
		taus = n
	}
	tau, logits, grad := numbers[T](h, taus), numbers[T](h, n), numbers[T](h, n)
	soft, dlogits, dtau := make([]T, n), make([]T, n), make([]T, taus)
	switch name {
	case "binary_concrete_f32":
		h.check(C.gs_binary_concrete_f32(seed, stream, offset, f32(logits), n, *f32(tau), f32(soft)))
		h.check(C.gs_binary_concrete_backward_f32(f32(grad), f32(soft), n, *f32(tau), f32(dlogits), f32(dtau)))
	case "binary_concrete_f64":
		h.check(C.gs_binary_concrete_f64(seed, stream, offset, f64(logits), n, *f64(tau), f64(soft)))
		h.check(C.gs_binary_concrete_backward_f64(f64(grad), f64(soft), n, *f64(tau), f64(dlogits), f64(dtau)))
	case "binary_concrete_taus_f32":
		h.check(C.gs_binary_concrete_taus_f32(seed, stream, offset, f32(logits), n, f32(tau), f32(soft)))
		h.check(C.gs_binary_concrete_backward_taus_f32(f32(grad), f32(soft), n, f32(tau), f32(dlogits), f32(dtau)))
	case "binary_concrete_taus_f64":
		h.check(C.gs_binary_concrete_taus_f64(seed, stream, offset, f64(logits), n, f64(tau), f64(soft)))
		h.check(C.gs_binary_concrete_backward_taus_f64(f64(grad), f64(soft), n, f64(tau), f64(dlogits), f64(dtau)))
	}
	show(h, soft)
	show(h, dlogits)
	show(h, dtau)
}

func (h *host) call(name string) {
	switch name {
	case "bits":
		bits(h)
	case "uniform_f32", "exponential_f32", "gumbel_f32", "logistic_f32", "normal_f32":
		noise[float32](h, name)
	case "uniform_f64", "exponential_f64", "gumbel_f64", "logistic_f64", "normal_f64":
		noise[float64](h, name)
	case "bernoulli_f32":
		bernoulli[float32](h, name)
	case "bernoulli_f64":
		bernoulli[float64](h, name)
	case "gumbel_max_f32", "alias_f32", "cdf_f32":
		categorical[float32](h, name)
	case "gumbel_max_f64", "alias_f64", "cdf_f64":
		categorical[float64](h, name)
	case "gumbel_softmax_f32", "gumbel_softmax_taus_f32":
		gumbelSoftmax[float32](h, name)
	case "gumbel_softmax_f64", "gumbel_softmax_taus_f64":
		gumbelSoftmax[float64](h, name)
	case "binary_concrete_f32", "binary_concrete_taus_f32":
		binaryConcrete[float32](h, name)
	case "binary_concrete_f64", "binary_concrete_taus_f64":
		binaryConcrete[float64](h, name)
	default:
		h.err = fmt.Errorf("%s is not a call", name)
	}
}

func run() error {
	h := &host{in: bufio.NewScanner(os.Stdin), out: bufio.NewWriter(os.Stdout)}
	h.in.Split(bufio.ScanWords)
	for h.err == nil && h.in.Scan() {
		h.call(h.in.Text())
	}
	if err := h.out.Flush(); h.err == nil {
		h.err = err
	}
	if h.err == nil {
		h.err = h.in.Err()
	}
	return h.err
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
