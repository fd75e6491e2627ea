// Draw a million categories in Go:
//
//	mkdir -p gsampler && cp ../bindings/gsampler.go gsampler
//	go build draw.go && ./draw

package main

import (
	"fmt"
	"os"
	"time"

	"draw/gsampler" // draw is the module in go.mod
)

func run() error {
	logits := []float64{-1.5, 0.0, 0.5, 1.0, 2.0}
	const seed, stream, offset, rows = 42, 0, 0, 1
	k := int64(len(logits))
	probability, index := make([]float64, k), make([]int64, 1000000)

	if err := gsampler.SoftmaxF64(logits, rows, k, 1.0, probability, nil); err != nil {
		return err
	}
	start := time.Now()
	err := gsampler.GumbelMaxF64(seed, stream, offset, logits, rows, k, int64(len(index)), index, nil)
	if err != nil {
		return err
	}
	seconds := time.Since(start).Seconds()

	count := make([]int, k)
	for _, j := range index {
		count[j]++
	}
	draws := float64(len(index))
	fmt.Println("category  probability  frequency")
	for j := range count {
		fmt.Printf("%8d  %11.6f  %9.6f\n", j, probability[j], float64(count[j])/draws)
	}
	fmt.Printf("%.1f million draws a second (%s)\n", 1e-6*draws/seconds, gsampler.Isa())
	return nil
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
