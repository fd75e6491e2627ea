"""The generator: a position in the stream, and everything that is drawn from there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from gsampler import categorical as categories
from gsampler import counts, noise
from gsampler.categorical import AliasTable
from gsampler.choices import Choice, Permutation
from gsampler.chunks import BY_ROWS, BY_SIZE, split
from gsampler.compiler.c_types import NULL
from gsampler.conditional import ConditionalSample, CounterfactualCall
from gsampler.core import validation
from gsampler.core.logits import LogitElements
from gsampler.core.output import Output, new_array
from gsampler.core.position import END, WORDS, Position
from gsampler.core.probabilities import binary_logits, row_logits
from gsampler.core.validation import Size
from gsampler.integers import Integers
from gsampler.kernels.constants import STREAM_VERSION, WORDS_PER_BLOCK
from gsampler.noise import NormalVJP
from gsampler.relaxed import BinaryVJP, ElementSample, RowSample, SoftmaxVJP
from gsampler.relaxed_subsets import GumbelSinkhorn, GumbelSinkhornVJP, RelaxedTopK, RelaxedTopKVJP
from gsampler.runtime.fork import moving
from gsampler.without_replacement import OrderCall, TopKCall

ROOT_BITS = 24  # streams below 2**24 are for users to choose; the other 40 bits are the path of a child in spawn's tree
PATH_BITS = 64 - ROOT_BITS


class Generator:
    """Random numbers from a position in a counter-based stream.

    Everything drawn is a pure function of ``(seed, stream, offset)`` and the arguments: not of the number
    of threads, how the work is split, the processor, or the language that asks.

    Parameters
    ----------
    seed : int, numpy.random.SeedSequence or None, optional
        An integer from 0 to 2**64 - 1, used as it is. A SeedSequence gives its first 64-bit word. None
        takes fresh entropy from the operating system; ``rng.seed`` tells which.
    stream : int, optional
        Which of the 2**64 independent streams of the seed. Choose below 2**24, such as the rank of a
        process; those above belong to `spawn`.
    offset : int, optional
        Position in the stream, in words of 32 bits. A float32 element takes one word, a float64 element two,
        from an even position on.

    Raises
    ------
    TypeError, ValueError
        If an argument is not an integer in its range.

    Notes
    -----
    The stream is Philox4x32-10 [1]_. A call begins at ``offset`` and then moves it past the words used, up
    to a multiple of 8. A call that raises leaves it where it was. Threads may share a generator: no words
    are given out twice, and which call gets which is a matter of chance; give each its own (`spawn`) for
    results that can be repeated.

    Compatibility: a result for ``(seed, stream, offset)`` changes with the stream's version only,
    `gsampler.STREAM_VERSION`.

    References
    ----------
    .. [1] J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2,
       3", SC'11.

    Examples
    --------
    >>> import gsampler as gs
    >>> rng = gs.Generator(seed=42)
    >>> rng.gumbel(size=3)
    array([0.45852595, 0.05210739, 0.87509679])
    >>> rng.offset
    8
    >>> rng.categorical([[0.0, 1.0, 2.0], [5.0, 0.0, 0.0]])
    array([2, 0])
    """

    __slots__ = ("_children", "_offset", "_seed", "_stream")

    def __init__(self, seed: Any = None, stream: int = 0, offset: int = 0) -> None:
        if seed is None:
            seed = int.from_bytes(os.urandom(8), "little")
        elif not isinstance(seed, int) and isinstance(seed, np.random.SeedSequence):  # which imports numpy.random
            seed = int(seed.generate_state(1, np.uint64)[0])
        self._seed = validation.integer(seed, "seed", 2**64 - 1)
        self._stream = validation.integer(stream, "stream", 2**64 - 1)
        self._offset = validation.integer(offset, "offset", END)
        self._children = 0

    # --- the position --------------------------------------------------------------------------------------

    @property
    def seed(self) -> int:
        """The seed, from 0 to 2**64 - 1."""
        return self._seed

    @property
    def stream(self) -> int:
        """Number of the stream, from 0 to 2**64 - 1."""
        return self._stream

    @property
    def offset(self) -> int:
        """Position of the next word in the stream, from 0 to 2**64, which is its end."""
        return self._offset

    @property
    def state(self) -> dict[str, int]:
        """Everything there is to know of the generator, as a dictionary of integers; may be assigned to."""
        return {
            "version": STREAM_VERSION,
            "seed": self._seed,
            "stream": self._stream,
            "offset": self._offset,
            "children": self._children,
        }

    @state.setter
    def state(self, state: dict[str, int]) -> None:
        self._seed, self._stream, self._offset, self._children = validation.generator_state(state)

    def __getstate__(self) -> dict[str, int]:
        return self.state

    def __setstate__(self, state: dict[str, int]) -> None:
        self.state = state

    def __eq__(self, other: object) -> bool:
        return self.state == other.state if isinstance(other, Generator) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Generator(seed={self._seed}, stream={self._stream}, offset={self._offset})"

    def advance(self, words: int) -> None:
        """Move forward in the stream.

        Parameters
        ----------
        words : int
            How many 32-bit words to pass over.

        Raises
        ------
        TypeError, ValueError
            If `words` is not an integer, is negative, or leads past the end of the stream.

        Examples
        --------
        >>> import gsampler as gs
        >>> rng = gs.Generator(42)
        >>> rng.advance(2 * 5)  # past five float64 elements
        >>> rng.offset
        10
        >>> bool(rng.gumbel() == gs.Generator(42).gumbel(size=6)[5])
        True
        """
        count = validation.integer(words, "words", END)
        with moving:
            before = self._offset
            if before + count > END:
                raise validation.words_past_the_end(count, END - before)
            self._offset = before + count

    def spawn(self, n: int) -> list[Generator]:
        """Generators with the same seed and streams of their own.

        Parameters
        ----------
        n : int
            How many.

        Returns
        -------
        list of Generator
            Each at offset 0. Later calls give further ones.

        Raises
        ------
        TypeError, ValueError
            If `n` is not an integer or is negative, or if the tree has no room for so many here (see
            Notes).

        Notes
        -----
        The low 24 bits of a stream's number are its root, chosen by the user; the high 40 bits are its path
        in the tree below the root, 0 at the root itself. Child number i >= 1 of a node appends the Elias
        delta code of i to the path: 1 bit for the first child, 4 for the next two, about log2(i) + 2
        log2(log2(i)) for child i. The codes are free of prefixes, so different nodes have different
        streams, always. What it costs is depth: 39 generations of first children fit, or 2**31 - 1
        children, or 2**16 - 1 children with 511 children each. Where a code has no room left, `spawn`
        raises. Generators made by hand with ``stream >= 2**24`` are nodes of the tree too, and may meet one
        that `spawn` made.

        Examples
        --------
        >>> import gsampler as gs
        >>> rng = gs.Generator(42)
        >>> workers = rng.spawn(2)
        >>> [worker.stream for worker in workers]
        [33554432, 318767104]
        >>> rng.spawn(1)  # a further one, for later work
        [Generator(seed=42, stream=335544320, offset=0)]
        >>> [worker.gumbel(size=2).round(3).tolist() for worker in workers]
        [[0.244, 3.076], [0.173, 0.084]]
        """
        count = validation.integer(n, "n", 2**PATH_BITS)
        root, path = self._stream % 2**ROOT_BITS, self._stream >> ROOT_BITS
        while True:
            before = self._children
            if count and _child_path(path, before + count) >= 2**PATH_BITS:
                raise validation.no_room_for_children(self, before, count)
            with moving:
                if self._children == before:  # no other thread, and no signal handler, has come between
                    self._children = before + count
                    break
        streams = [_child_path(path, before + 1 + i) << ROOT_BITS | root for i in range(count)]
        return [Generator(self._seed, stream) for stream in streams]

    def _draw(self, words: int, width: int, work: Callable[..., None], *arguments: Any) -> None:
        """Do a call's work at its position, ``words`` words of elements of ``width``; if it fails, go back there.

        The work is ``work(position, *arguments)``.
        """
        moved = False
        try:
            while not moved:
                before = self._offset
                start = before + before % width
                after = (start + words + WORDS_PER_BLOCK - 1) & -WORDS_PER_BLOCK if words else before
                if after > END:
                    raise validation.stream_too_short(words, before)
                with moving:
                    if self._offset == before:  # no other thread, and no signal handler, has come between
                        self._offset = after
                        moved = True
            work((self._seed, self._stream, start), *arguments)
        except BaseException:
            with moving:
                if moved and self._offset == after:  # unless another thread has gone on from there
                    self._offset = before
            raise

    def chunks(self, sampler: Callable[..., Any] | str, *args: Any, chunk: int, **kwargs: Any) -> Iterator[Any]:
        """One call of a sampler in parts: an iterator over what together is its result, to the bit.

        Parameters
        ----------
        sampler : method of this generator, or its name
            One of bits, random, uniform, integers, exponential, gumbel, logistic, normal, poisson, binomial, geometric,
            multinomial, categorical, bernoulli, gumbel_softmax, binary_concrete.
        *args, **kwargs
            Its arguments. With `size`, this is what is cut, along its first axis; without, the rows of the logits,
            along theirs, and temperatures with them.
        chunk : int
            How many draws or rows at a time: any number.

        Yields
        ------
        ndarray
            ``chunk`` entries of the result along the first axis, or as many as remain. With ``counts=True`` and `size`,
            the counts of so many draws: their sum is the result.

        Raises
        ------
        TypeError, ValueError
            At once for a bad `sampler`, `chunk` or `size`; otherwise as the sampler, when a part is drawn.

        Notes
        -----
        After each part the generator stands right behind it, not at a multiple of 8 as after a call. So a job goes on
        from ``rng.state`` by asking for the chunks that remain. After the last one it stands where the one call leaves
        it.

        Examples
        --------
        >>> import numpy as np
        >>> import gsampler as gs
        >>> rng, other = gs.Generator(42), gs.Generator(42)
        >>> parts = [part for part in rng.chunks(rng.gumbel, size=10, chunk=3)]
        >>> [len(part) for part in parts]
        [3, 3, 3, 1]
        >>> bool(np.all(np.concatenate(parts) == other.gumbel(size=10)))
        True
        >>> rng == other
        True
        """
        name = validation.sampler_name(sampler, self, (*BY_SIZE, *BY_ROWS))
        rows = validation.at_least_1(chunk, "chunk")
        return self._chunks(name, split(name, getattr(self, name), args, kwargs, rows))

    def _chunks(self, name: str, calls: Iterator[dict[str, Any]]) -> Iterator[Any]:
        moved = False
        for arguments in calls:
            before = self._offset
            part = _Part(self._seed, self._stream, before)
            value = getattr(part, name)(**arguments)
            moved = moved or part.end != before
            with moving:
                self._offset = part.end
            yield value
        if moved:
            with moving:
                self._offset = (self._offset + WORDS_PER_BLOCK - 1) & -WORDS_PER_BLOCK

    # --- noise ----------------------------------------------------------------------------------------------

    def bits(self, size: Size = None, out: npt.NDArray[np.uint32] | None = None) -> Any:
        """Words of the stream, those that float32 elements are made from.

        Parameters
        ----------
        size : int or tuple of int, optional
            Shape of the result. By default that of `out`, or one word.
        out : ndarray of uint32, optional
            Where to write the result; any strides.

        Returns
        -------
        ndarray of uint32, or numpy.uint32 where neither `size` nor `out` is given
            Uniform on 0 .. 2**32 - 1. The result is `out` if that is given.

        Raises
        ------
        TypeError, ValueError
            For a bad `size` or `out`, or too few words left in the stream.

        Examples
        --------
        >>> import gsampler as gs
        >>> gs.Generator(42).bits(size=3)
        array([1228620218, 2012561777, 4032008221], dtype=uint32)
        """
        output = Output(None if size is None else validation.shape(size), out, np.uint32)
        self._draw(output.buffer.size, 1, noise.write_bits, output)
        return output.value(size is None and out is None)

    def random(
        self,
        size: Size = None,
        dtype: Any = np.float64,
        out: npt.NDArray[Any] | None = None,
        *,
        at: npt.ArrayLike | None = None,
    ) -> Any:
        """Uniform on the open interval (0, 1), dense at both ends.

        Parameters
        ----------
        size : int or tuple of int, optional
            Shape of the result. By default that of `out`, or one number.
        dtype : numpy.float32 or numpy.float64, optional
        out : ndarray, optional
            Where to write the result: of type `dtype`; any strides.
        at : array_like of int, optional
            Elements to take, counted from where the generator is, instead of the next ones: ``rng.random(at=at)`` is
            ``rng.random(size=n)[at]`` for any n above them, to the bit, and only these are made. The generator stays
            where it is.

        Returns
        -------
        ndarray, or a scalar where neither `size` nor `out` is given
            Never 0 and never 1: the smallest are about 2**-65 (float32) and 2**-129 (float64), the largest
            1 - 2**-24 and 1 - 2**-53.

        Raises
        ------
        TypeError, ValueError
            For a bad `size`, `dtype` or `out`, or too few words left in the stream.

        Notes
        -----
        u = (w + 1/2) / 2**32 of the element's word w of 32 bits, or (w + 1/2) / 2**64 of one of 64; where the
        upper 32 bits are within 2**16 of either end, as many bits again are appended to w.

        Examples
        --------
        >>> import gsampler as gs
        >>> gs.Generator(42).random(3)
        array([0.46858652, 0.61295988, 0.34086155])
        >>> gs.Generator(42).random(at=[2, 0, 0])
        array([0.34086155, 0.46858652, 0.46858652])
        """
        return self._noise("fill_uniform", size, dtype, out, 0.0, 1.0, at=at)

    def uniform(
        self,
        low: npt.ArrayLike = 0.0,
        high: npt.ArrayLike = 1.0,
        size: Size = None,
        dtype: Any = np.float64,
        out: npt.NDArray[Any] | None = None,
        *,
        at: npt.ArrayLike | None = None,
    ) -> Any:
        """Uniform between `low` and `high`: ``low + (high - low) * u``, with u as `random` gives it.

        Parameters
        ----------
        low, high : float or array_like of float, optional
            Ends of the interval; they broadcast against `size`. `low` is at most `high`, and their difference finite.
        size : int or tuple of int, optional
            Shape of the result. By default that of `out`, or of `low` and `high`.
        dtype : numpy.float32 or numpy.float64, optional
        out : ndarray, optional
            Where to write the result: of type `dtype`; any strides.
        at : array_like of int, optional
            Elements to take, as of `random`, instead of the next ones; parameters broadcast to them.

        Returns
        -------
        ndarray, or a scalar where `low` and `high` are and neither `size` nor `out` is given
            From `low` to `high`, which are rounded to `dtype` first. With the default ends, 0 and 1 are never
            returned. With others, either end may be, where the sum rounds to it.

        Raises
        ------
        TypeError, ValueError
            For a bad `low`, `high`, `size`, `dtype` or `out`, or too few words left in the stream.

        See Also
        --------
        random : the interval (0, 1).

        Examples
        --------
        >>> import gsampler as gs
        >>> gs.Generator(42).uniform(-1, 1, size=3)
        array([-0.06282696,  0.22591976, -0.3182769 ])
        """
        kind = validation.float_dtype(dtype)
        loc, scale = validation.uniform_bounds(low, high, kind)
        return self._noise("fill_uniform", size, kind, out, loc, scale, ("low", "high"), at)

    def integers(
        self,
        low: npt.ArrayLike,
        high: npt.ArrayLike | None = None,
        size: Size = None,
        dtype: Any = np.int64,
        endpoint: bool = False,
    ) -> Any:
        """Integers from `low` to below `high`, each as likely as the others.

        Parameters
        ----------
        low : int or array_like of int
            The least. Without `high`, it is the upper end, and the least is 0.
        high : int or array_like of int, optional
            The upper end, which is not drawn itself unless `endpoint` is true. Both ends broadcast against `size`.
        size : int or tuple of int, optional
            Shape of the result. By default that of `low` and `high`.
        dtype : dtype of integers (or bool), optional
            Every integer that may be drawn must fit it.
        endpoint : bool, optional
            Whether the upper end may be drawn.

        Returns
        -------
        ndarray of `dtype`, or a scalar where `low` and `high` are and `size` is not given
            The same integers in every dtype.

        Raises
        ------
        TypeError, ValueError
            For ends that are no integers, do not fit `dtype`, or have nothing between them; for a bad `size`,
            `dtype` or `endpoint`, or too few words left in the stream.

        Notes
        -----
        Element i takes that of the stream, of two words, a number w of 64 bits. The result is ``low`` plus the integer
        part of ``(w * 2**64 + v) * n / 2**128``, where n is how many integers there are, and v are 64 bits of domain 3
        at the same position: each has probability 1 / n to within 2**-128, and none is rejected [1]_.

        References
        ----------
        .. [1] D. Lemire, "Fast random integer generation in an interval", ACM TOMACS 29(1), 2019.

        Examples
        --------
        >>> import gsampler as gs
        >>> gs.Generator(42).integers(1, 6, size=5, endpoint=True)
        array([3, 4, 3, 1, 2])
        """
        call = Integers(low, high, size, dtype, endpoint)
        self._draw(call.words, 2, call.write)
        return call.value()

    def choice(
        self,
        a: npt.ArrayLike,
        size: Size = None,
        replace: bool = True,
        p: npt.ArrayLike | None = None,
        axis: int = 0,
        shuffle: bool = True,
    ) -> Any:
        """Entries of an array, or integers below a number, chosen with or without replacement.

        Parameters
        ----------
        a : int or array_like
            What to choose from: the entries of an array along `axis`, or the integers from 0 to below a number.
        size : int or tuple of int, optional
            Shape of the choices. By default one entry.
        replace : bool, optional
            Whether an entry may be chosen again.
        p : array_like of float, optional
            Probability of each entry; they add up to 1. By default all are equal.
        axis : int, optional
            Axis of `a` along which its entries lie.
        shuffle : bool, optional
            Without replacement: whether the choices are in random order, which is the one in which they were
            drawn, or in the order in which they occur in `a`.

        Returns
        -------
        ndarray or scalar
            In the type of `a`, int64 for a number; in the shape of `a` with `size` in place of `axis`.

        Raises
        ------
        TypeError, ValueError
            For an `a` that is empty or neither; for `p` that is negative, not finite, not of the entries, or does not
            add up to 1; for a `size` above the number of entries (with `p` above 0) without replacement; for a bad
            `size`, `replace`, `axis` or `shuffle`, or too few words left in the stream.

        See Also
        --------
        categorical : categories from logits, many distributions at a time.

        Notes
        -----
        The indices are, at the same position of the stream: with replacement, ``integers(n)``, and with `p`
        ``categorical(np.log(p), method="alias")``; without, the first entries of ``permutation(n)``, and with `p`
        those with the largest ``np.log(p) + gumbel(size=n)``, the largest first, which is to draw one after the other
        from what is left [1]_.

        References
        ----------
        .. [1] W. Kool, H. van Hoof, M. Welling, "Stochastic beams and where to find them", ICML 2019.

        Examples
        --------
        >>> import gsampler as gs
        >>> rng = gs.Generator(42)
        >>> rng.choice(["red", "green", "blue"], size=4, p=[0.5, 0.3, 0.2])
        array(['green', 'green', 'green', 'red'], dtype='<U5')
        >>> rng.choice(10, size=3, replace=False)
        array([0, 2, 3])
        """
        call = Choice(a, size, replace, p, axis, shuffle)
        self._draw(call.words, 2, call.write)
        return call.value()

    def permutation(
        self,
        x: npt.ArrayLike | None = None,
        axis: int | None = None,
        *,
        logits: npt.ArrayLike | None = None,
        size: Size = None,
    ) -> Any:
        """The entries of an array, or the integers below a number, in random order; or categories in the order drawn.

        Parameters
        ----------
        x : int or array_like
            An array, which is left as it is; or a number.
        axis : int, optional
            Axis along which the entries lie, by default the first of `x`; or the categories, by default the last of
            `logits`.
        logits : array_like, optional
            Instead of `x`, unnormalised log-probabilities, shape ``(..., n)`` with the categories along `axis`: all
            categories in the order in which they are drawn without replacement, the Plackett-Luce model. Above -inf:
            what is never drawn has no place in an order.
        size : int or tuple of int, optional
            With `logits`: shape of repeated orders, put before that of one.

        Returns
        -------
        ndarray
            In the shape and type of `x`; int64 for a number. Each order has the same probability, to within
            n**2 / 2**65. Of `logits`, the indices of the categories, int64, the first drawn first: in the shape of
            `size` and then of `logits`.

        Raises
        ------
        TypeError, ValueError
            For an `x` that is neither, `logits` that are not finite, both of them or neither, a `size` beside `x`, a
            bad `axis` or `size`, or too few words left in the stream.

        See Also
        --------
        shuffle : the same of `x`, in place.
        gumbel_top_k : the first k of the order of `logits`, which may have -inf beyond them.
        gsampler.top_k_log_prob : the probability of the order of `logits`.

        Notes
        -----
        Entry i of `x` has the 64-bit word of element i of the stream, and they are ordered by their words. The order of
        `logits` is that of ``logits + gumbel noise``, the largest first, as of `gumbel_top_k` with k = n.

        Examples
        --------
        >>> import gsampler as gs
        >>> gs.Generator(42).permutation(5)
        array([3, 4, 2, 0, 1])
        >>> gs.Generator(42).permutation(logits=[0.0, 1.0, 2.0, 3.0])
        array([3, 2, 1, 0])
        """
        if logits is None:
            if x is None:
                raise validation.nothing_given("x", "logits")
            validation.size_of_orders(size)
            call = Permutation(x, 0 if axis is None else axis, in_place=False)
            self._draw(call.words, 2, call.write)
            return call.value()
        if x is not None:
            raise validation.too_much_given({"x": x, "logits": logits})
        ordered = OrderCall(logits, -1 if axis is None else axis, size)
        self._draw(ordered.words, ordered.width, ordered.write)
        return ordered.result()[0]

    def shuffle(self, x: Any, axis: int = 0) -> None:
        """Bring the entries of an array or a list in random order, in place.

        Parameters
        ----------
        x : ndarray or mutable sequence
            What to shuffle. The order is that of `permutation` at the same position of the stream.
        axis : int, optional
            Axis along which the entries lie; 0 for a list.

        Raises
        ------
        TypeError, ValueError
            For an `x` that is neither or read-only, a bad `axis`, or too few words left in the stream. `x` is then
            unchanged.

        Examples
        --------
        >>> import gsampler as gs
        >>> letters = ["a", "b", "c", "d", "e"]
        >>> gs.Generator(42).shuffle(letters)
        >>> letters
        ['d', 'e', 'c', 'a', 'b']
        """
        call = Permutation(x, axis, in_place=True)
        self._draw(call.words, 2, call.write)

    def exponential(
        self,
        scale: npt.ArrayLike = 1.0,
        size: Size = None,
        dtype: Any = np.float64,
        out: npt.NDArray[Any] | None = None,
        *,
        at: npt.ArrayLike | None = None,
    ) -> Any:
        """Exponential: ``-scale * log(1 - u)``, never 0.

        Parameters
        ----------
        scale : float or array_like of float, optional
            Mean, not negative; broadcasts against `size`.
        size : int or tuple of int, optional
            Shape of the result. By default that of `out`, or of `scale`.
        dtype : numpy.float32 or numpy.float64, optional
        out : ndarray, optional
            Where to write the result: of type `dtype`; any strides.
        at : array_like of int, optional
            Elements to take, as of `random`, instead of the next ones; parameters broadcast to them.

        Returns
        -------
        ndarray, or a scalar where `scale` is one and neither `size` nor `out` is given
            At `scale` 1, from 2**-65 to 45.1 (float32), from 2**-129 to 89.4 (float64).

        Raises
        ------
        TypeError, ValueError
            For a bad `scale`, `size`, `dtype` or `out`, or too few words left in the stream.

        Examples
        --------
        >>> import gsampler as gs
        >>> gs.Generator(42).exponential(size=3)
        array([0.63221488, 0.94922692, 0.41682167])
        >>> gs.Generator(42).exponential(scale=[1.0, 10.0, 100.0]).round(4)
        array([ 0.6322,  9.4923, 41.6822])
        """
        return self._noise("fill_exponential", size, dtype, out, 0.0, scale, at=at)

    def gumbel(
        self,
        loc: npt.ArrayLike = 0.0,
        scale: npt.ArrayLike = 1.0,
        size: Size = None,
        dtype: Any = np.float64,
        out: npt.NDArray[Any] | None = None,
        *,
        at: npt.ArrayLike | None = None,
    ) -> Any:
        """Gumbel (of the maximum): ``loc - scale * log(-log(1 - u))``, with both its tails.

        Parameters
        ----------
        loc : float or array_like of float, optional
            Mode; broadcasts against `size`. The mean is ``loc + 0.5772 * scale``.
        scale : float or array_like of float, optional
            Not negative; broadcasts against `size`. The standard deviation is ``pi / sqrt(6) * scale``.
        size : int or tuple of int, optional
            Shape of the result. By default that of `out`, or of `loc` and `scale`.
        dtype : numpy.float32 or numpy.float64, optional
        out : ndarray, optional
            Where to write the result: of type `dtype`; any strides.
        at : array_like of int, optional
            Elements to take, as of `random`, instead of the next ones; parameters broadcast to them.

        Returns
        -------
        ndarray, or a scalar where `loc` and `scale` are and neither `size` nor `out` is given
            At `loc` 0 and `scale` 1, from -3.81 to 45.1 (float32), from -4.49 to 89.4 (float64).

        Raises
        ------
        TypeError, ValueError
            For a bad `loc`, `scale`, `size`, `dtype` or `out`, or too few words left in the stream.

        References
        ----------
        .. [1] E. J. Gumbel, "Statistics of Extremes", Columbia University Press, 1958.

        Examples
        --------
        >>> import numpy as np
        >>> import gsampler as gs
        >>> gs.Generator(42).gumbel(size=3)
        array([0.45852595, 0.05210739, 0.87509679])
        >>> gs.Generator(42).gumbel(loc=[0.0, 100.0], scale=2.0, dtype=np.float32)
        array([  2.1756003, 100.91705  ], dtype=float32)

        Gumbel-Max: the argmax of logits with noise is a category.

        >>> logits = np.array([0.0, 1.0, 2.0])
        >>> int(np.argmax(logits + gs.Generator(42).gumbel(size=3)))
        2
        """
        return self._noise("fill_gumbel", size, dtype, out, loc, scale, at=at)

    def logistic(
        self,
        loc: npt.ArrayLike = 0.0,
        scale: npt.ArrayLike = 1.0,
        size: Size = None,
        dtype: Any = np.float64,
        out: npt.NDArray[Any] | None = None,
        *,
        at: npt.ArrayLike | None = None,
    ) -> Any:
        """Logistic: ``loc + scale * log(u / (1 - u))``, the difference of two Gumbels from one element of the stream.

        Parameters
        ----------
        loc : float or array_like of float, optional
            Mean, median and mode; broadcasts against `size`.
        scale : float or array_like of float, optional
            Not negative; broadcasts against `size`. The standard deviation is ``pi / sqrt(3) * scale``.
        size : int or tuple of int, optional
            Shape of the result. By default that of `out`, or of `loc` and `scale`.
        dtype : numpy.float32 or numpy.float64, optional
        out : ndarray, optional
            Where to write the result: of type `dtype`; any strides.
        at : array_like of int, optional
            Elements to take, as of `random`, instead of the next ones; parameters broadcast to them.

        Returns
        -------
        ndarray, or a scalar where `loc` and `scale` are and neither `size` nor `out` is given
            At `loc` 0 and `scale` 1, within 45.1 of 0 (float32) or 89.4 (float64).

        Raises
        ------
        TypeError, ValueError
            For a bad `loc`, `scale`, `size`, `dtype` or `out`, or too few words left in the stream.

        Examples
        --------
        >>> import gsampler as gs
        >>> gs.Generator(42).logistic(size=3)
        array([-0.12581965,  0.45977113, -0.65945722])
        >>> gs.Generator(42).logistic(loc=0.2, size=3) > 0  # Bernoulli draws with log-odds 0.2
        array([ True,  True, False])
        """
        return self._noise("fill_logistic", size, dtype, out, loc, scale, at=at)

    def normal(
        self,
        loc: npt.ArrayLike = 0.0,
        scale: npt.ArrayLike = 1.0,
        size: Size = None,
        dtype: Any = np.float64,
        out: npt.NDArray[Any] | None = None,
        *,
        at: npt.ArrayLike | None = None,
    ) -> Any:
        """Normal (Gaussian): ``loc + scale * x``, x the quantile of u, with both its tails.

        Parameters
        ----------
        loc : float or array_like of float, optional
            Mean; broadcasts against `size`.
        scale : float or array_like of float, optional
            Standard deviation, not negative; broadcasts against `size`.
        size : int or tuple of int, optional
            Shape of the result. By default that of `out`, or of `loc` and `scale`.
        dtype : numpy.float32 or numpy.float64, optional
        out : ndarray, optional
            Where to write the result: of type `dtype`; any strides.
        at : array_like of int, optional
            Elements to take, as of `random`, instead of the next ones; parameters broadcast to them.

        Returns
        -------
        ndarray, or a scalar where `loc` and `scale` are and neither `size` nor `out` is given
            At `loc` 0 and `scale` 1, within 9.16 of 0 (float32) or 13.1 (float64). One element of the stream each.

        Raises
        ------
        TypeError, ValueError
            For a bad `loc`, `scale`, `size`, `dtype` or `out`, or too few words left in the stream.

        See Also
        --------
        normal_vjp : the sample, with its gradients.

        Examples
        --------
        >>> import gsampler as gs
        >>> gs.Generator(42).normal(size=3)
        array([-0.07882347,  0.2870419 , -0.41011294])
        >>> gs.Generator(42).normal(loc=[0.0, 100.0], scale=2.0).round(4)
        array([ -0.1576, 100.5741])
        """
        return self._noise("fill_normal", size, dtype, out, loc, scale, at=at)

    def normal_vjp(
        self,
        loc: npt.ArrayLike = 0.0,
        scale: npt.ArrayLike = 1.0,
        size: Size = None,
        dtype: Any = np.float64,
        out: npt.NDArray[Any] | None = None,
    ) -> tuple[Any, NormalVJP]:
        """A sample of `normal`, and the function that takes a gradient back to its mean and standard deviation.

        Parameters
        ----------
        loc, scale, size, dtype, out
            As of `normal`.

        Returns
        -------
        value : ndarray or scalar
            The sample, as of `normal`: ``loc + scale * noise``.
        vjp : NormalVJP
            ``vjp(grad)`` gives ``(dloc, dscale)`` from the gradient with respect to `value`, in the shapes of `loc` and
            `scale`: ``grad`` and ``grad * noise``, summed over the axes along which these were repeated.

        Raises
        ------
        TypeError, ValueError
            As `normal`.

        References
        ----------
        .. [1] D. P. Kingma, M. Welling, "Auto-encoding variational Bayes", ICLR 2014, section 2.4.

        Examples
        --------
        >>> import gsampler as gs
        >>> value, vjp = gs.Generator(42).normal_vjp([0.0, 1.0], 0.5)
        >>> dloc, dscale = vjp([1.0, 1.0])
        >>> bool(dscale == ((value - [0.0, 1.0]) / 0.5).sum())
        True
        """
        kind = validation.float_dtype(dtype)
        shift, stretch = validation.parameter(loc, "loc", kind), validation.parameter(scale, "scale", kind, scale=True)
        shapes = {n: np.shape(a) for n, a in (("loc", shift), ("scale", stretch)) if a is not None}
        whole = validation.broadcast_shape(size, out, {n: s for n, s in shapes.items() if s})
        output, standard = Output(whole, out, kind), np.empty(whole, kind)

        def work(position: Position) -> None:
            noise.fill(position, "fill_normal", kind, standard)
            factor, term = kind(1) if stretch is None else stretch, kind(0) if shift is None else shift
            noise.scale_and_shift(standard, factor, term, output.buffer)
            output.write_back()

        self._draw(standard.size * WORDS[kind], WORDS[kind], work)
        value = output.value(not whole and out is None)
        return value, NormalVJP(standard, shapes.get("loc", ()), shapes.get("scale", ()))

    def _noise(
        self,
        name: str,
        size: Size,
        dtype: Any,
        out: Any,
        loc: Any,
        scale: Any,
        names: tuple[str, str] = ("loc", "scale"),
        at: Any = None,
    ) -> Any:
        # small calls wait for all checks
        if out is None and at is None and type(size) is int and noise.is_plain(loc, scale, size, dtype):
            made = new_array((size,), dtype)
            self._draw(2 * size, 2, noise.fill, name, dtype, made)
            return made
        kind = validation.float_dtype(dtype)
        affine = noise.affine(loc, scale, kind)
        width = WORDS[kind]
        if out is None and at is None and (affine is None or affine.start):
            made = new_array(validation.shape(size), kind)
            self._draw(made.size * width, width, noise.fill, name, kind, made, affine.start if affine else NULL)
            return made[()] if size is None else made
        if at is not None:
            elements = self._elements(at, size, width)
            validation.broadcast_shape(elements.shape, out, _shapes(names, affine))
            output = Output(elements.shape, out, kind)
            noise.write_noise_at(self._position(), output, name, kind, affine, elements)
            return output.value(not elements.ndim and out is None)
        shapes = _shapes(names, affine)
        if shapes:
            size = validation.broadcast_shape(size, out, shapes)
        output = Output(None if size is None else validation.shape(size), out, kind)
        self._draw(output.buffer.size * width, width, noise.write_noise, output, name, kind, affine)
        return output.out

    def _position(self) -> Position:
        return self._seed, self._stream, self._offset

    def _elements(self, at: Any, size: Any, width: int) -> npt.NDArray[np.int64]:
        """The elements that a call with ``at`` asks for, all of them in the stream."""
        elements = validation.at_elements(at)
        if size is not None:
            raise validation.too_much_given({"size": size, "at": at})
        start = self._offset + self._offset % width
        if elements.size and start + (int(elements.max()) + 1) * width > END:
            raise validation.element_past_the_end(elements, (END - start) // width)
        return elements

    # --- counts ---------------------------------------------------------------------------------------------

    def poisson(
        self,
        lam: npt.ArrayLike = 1.0,
        size: Size = None,
        dtype: Any = np.int64,
        out: npt.NDArray[np.int64] | None = None,
    ) -> Any:
        """Poisson variates: how many events there are where `lam` are expected.

        Parameters
        ----------
        lam : float or array_like of float, optional
            Mean, from 0 to 9.223372006484771e18 as in NumPy; it broadcasts against `size`.
        size : int or tuple of int, optional
            Shape of the result. By default that of `out`, or of `lam`.
        dtype : numpy.int64, optional
        out : ndarray of int64, optional
            Where to write the result; any strides.

        Returns
        -------
        ndarray of int64, or numpy.int64 where `lam` is a number and neither `size` nor `out` is given
            Beyond the largest int64, that.

        Raises
        ------
        TypeError, ValueError
            For a bad `lam`, `size`, `dtype` or `out`, or too few words left in the stream.

        Notes
        -----
        The result is the quantile of the element's float64 uniform u: the least k with F(k) >= u. So it grows with u
        and with `lam`, and two scenarios that draw at the same position have common random numbers. It is exact but
        where u is within 1e-13 of a step F(k), relative to u or, in the upper half, to 1 - u [1]_.

        References
        ----------
        .. [1] M. B. Giles, "Algorithm 955: approximation of the inverse Poisson cumulative distribution function", ACM
           TOMS 42(1), 2016, for the idea of rounding an approximation that is accurate enough, and to check it
           otherwise.

        Examples
        --------
        >>> import gsampler as gs
        >>> gs.Generator(42).poisson(3.5, size=5)
        array([3, 4, 3, 1, 3])
        """
        call = counts.CountCall("poisson", (lam,), size, dtype, out)
        self._draw(call.words, 2, call.write)
        return call.value()

    def binomial(
        self,
        n: npt.ArrayLike,
        p: npt.ArrayLike,
        size: Size = None,
        dtype: Any = np.int64,
        out: npt.NDArray[np.int64] | None = None,
    ) -> Any:
        """Binomial variates: how many of `n` trials succeed.

        Parameters
        ----------
        n : int or array_like of int
            Number of trials, from 0 to 2**63 - 1.
        p : float or array_like of float
            Probability of success in each, from 0 to 1. `n` and `p` broadcast against `size`.
        size : int or tuple of int, optional
            Shape of the result. By default that of `out`, or of `n` and `p`.
        dtype : numpy.int64, optional
        out : ndarray of int64, optional
            Where to write the result; any strides.

        Returns
        -------
        ndarray of int64, or numpy.int64 where `n` and `p` are numbers and neither `size` nor `out` is given

        Raises
        ------
        TypeError, ValueError
            For a bad `n`, `p`, `size`, `dtype` or `out`, or too few words left in the stream.

        Notes
        -----
        The quantile of the element's float64 uniform u, as in `poisson`, and as exact; for one trial, 1 where u is
        above 1 - p.

        Examples
        --------
        >>> import gsampler as gs
        >>> gs.Generator(42).binomial(10, 0.25, size=5)
        array([2, 3, 2, 1, 2])
        """
        call = counts.CountCall("binomial", (n, p), size, dtype, out)
        self._draw(call.words, 2, call.write)
        return call.value()

    def geometric(
        self,
        p: npt.ArrayLike,
        size: Size = None,
        dtype: Any = np.int64,
        out: npt.NDArray[np.int64] | None = None,
    ) -> Any:
        """Geometric variates: how many trials there are up to and with the first success, at least 1.

        Parameters
        ----------
        p : float or array_like of float
            Probability of success in each trial, above 0 and at most 1; it broadcasts against `size`.
        size : int or tuple of int, optional
            Shape of the result. By default that of `out`, or of `p`.
        dtype : numpy.int64, optional
        out : ndarray of int64, optional
            Where to write the result; any strides.

        Returns
        -------
        ndarray of int64, or numpy.int64 where `p` is a number and neither `size` nor `out` is given
            Beyond the largest int64, that, as in NumPy.

        Raises
        ------
        TypeError, ValueError
            For a bad `p`, `size`, `dtype` or `out`, or too few words left in the stream.

        Notes
        -----
        The quantile of the element's float64 uniform, as in `poisson`, and as exact: the least k >= 1 that is at least
        ``log(1 - u) / log(1 - p)``.

        Examples
        --------
        >>> import gsampler as gs
        >>> gs.Generator(42).geometric(0.25, size=5)
        array([3, 4, 2, 1, 2])
        """
        call = counts.CountCall("geometric", (p,), size, dtype, out)
        self._draw(call.words, 2, call.write)
        return call.value()

    def multinomial(
        self,
        n: npt.ArrayLike,
        pvals: npt.ArrayLike | None = None,
        size: Size = None,
        *,
        logits: npt.ArrayLike | None = None,
    ) -> Any:
        """Multinomial variates: how many of `n` draws fall to each category.

        Parameters
        ----------
        n : int or array_like of int
            Number of draws, from 0 to 2**63 - 1.
        pvals : array_like, optional
            Probabilities of the categories along the last axis, which sum to 1.
        size : int or tuple of int, optional
            Shape of the result but for the categories. `n` and the rows of `pvals` broadcast against it; by default it
            is what they broadcast to.
        logits : array_like, optional
            Unnormalised log-probabilities, instead of `pvals`.

        Returns
        -------
        ndarray of int64
            Shape ``size + (k,)``, each row of which sums to its `n`.

        Raises
        ------
        TypeError, ValueError
            For a bad `n`, `pvals`, `logits` or `size`, or too few words left in the stream.

        See Also
        --------
        categorical : the draws themselves; ``counts=True`` counts them.

        Notes
        -----
        Whatever `n`, the cost is that of k binomial variates: one category after another takes a share of the draws
        that are left, the quantile, as in `binomial`, of element ``r * k + j`` for category j of row r. The sum of
        `pvals` may miss 1 a little, as in `choice`, and divides them; in NumPy the last category makes up for it.

        Examples
        --------
        >>> import gsampler as gs
        >>> gs.Generator(42).multinomial(100, [0.2, 0.3, 0.5], size=2)
        array([[20, 31, 49],
               [14, 30, 56]])
        """
        call = counts.multinomial(n, pvals, size, logits)
        self._draw(call.words, 2, call.write)
        return call.value()

    # --- categories -----------------------------------------------------------------------------------------

    def bernoulli(
        self,
        logits: npt.ArrayLike | None = None,
        size: Size = None,
        out: npt.NDArray[np.bool_] | None = None,
        *,
        p: npt.ArrayLike | None = None,
        at: npt.ArrayLike | None = None,
    ) -> Any:
        """Independent Bernoulli draws: True with probability ``1 / (1 + exp(-logit))``.

        That is where ``logits + logistic noise > 0``.

        Parameters
        ----------
        logits : array_like, optional
            Log-odds, not probabilities: ``log(p / (1 - p))``. Any shape. -inf is never True.
        size : int or tuple of int, optional
            Shape of repeated draws, put before that of `logits`.
        out : ndarray of bool, optional
            Where to write the result; any strides.
        p : array_like, optional
            Probabilities from 0 to 1, instead of `logits`. 0 is never True, and 1 always.
        at : array_like of int, optional
            Elements of the stream to take, as of `random`; `logits` broadcast to them.

        Returns
        -------
        ndarray of bool, or numpy.bool for one logit without `size`
            Shape ``size + logits.shape``. Element i of the flattened result takes element i of the stream:
            one word each for float32 (and narrower) logits, else two.

        Raises
        ------
        TypeError, ValueError
            For NaN or +inf logits, a `p` outside 0 to 1, both of them or neither, a bad `size` or `out`, or too few
            words left in the stream.

        Examples
        --------
        >>> import gsampler as gs
        >>> rng = gs.Generator(seed=42)
        >>> rng.bernoulli(p=0.7, size=5)
        array([ True,  True,  True, False,  True])
        >>> rng.bernoulli([-1.0, 0.0, 1.0])  # log-odds
        array([False,  True,  True])
        """
        given = LogitElements(logits if p is None and logits is not None else binary_logits(logits, p))
        array = given.array
        if at is not None:
            chosen = self._elements(at, size, WORDS[given.dtype])
            validation.broadcast_shape(chosen.shape, out, {"logits" if p is None else "p": array.shape})
            output = Output(chosen.shape, out, np.bool_, (array,))
            given.validate()
            categories.write_bernoulli_at(self._position(), output, given, chosen)
            return output.value(not chosen.ndim and out is None)
        shape = array.shape if size is None else validation.shape(validation.shape(size) + array.shape)
        output = Output(shape, out, np.bool_, (array,))
        elements = output.buffer.size
        given.validate_while(output.is_scratch and elements == array.size)
        width = WORDS[given.dtype]
        self._draw(elements * width, width, categories.write_bernoulli, output, given)
        return output.value(size is None and not array.ndim and out is None)

    def categorical(
        self,
        logits: npt.ArrayLike | AliasTable | None = None,
        size: Size = None,
        axis: int = -1,
        method: str = "auto",
        out: npt.NDArray[Any] | None = None,
        *,
        p: npt.ArrayLike | None = None,
        weights: npt.ArrayLike | None = None,
        tau: npt.ArrayLike = 1.0,
        dtype: Any = None,
        counts: bool = False,
    ) -> Any:
        """Categories with probabilities proportional to ``exp(logits / tau)``, or given as `p` or `weights`.

        Parameters
        ----------
        logits : array_like or AliasTable, optional
            Unnormalised log-probabilities, never probabilities, shape ``(..., k)`` with the categories along `axis`.
            -inf is probability exactly 0. Or a table made of them, which draws by the alias method; `axis`, `method`
            and `tau` are then left out.
        size : int or tuple of int, optional
            Shape of repeated draws, put before that of one draw.
        axis : int, optional
            Axis of the categories.
        method : {"auto", "gumbel-max", "inverse-cdf", "alias"}, optional
            ``"auto"``, the default: Gumbel-Max for one draw from each row, alias for repeated draws, that is where
            `size` is given, whatever it is.

            ``"gumbel-max"``: the argmax of ``logits + gumbel noise``, bit for bit, without building the noise. One
            element of the stream a category, so k a draw: best where each row is drawn from once or a few times, and
            the one that couples: the same position of the stream and nearby logits mostly give the same category.

            ``"inverse-cdf"``: the first category whose cumulative probability exceeds a uniform, that of
            ``rng.random()`` at the same position. Two words a draw; log2(k) steps. Ascends with the uniform.

            ``"alias"``: Walker's tables. Two words a draw and no search: the fastest for many draws from
            one distribution.

            The three read the stream differently, so they give different samples. Inverse-CDF resolves
            probabilities to about 2**-53 in the middle of a row, and finely towards both its ends; the others
            resolve small ones everywhere.
        out : ndarray, optional
            Where to write the result: of any integer type that holds k - 1; any strides.
        p : array_like, optional
            Probabilities instead of `logits`: each row sums to 1, to the square root of its type's epsilon, as
            `numpy.random.Generator.choice` asks. Probability 0 is never drawn.
        weights : array_like, optional
            Numbers proportional to probabilities, such as counts, instead of `logits`: not negative, of any sum.
        tau : float or array_like of float, optional
            Temperature, above 0: one number, or an array that broadcasts over the rows, shape ``(...)``; or one that
            has as many dimensions as `logits`, with the axis of the categories kept at length 1.
        dtype : integer type, optional
            Of the result; by default that of `out`, or int64.
        counts : bool, optional
            Whether to return how often each category was drawn instead of the draws, which are then never in memory
            together.

        Returns
        -------
        ndarray, or a scalar for one row without `size`
            Indices along `axis`. Shape: that of `size`, then that of `logits` without `axis`. Of equal
            sums, the first. With `counts`, int64 counts, shape ``(..., k)`` of the rows with the categories last.

        Raises
        ------
        TypeError, ValueError
            For NaN or +inf logits, a row that is all -inf, no category, a `p` or `weights` that is none, more or less
            than one of the three, a bad `size`, `axis`, `method`, `tau`, `dtype` or `out`, or too few words left in
            the stream. The generator and `out` are then unchanged.

        Notes
        -----
        Draw d of flattened row r out of R: with "gumbel-max", category k takes element ``(d * R + r) * K +
        k`` of the stream, one word each for float32 (and narrower) logits, else two; with the others,
        element ``d * R + r`` of two words.

        `p` and `weights` become logits by a logarithm in float64. Their sum with the noise is made in the type of the
        logits (float32 for float32 and narrower). A row whose largest logit is at least 1024 (float64: 2**39) away
        from 0 would round noise away: that logit is first subtracted from the row. What the logits' type has rounded
        away before cannot come back: float32 numbers near -1e6 are multiples of 1/16. Subtract each row's largest in
        float64, and then convert.

        References
        ----------
        .. [1] C. J. Maddison, D. Tarlow, T. Minka, "A* sampling", NeurIPS 2014, section 2: the Gumbel-Max
           trick.

        Examples
        --------
        >>> import gsampler as gs
        >>> rng = gs.Generator(seed=42)
        >>> rng.categorical([[0.0, 1.0, 2.0], [5.0, 0.0, 0.0]])  # a draw from each row
        array([2, 0])
        >>> rng.categorical(p=[0.5, 0.3, 0.2], size=5)
        array([0, 2, 2, 1, 2])
        >>> rng.categorical(weights=[5, 3, 2], size=1000, counts=True)
        array([525, 268, 207])
        """
        call = categories.CategoricalCall(logits, size, axis, method, out, p, weights, tau, dtype, counts)
        self._draw(call.words, call.width, call.write)
        return call.output.value(size is None and not call.output.out.ndim and out is None)

    def gumbel_top_k(
        self,
        logits: npt.ArrayLike | None = None,
        k: int = 1,
        axis: int = -1,
        size: Size = None,
        *,
        p: npt.ArrayLike | None = None,
        weights: npt.ArrayLike | None = None,
        tau: npt.ArrayLike = 1.0,
    ) -> tuple[Any, Any]:
        """The k largest of ``logits + gumbel noise``, the largest first: k draws without replacement, in their order.

        Parameters
        ----------
        logits : array_like, optional
            Unnormalised log-probabilities, shape ``(..., n)`` with the categories along `axis`. -inf is never drawn.
        k : int
            How many categories to draw, at most as many as are above -inf in each row.
        axis : int, optional
            Axis of the categories.
        size : int or tuple of int, optional
            Shape of repeated draws, put before that of one.
        p, weights : array_like, optional
            Probabilities, or numbers proportional to them, instead of `logits`, as of `categorical`.
        tau : float or array_like of float, optional
            Temperature, as of `categorical`.

        Returns
        -------
        indices : ndarray of int64
            In the shape of `size` and then of `logits`, with k entries along `axis`. Of equal sums, the lower index
            comes first.
        values : ndarray of float32 or float64
            The sums, in the same shape.

        Raises
        ------
        TypeError, ValueError
            As `categorical`, and where a row has fewer than k categories above -inf.

        See Also
        --------
        top_k_log_prob : the probability of such draws.

        Notes
        -----
        The first is what `categorical` draws by Gumbel-Max at the same position; element for element, the stream is
        read as there. Given those before it, each is drawn with probabilities proportional to ``exp(logits)`` among
        the rest [1]_, [2]_: an order of the Plackett-Luce model, all of it where k is n.

        References
        ----------
        .. [1] J. I. Yellott, "The relationship between Luce's choice axiom, Thurstone's theory of comparative judgment,
           and the double exponential distribution", Journal of Mathematical Psychology 15(2), 1977.
        .. [2] W. Kool, H. van Hoof, M. Welling, "Stochastic beams and where to find them: the Gumbel-top-k trick for
           sampling sequences without replacement", ICML 2019.

        Examples
        --------
        >>> import gsampler as gs
        >>> indices, values = gs.Generator(42).gumbel_top_k([0.0, 1.0, 2.0, 3.0], k=3)
        >>> indices
        array([3, 2, 1])
        """
        call = TopKCall(logits, k, axis, size, p, weights, tau)
        self._draw(call.words, call.width, call.write)
        return call.result()

    # --- relaxed categories ---------------------------------------------------------------------------------

    def gumbel_softmax(
        self,
        logits: npt.ArrayLike | None = None,
        tau: npt.ArrayLike = 1.0,
        hard: bool = False,
        axis: int = -1,
        out: npt.NDArray[Any] | None = None,
        *,
        size: Size = None,
        p: npt.ArrayLike | None = None,
        weights: npt.ArrayLike | None = None,
    ) -> Any:
        """Gumbel-Softmax, also called Concrete: ``softmax((logits + gumbel noise) / tau)``.

        Parameters
        ----------
        logits : array_like, optional
            Unnormalised log-probabilities, shape ``(..., k)`` with the categories along `axis`. -inf is probability
            exactly 0: its value is exactly 0.
        tau : float or array_like of float, optional
            Temperature, above 0: one number, or one for each row, as an array that broadcasts over the rows, shape
            ``(...)``; or one that has as many dimensions as `logits`, with the axis of the categories kept at length 1.
            Towards 0 the sample becomes one-hot, towards infinity the centre of the simplex.
        hard : bool, optional
            Whether to return the one-hot vector of the largest perturbed logit instead: exactly the category that
            `categorical` draws at the same position of the stream.
        axis : int, optional
            Axis of the categories.
        out : ndarray, optional
            Where to write the result: of its type and shape; any strides.
        size : int or tuple of int, optional
            Shape of repeated samples, put before that of `logits`.
        p, weights : array_like, optional
            Probabilities, or numbers proportional to them, instead of `logits`, as of `categorical`.

        Returns
        -------
        ndarray
            In the shape and type of `logits`; float64 for integers. float16 is computed in float32, and rounded. Values
            below ``2**-125.5`` (in float64 ``2**-1021.5``) times a row's largest are 0.

        Raises
        ------
        TypeError, ValueError
            For NaN or +inf logits, a row that is all -inf, no category, a `tau` that is not finite and above 0, a bad
            `axis` or `out`, or too few words left in the stream. The generator and `out` are then unchanged.

        See Also
        --------
        gumbel_softmax_vjp : the sample, with its gradients.

        Notes
        -----
        Category k of flattened row r takes element ``r * K + k`` of the stream, as in `categorical`: one word each for
        float32 (and narrower) logits, else two. Sums have one fixed order, so a sample has the same bits everywhere.
        Rows of very large logits are shifted as in `categorical`.

        References
        ----------
        .. [1] E. Jang, S. Gu, B. Poole, "Categorical reparameterization with Gumbel-Softmax", ICLR 2017, eq. 2.
        .. [2] C. J. Maddison, A. Mnih, Y. W. Teh, "The Concrete distribution: a continuous relaxation of discrete
           random variables", ICLR 2017, eq. 10.

        Examples
        --------
        >>> import gsampler as gs
        >>> gs.Generator(42).gumbel_softmax([0.0, 1.0, 2.0], tau=0.5).round(3)
        array([0.008, 0.025, 0.967])
        """
        if p is not None or weights is not None or logits is None:
            logits = row_logits(logits, p, weights, axis)
        call = RowSample(logits, tau, hard, axis, out, size, keep_soft=False)
        self._draw(call.words, call.width, call.write)
        return call.output.out

    def gumbel_softmax_vjp(
        self,
        logits: npt.ArrayLike,
        tau: npt.ArrayLike = 1.0,
        hard: bool = False,
        axis: int = -1,
        out: npt.NDArray[Any] | None = None,
        *,
        size: Size = None,
    ) -> tuple[Any, SoftmaxVJP]:
        """A sample of `gumbel_softmax`, and the function that takes a gradient back through it.

        Parameters
        ----------
        logits, tau, hard, axis, out, size
            As of `gumbel_softmax`. A soft sample in `out` is what `vjp` needs: use that memory again only after the
            call, which raises RuntimeError if it was changed.

        Returns
        -------
        value : ndarray
            The sample, as of `gumbel_softmax`; read-only where it is the soft sample that `vjp` needs, and not in
            `out`.
        vjp : SoftmaxVJP
            ``vjp(grad)`` gives ``(dlogits, dtau)`` from the gradient with respect to `value`, in the shapes of `logits`
            and `tau`, summed over the samples of `size`. With `hard` these are the gradients of the soft sample,
            ``vjp.soft`` (straight-through).

        Raises
        ------
        TypeError, ValueError
            As `gumbel_softmax`.

        See Also
        --------
        gsampler.gumbel_softmax_backward : the same from any soft sample.

        Examples
        --------
        >>> import gsampler as gs
        >>> value, vjp = gs.Generator(42).gumbel_softmax_vjp([0.0, 1.0, 2.0], tau=0.5, hard=True)
        >>> value
        array([0., 0., 1.])
        >>> dlogits, dtau = vjp([1.0, 0.0, 0.0])
        >>> dlogits.round(6)
        array([ 0.01528 , -0.000389, -0.014891])
        """
        call = RowSample(logits, tau, hard, axis, out, size, keep_soft=True)
        self._draw(call.words, call.width, call.write)
        return call.output.out, call.vjp()

    # --- relaxed subsets and permutations -------------------------------------------------------------------

    def relaxed_top_k(
        self,
        logits: npt.ArrayLike,
        k: int,
        tau: npt.ArrayLike = 1.0,
        hard: bool = False,
        axis: int = -1,
        *,
        size: Size = None,
    ) -> Any:
        """A relaxed subset: k draws without replacement whose one-hot vectors are replaced by softmaxes, and summed.

        Parameters
        ----------
        logits : array_like
            Unnormalised log-probabilities, shape ``(..., n)`` with the categories along `axis`. -inf is exactly 0.
        k : int
            How many categories, at most as many as are above -inf in each row.
        tau : float or array_like of float, optional
            Temperature, as of `gumbel_softmax`. Towards 0 the sample becomes the k-hot vector.
        hard : bool, optional
            Whether to return the k-hot vector instead: 1 for exactly the categories that `gumbel_top_k` draws at the
            same position of the stream.
        axis : int, optional
            Axis of the categories.
        size : int or tuple of int, optional
            Shape of repeated samples, put before that of `logits`.

        Returns
        -------
        ndarray
            In the shape of `size` and then of `logits`, and in their type; float64 for integers. Computed in float64.
            Rows sum to k, to ``k n`` ulp of float64 and what they are rounded by. At high temperatures a category may
            have more than 1.

        Raises
        ------
        TypeError, ValueError
            As `gumbel_top_k`, and for a bad `tau` or `hard`.

        See Also
        --------
        relaxed_top_k_vjp : the sample, with its gradients.
        gumbel_top_k : the draws themselves.

        Notes
        -----
        With z the perturbed logits, k times: ``a = softmax(z / tau)``, which is added to the sample, and ``z += log(1 -
        a)`` [1]_. 1 - a is made of the other shares, so that nothing need be clipped: a category that has all of its
        row to 1e-300 is left out of the next share all but exactly.

        References
        ----------
        .. [1] S. M. Xie, S. Ermon, "Reparameterizable subset sampling via continuous relaxations", IJCAI 2019.

        Examples
        --------
        >>> import gsampler as gs
        >>> gs.Generator(42).relaxed_top_k([0.0, 1.0, 2.0, 3.0], k=2, tau=0.5).round(3)
        array([0.008, 0.025, 0.967, 1.   ])
        """
        call = RelaxedTopK(logits, k, tau, hard, axis, size, keep=False)
        self._draw(call.noisy.words, call.noisy.width, call.write)
        return call.value

    def relaxed_top_k_vjp(
        self,
        logits: npt.ArrayLike,
        k: int,
        tau: npt.ArrayLike = 1.0,
        hard: bool = False,
        axis: int = -1,
        *,
        size: Size = None,
    ) -> tuple[Any, RelaxedTopKVJP]:
        """A sample of `relaxed_top_k`, and the function that takes a gradient back through it.

        Parameters
        ----------
        logits, k, tau, hard, axis, size
            As of `relaxed_top_k`.

        Returns
        -------
        value : ndarray
            The sample, as of `relaxed_top_k`; read-only where it is the soft one.
        vjp : RelaxedTopKVJP
            ``vjp(grad)`` gives ``(dlogits, dtau)`` from the gradient with respect to `value`, in the shapes of `logits`
            and `tau`, summed over the samples of `size`. With `hard` these are the gradients of the soft sample,
            ``vjp.soft`` (straight-through).

        Raises
        ------
        TypeError, ValueError
            As `relaxed_top_k`.

        Notes
        -----
        It keeps the k softmaxes: k float64 arrays of the size of the sample, till `vjp` is gone.

        Examples
        --------
        >>> import gsampler as gs
        >>> value, vjp = gs.Generator(42).relaxed_top_k_vjp([0.0, 1.0, 2.0, 3.0], k=2, tau=0.5, hard=True)
        >>> value
        array([0., 0., 1., 1.])
        >>> dlogits, dtau = vjp([1.0, 0.0, 0.0, 0.0])
        >>> dlogits.round(4)
        array([ 0.0154, -0.0004, -0.0149, -0.0001])
        """
        call = RelaxedTopK(logits, k, tau, hard, axis, size, keep=True)
        self._draw(call.noisy.words, call.noisy.width, call.write)
        return call.value, call.vjp()

    def gumbel_sinkhorn(
        self,
        logits: npt.ArrayLike,
        tau: npt.ArrayLike = 1.0,
        iterations: int = 20,
        *,
        size: Size = None,
    ) -> Any:
        """A relaxed permutation: ``(logits + gumbel noise) / tau``, made doubly stochastic by Sinkhorn's iterations.

        Parameters
        ----------
        logits : array_like
            Shape ``(..., n, n)``: entry i, j says how much item i is drawn to place j. -inf is exactly 0.
        tau : float or array_like of float, optional
            Temperature, above 0: one number, or an array that broadcasts over the matrices, shape ``(...)``; or one
            that has as many dimensions as `logits`, with the last two kept at length 1.
        iterations : int, optional
            How often rows and then columns are normalised, at least once.
        size : int or tuple of int, optional
            Shape of repeated samples, put before that of `logits`.

        Returns
        -------
        ndarray
            In the shape of `size` and then of `logits`, and in their type; float64 for integers. Computed in float64.
            Columns sum to 1, to n ulp of float64 and what they are rounded by; rows as closely as the iterations have
            come. That depends on the temperature: of 1000 matrices of 10 x 10 standard normal logits, half are within
            1e-6 at tau = 1, 0.005 at 0.5 and 0.12 at 0.1, the worst 0.04, 0.1 and 1; at 0.1 a thousand iterations bring
            half within 0.001, the worst within 0.003.

        Raises
        ------
        TypeError, ValueError
            For `logits` that are no square matrices, are NaN or +inf, or have a row or a column that is all -inf; a bad
            `tau`, `iterations` or `size`, or too few words left in the stream.

        See Also
        --------
        gumbel_sinkhorn_vjp : the sample, with its gradients.
        permutation : an order of logits, one for each item.

        Notes
        -----
        As the iterations grow and tau falls to 0, the limit is the permutation matrix of the largest sum of perturbed
        logits [1]_; that, the hard sample, is an assignment problem: `scipy.optimize.linear_sum_assignment`. At low
        temperatures the distance from it falls as 1 over the number of iterations only.
        Where the entries above -inf allow no permutation, the iterations have no limit.

        Entry e of the flattened logits takes element e of the stream.

        References
        ----------
        .. [1] G. Mena, D. Belanger, S. Linderman, J. Snoek, "Learning latent permutations with Gumbel-Sinkhorn
           networks", ICLR 2018.

        Examples
        --------
        >>> import gsampler as gs
        >>> gs.Generator(42).gumbel_sinkhorn([[2.0, 0.0], [0.0, 2.0]]).round(3)
        array([[0.956, 0.046],
               [0.044, 0.954]])
        """
        call = GumbelSinkhorn(logits, tau, iterations, size, keep=False)
        self._draw(call.noisy.words, call.noisy.width, call.write)
        return call.soft

    def gumbel_sinkhorn_vjp(
        self,
        logits: npt.ArrayLike,
        tau: npt.ArrayLike = 1.0,
        iterations: int = 20,
        *,
        size: Size = None,
    ) -> tuple[Any, GumbelSinkhornVJP]:
        """A sample of `gumbel_sinkhorn`, and the function that takes a gradient back through it.

        Parameters
        ----------
        logits, tau, iterations, size
            As of `gumbel_sinkhorn`.

        Returns
        -------
        value : ndarray
            The sample, as of `gumbel_sinkhorn`; read-only.
        vjp : GumbelSinkhornVJP
            ``vjp(grad)`` gives ``(dlogits, dtau)`` from the gradient with respect to `value`, in the shapes of `logits`
            and `tau`, summed over the samples of `size`: those of the iterations that were made, converged or not.

        Raises
        ------
        TypeError, ValueError
            As `gumbel_sinkhorn`.

        Notes
        -----
        It keeps two float64 arrays of the size of the sample, and for each iteration two numbers for each row: less
        than another such array where n is above twice the iterations. The softmaxes are made again in the call.

        Examples
        --------
        >>> import gsampler as gs
        >>> value, vjp = gs.Generator(42).gumbel_sinkhorn_vjp([[2.0, 0.0], [0.0, 2.0]])
        >>> dlogits, dtau = vjp([[1.0, 0.0], [0.0, 0.0]])
        >>> dlogits.round(4)
        array([[ 0.022 , -0.022 ],
               [-0.0229,  0.0229]])
        """
        call = GumbelSinkhorn(logits, tau, iterations, size, keep=True)
        self._draw(call.noisy.words, call.noisy.width, call.write)
        return call.soft, call.vjp()

    # --- given the category ---------------------------------------------------------------------------------

    def conditional_gumbel(
        self,
        logits: npt.ArrayLike,
        index: npt.ArrayLike,
        axis: int = -1,
        size: Size = None,
        out: npt.NDArray[Any] | None = None,
    ) -> Any:
        """Perturbed logits given their argmax: ``logits + gumbel noise``, where the largest is known to be at `index`.

        What Gumbel-Max must have added to the logits, when it drew `index`: the posterior of the noise.

        Parameters
        ----------
        logits : array_like
            Unnormalised log-probabilities, shape ``(..., k)`` with the categories along `axis`. -inf stays -inf.
        index : int or array_like of int
            The category of each row, such as `categorical` returns it: shape ``(...)``, or one that broadcasts to it
            or to that of `size` before it.
        axis : int, optional
            Axis of the categories.
        size : int or tuple of int, optional
            Shape of repeated samples, put before that of `logits`.
        out : ndarray, optional
            Where to write the result: of its type and shape; any strides.

        Returns
        -------
        ndarray
            Shape ``size + logits.shape``, in the type of `logits`; float64 for integers. float16 is computed in
            float32, and rounded. In each row, what is at `index` is larger than everything else.

        Raises
        ------
        TypeError, ValueError
            For NaN or +inf logits, a row that is all -inf, no category, an `index` that is not of a category above
            -inf, a bad `axis`, `size` or `out`, or too few words left in the stream. The generator and `out` are then
            unchanged.

        See Also
        --------
        categorical : draws `index`, by Gumbel-Max.
        gsampler.softmax : of the result, a Gumbel-Softmax sample given its hard sample.

        Notes
        -----
        With p = softmax(logits), i the index of a row, and E_j the exponential variate, `exponential`, that category j
        takes, element ``r * k + j`` of the stream for row r:

            z_j = logits_j - log(E_j + p_j E_i),    z_i = logsumexp(logits) - log(E_i).

        ``-log(E_j)`` is what `gumbel` gives there. So categories of small probability have the very noise that they
        have without the condition, at the same position of the stream, and results are close where logits are.
        Nothing is lost for large logits but what the sum of logits and noise is rounded by.

        References
        ----------
        .. [1] C. J. Maddison, D. Tarlow, T. Minka, "A* sampling", NIPS 2014.
        .. [2] M. B. Paulus, C. J. Maddison, A. Krause, "Rao-Blackwellizing the straight-through Gumbel-Softmax gradient
           estimator", ICLR 2021, appendix A.

        Examples
        --------
        >>> import gsampler as gs
        >>> rng = gs.Generator(42)
        >>> rng.conditional_gumbel([0.0, 1.0, 2.0], 0).round(3)
        array([2.866, 0.901, 2.177])
        >>> rng.conditional_gumbel([0.0, 1.0, 2.0], 0, size=1000).argmax(-1).max()
        np.int64(0)
        """
        call = ConditionalSample(logits, index, axis, size, out)
        self._draw(call.observed.words, call.observed.width, call.write)
        return call.output.out

    def counterfactual(
        self,
        logits: npt.ArrayLike,
        index: npt.ArrayLike,
        other_logits: npt.ArrayLike,
        axis: int = -1,
        size: Size = None,
        out: npt.NDArray[Any] | None = None,
        *,
        dtype: Any = None,
        counts: bool = False,
    ) -> Any:
        """Categories that other logits would have given, where `logits` gave `index`.

        The Gumbel-Max structural causal model: the category is the argmax of ``logits + gumbel noise``; the noise has
        its distribution given that this is `index`; and with the same noise, the argmax under `other_logits` is taken.

        Parameters
        ----------
        logits : array_like
            Unnormalised log-probabilities, shape ``(..., k)`` with the categories along `axis`. -inf is probability 0.
        index : int or array_like of int
            The category that was observed in each row: shape ``(...)``, or one that broadcasts to it or to that of
            `size` before it.
        other_logits : array_like
            Those after the intervention; broadcast against `logits`.
        axis : int, optional
            Axis of the categories, in `logits`.
        size : int or tuple of int, optional
            Shape of repeated draws, put before that of one draw.
        out : ndarray, optional
            Where to write the result: of any integer type that holds k - 1; any strides.
        dtype : integer type, optional
            Of the result; by default that of `out`, or int64.
        counts : bool, optional
            Whether to return how often each category was drawn instead: divided by the number of draws, an estimate of
            the counterfactual probabilities.

        Returns
        -------
        ndarray, or a scalar for one row without `size`
            Indices along `axis`. Shape: that of `size`, then that of the rows. With `counts`, int64 counts, shape
            ``(..., k)`` of the rows with the categories last.

        Raises
        ------
        TypeError, ValueError
            For NaN or +inf logits, a row of either that is all -inf, an `index` that is not of a category above -inf in
            `logits`, a bad `axis`, `size`, `dtype` or `out`, or too few words left in the stream. The generator and
            `out` are then unchanged.

        See Also
        --------
        conditional_gumbel : logits with that noise, which is the same at the same position of the stream.

        Notes
        -----
        A category j whose probability grows by no larger a factor than that of the observed one, `index`, is never the
        result [1]_; not by rounding either, except in rows that are shifted as `categorical` shifts very large ones.
        Over an index that is distributed as `logits` say, the result is distributed as `other_logits` say.

        References
        ----------
        .. [1] M. Oberst, D. Sontag, "Counterfactual off-policy evaluation with Gumbel-Max structural causal models",
           ICML 2019.

        Examples
        --------
        >>> import numpy as np
        >>> import gsampler as gs
        >>> before, after = np.log([0.6, 0.3, 0.1]), np.log([0.4, 0.2, 0.4])
        >>> gs.Generator(42).counterfactual(before, 0, after, size=1000, counts=True)
        array([667,   0, 333])
        """
        call = CounterfactualCall(logits, index, other_logits, axis, size, out, dtype, counts)
        self._draw(call.observed.words, call.observed.width, call.write)
        return call.output.value(out is None and not call.output.out.ndim)

    def binary_concrete(
        self,
        logits: npt.ArrayLike | None = None,
        tau: npt.ArrayLike = 1.0,
        hard: bool = False,
        out: npt.NDArray[Any] | None = None,
        *,
        size: Size = None,
        p: npt.ArrayLike | None = None,
    ) -> Any:
        """Binary Concrete, also called relaxed Bernoulli: ``sigmoid((logits + logistic noise) / tau)``.

        One logistic variate an element, where the two-category `gumbel_softmax` takes two Gumbels. The logit of the
        sample, ``(logits + noise) / tau``, is ``rng.logistic(loc=logits) / tau`` at the same position of the stream.

        Parameters
        ----------
        logits : array_like, optional
            Log-odds, not probabilities: ``log(p / (1 - p))``. Any shape. -inf gives exactly 0.
        tau : float or array_like of float, optional
            Temperature, above 0; broadcasts to the shape of `logits`.
        hard : bool, optional
            Whether to return 1 where the sample is above 1/2, else 0: exactly where `bernoulli` is True at the same
            position of the stream.
        out : ndarray, optional
            Where to write the result: of its type and shape; any strides.
        size : int or tuple of int, optional
            Shape of repeated samples, put before that of `logits`.
        p : array_like, optional
            Probabilities from 0 to 1, instead of `logits`.

        Returns
        -------
        ndarray, or a scalar for one logit without `size`
            In the shape and type of `logits`; float64 for integers. float16 is computed in float32, and rounded. Small
            values keep their relative precision down to ``2**-125.5`` (float64 ``2**-1021.5``), below which they are 0;
            those within 2**-25 (float64 2**-54) of 1 are 1.

        Raises
        ------
        TypeError, ValueError
            For NaN or +inf logits, a `tau` that is not finite and above 0 or does not broadcast, a bad `out`, or too
            few words left in the stream. The generator and `out` are then unchanged.

        See Also
        --------
        binary_concrete_vjp : the sample, with its gradients.

        References
        ----------
        .. [1] C. J. Maddison, A. Mnih, Y. W. Teh, "The Concrete distribution: a continuous relaxation of discrete
           random variables", ICLR 2017, appendix B.

        Examples
        --------
        >>> import gsampler as gs
        >>> gs.Generator(42).binary_concrete([-1.0, 0.0, 1.0], tau=0.5).round(3)
        array([0.095, 0.715, 0.664])
        """
        if p is not None or logits is None:
            logits = binary_logits(logits, p)
        call = ElementSample(logits, tau, hard, out, size, keep_soft=False)
        self._draw(call.words, call.width, call.write)
        return call.value(out)

    def binary_concrete_vjp(
        self,
        logits: npt.ArrayLike,
        tau: npt.ArrayLike = 1.0,
        hard: bool = False,
        out: npt.NDArray[Any] | None = None,
        *,
        size: Size = None,
    ) -> tuple[Any, BinaryVJP]:
        """A sample of `binary_concrete`, and the function that takes a gradient back through it.

        Parameters
        ----------
        logits, tau, hard, out, size
            As of `binary_concrete`. A soft sample in `out` is what `vjp` needs: use that memory again only after the
            call, which raises RuntimeError if it was changed.

        Returns
        -------
        value : ndarray, or a scalar for one logit
            The sample, as of `binary_concrete`; read-only where it is the soft sample that `vjp` needs, and not in
            `out`.
        vjp : BinaryVJP
            ``vjp(grad)`` gives ``(dlogits, dtau)`` from the gradient with respect to `value`, in the shapes of `logits`
            and `tau`, summed over the samples of `size`. With `hard` these are the gradients of the soft sample,
            ``vjp.soft`` (straight-through).

        Raises
        ------
        TypeError, ValueError
            As `binary_concrete`.

        See Also
        --------
        gsampler.binary_concrete_backward : the same from any soft sample.

        Examples
        --------
        >>> import gsampler as gs
        >>> value, vjp = gs.Generator(42).binary_concrete_vjp([-1.0, 0.0, 1.0], tau=0.5, hard=True)
        >>> value
        array([0., 1., 1.])
        >>> dlogits, dtau = vjp([1.0, 1.0, 1.0])
        >>> dlogits.round(4)
        array([0.1723, 0.4076, 0.4462])
        """
        call = ElementSample(logits, tau, hard, out, size, keep_soft=True)
        self._draw(call.words, call.width, call.write)
        return call.value(out), call.vjp()


def _shapes(names: tuple[str, str], affine: noise.Affine | None) -> dict[str, tuple[int, ...]]:
    """The shapes of those of a location and a scale that are arrays."""
    if affine is None:
        return {}
    return {label: a.shape for label, a in zip(names, (affine.loc, affine.scale), strict=True) if a.ndim}


class _Part(Generator):
    """A generator for one call, which says where exactly that ended."""

    __slots__ = ("end",)

    def _draw(self, words: int, width: int, work: Callable[..., None], *arguments: Any) -> None:
        before = self._offset
        super()._draw(words, width, work, *arguments)
        self.end = before + before % width + words if words else before


def _child_path(path: int, i: int) -> int:
    """Path of child ``i >= 1``: the bits of the parent's, then the Elias delta code of i."""
    # path + 1 has a leading 1, which marks where the bits start
    length = i.bit_length()
    extra = length.bit_length() - 1
    code = length << (length - 1) | (i - (1 << (length - 1)))  # extra zeros, the length, i without its leading 1
    return ((path + 1) << (2 * extra + length) | code) - 1
