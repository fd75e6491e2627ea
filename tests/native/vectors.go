// Makes the calls that standard input describes and prints their outputs, in the words that vectors.c explains.

package main

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
)

// argument is a number's bits, or an array: a slice of its type.
type argument struct {
	bits  uint64
	slice any
}

func (a argument) uint64() uint64   { return a.bits }
func (a argument) int64() int64     { return int64(a.bits) }
func (a argument) uint32() uint32   { return uint32(a.bits) }
func (a argument) int32() int32     { return int32(a.bits) }
func (a argument) uint8() uint8     { return uint8(a.bits) }
func (a argument) float32() float32 { return math.Float32frombits(uint32(a.bits)) }
func (a argument) float64() float64 { return math.Float64frombits(a.bits) }

// array is nil where the argument is null.
func array[T any](a argument) []T {
	if a.slice == nil {
		return nil
	}
	return a.slice.([]T)
}

func unknown(name string) error { return fmt.Errorf("no such function: %s", name) }

func filled[T any](n uint64, x T) []T {
	out := make([]T, n)
	for i := range out {
		out[i] = x
	}
	return out
}

func newArray(kind string, n uint64) (any, error) {
	const a5 = 0xA5A5A5A5A5A5A5A5
	switch kind {
	case "u8":
		return filled(n, uint8(a5&0xFF)), nil
	case "u32":
		return filled(n, uint32(a5&0xFFFFFFFF)), nil
	case "i32":
		return filled(n, int32(-0x5A5A5A5B)), nil
	case "u64":
		return filled(n, uint64(a5)), nil
	case "i64":
		return filled(n, int64(-0x5A5A5A5A5A5A5A5B)), nil
	case "f32":
		return filled(n, math.Float32frombits(a5&0xFFFFFFFF)), nil
	case "f64":
		return filled(n, math.Float64frombits(a5)), nil
	}
	return nil, fmt.Errorf("not a type: %s", kind)
}

func setBits(x any, i int, bits uint64) {
	switch x := x.(type) {
	case []uint8:
		x[i] = uint8(bits)
	case []uint32:
		x[i] = uint32(bits)
	case []int32:
		x[i] = int32(bits)
	case []uint64:
		x[i] = bits
	case []int64:
		x[i] = int64(bits)
	case []float32:
		x[i] = math.Float32frombits(uint32(bits))
	case []float64:
		x[i] = math.Float64frombits(bits)
	}
}

func show[T any](out io.Writer, format string, x []T, bits func(T) uint64) {
	for _, element := range x {
		fmt.Fprintf(out, format, bits(element))
	}
}

func printArray(out io.Writer, x any) {
	switch x := x.(type) {
	case []uint8:
		show(out, "%02x\n", x, func(x uint8) uint64 { return uint64(x) })
	case []uint32:
		show(out, "%08x\n", x, func(x uint32) uint64 { return uint64(x) })
	case []int32:
		show(out, "%08x\n", x, func(x int32) uint64 { return uint64(uint32(x)) })
	case []uint64:
		show(out, "%016x\n", x, func(x uint64) uint64 { return x })
	case []int64:
		show(out, "%016x\n", x, func(x int64) uint64 { return uint64(x) })
	case []float32:
		show(out, "%08x\n", x, func(x float32) uint64 { return uint64(math.Float32bits(x)) })
	case []float64:
		show(out, "%016x\n", x, math.Float64bits)
	}
}

// host reads the input. Its first error stays and silences the rest.
type host struct {
	in    *bufio.Scanner
	slots [16]any
	err   error
}

func (h *host) word() string {
	if h.err == nil && !h.in.Scan() {
		h.err = io.ErrUnexpectedEOF
	}
	return h.in.Text()
}

func (h *host) number(digits string, base int) uint64 {
	x, err := strconv.ParseUint(digits, base, 64)
	if h.err == nil {
		h.err = err
	}
	return x
}

func (h *host) size() uint64 { return h.number(h.word(), 10) }

func (h *host) array() (any, uint64) {
	slot, kind, n := h.size(), h.word(), h.size()
	if h.err == nil {
		h.slots[slot], h.err = newArray(kind, n)
	}
	return h.slots[slot], n
}

func (h *host) argument() argument {
	kind, value, _ := strings.Cut(h.word(), ":")
	switch kind {
	case "null":
		return argument{}
	case "array":
		return argument{slice: h.slots[h.number(value, 10)]}
	}
	return argument{bits: h.number(value, 16)}
}

func (h *host) call() {
	name := h.word()
	arguments := make([]argument, h.size())
	for i := range arguments {
		arguments[i] = h.argument()
	}
	if h.err == nil {
		h.err = dispatch(name, arguments)
	}
}

func run(out io.Writer) error {
	h := &host{in: bufio.NewScanner(os.Stdin)}
	h.in.Split(bufio.ScanWords)
	for h.err == nil && h.in.Scan() {
		switch word := h.in.Text(); word {
		case "input":
			x, n := h.array()
			for i := 0; i < int(n) && h.err == nil; i++ {
				setBits(x, i, h.number(h.word(), 16))
			}
		case "output":
			h.array()
		case "call":
			h.call()
		case "print":
			printArray(out, h.slots[h.size()])
		default:
			h.err = fmt.Errorf("not a command: %s", word)
		}
	}
	if h.err == nil {
		h.err = h.in.Err()
	}
	return h.err
}

func main() {
	out := bufio.NewWriter(os.Stdout)
	err := run(out)
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
