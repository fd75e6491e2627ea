// Draw a million categories in Go:
//
//	go build draw.go && ./draw

package main

// #cgo pkg-config: gsampler
// #include <gsampler.h>
import "C"

import (
	"fmt"
	"os"
	"time"
	"unsafe"
)

func check(status C.int32_t) error {
	if status == C.GS_OK {
		return nil
	}
	return fmt.Errorf("gsampler: %s", C.GoString(C.gs_strerror(status)))
}

// pointer gives C a slice, which may be empty and then has no first element.
func pointer[To, From any](x []From) *To {
	if len(x) == 0 {
		return nil
	}
	return (*To)(unsafe.Pointer(&x[0]))
}

func softmax(logits []float64, tau float64) ([]float64, error) {
	soft := make([]float64, len(logits))
	err := check(C.gs_softmax_f64(pointer[C.double](logits), 1, C.int64_t(len(logits)), C.double(tau),
		pointer[C.double](soft), nil))
	return soft, err
}

// draw fills index with draws from the one distribution that logits is.
func draw(seed, stream, offset uint64, logits []float64, index []int64) error {
	return check(C.gs_gumbel_max_f64(C.uint64_t(seed), C.uint64_t(stream), C.uint64_t(offset),
		pointer[C.double](logits), 1, C.int64_t(len(logits)), C.int64_t(len(index)), pointer[C.int64_t](index), nil))
}

func run() error {
	logits := []float64{-1.5, 0.0, 0.5, 1.0, 2.0}
	const seed, stream, offset = 42, 0, 0
	index := make([]int64, 1000000)

	probability, err := softmax(logits, 1.0)
	if err != nil {
		return err
	}
	start := time.Now()
	if err := draw(seed, stream, offset, logits, index); err != nil {
		return err
	}
	seconds := time.Since(start).Seconds()

	count := make([]int, len(logits))
	for _, j := range index {
		count[j]++
	}
	draws := float64(len(index))
	fmt.Println("category  probability  frequency")
	for j := range count {
		fmt.Printf("%8d  %11.6f  %9.6f\n", j, probability[j], float64(count[j])/draws)
	}
	fmt.Printf("%.1f million draws a second (%s)\n", 1e-6*draws/seconds, C.GoString(C.gs_isa()))
	return nil
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
