"""Keyed draws: noise that belongs to who draws and to what is drawn for, and not to a position in an array."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from gsampler import places
from gsampler.core import names as canonical_names
from gsampler.core import validation
from gsampler.core.arrays import Array, Indices, cast
from gsampler.core.labels import Labels
from gsampler.core.logits import LogitElements
from gsampler.core.probabilities import binary_logits
from gsampler.core.temperature import Temperature
from gsampler.kernels import table
from gsampler.kernels.constants import LARGE_LOGIT_F64
from gsampler.nested_logit import Tree, log_stable, shifts
from gsampler.places import Places
from gsampler.relaxed import SoftmaxVJP, rows_vjp
from gsampler.runtime.launch import address, run
from gsampler.runtime.registry import kernel

BLOCK = 2**20  # elements that are worked on at a time, where they have to be converted
ZERO = np.zeros(1, np.uint64)


class Channel:
    """Random numbers by name: each belongs to a channel, a row and a column, and to nothing else.

    A row is who draws, such as a person, a column what is drawn for, such as an alternative. The number of a
    (channel, row, column) is the same whoever else draws, in whichever order, however many alternatives there are, in
    every process, on any number of threads and in every language. So two scenarios of a simulation differ only where
    behaviour does: common random numbers [1]_. A channel has no state.

    Parameters
    ----------
    seed : int
        From 0 to 2**64 - 1.
    *names : str, int or tuple of these
        What the draws are for, such as ``"mode choice"`` or the number of a year. Names that differ, in number, order,
        type or nesting, are channels that have nothing in common.

    Attributes
    ----------
    key : int
        The seed of the stream that the draws are from, which programs in other languages are given, or derive.

    Raises
    ------
    TypeError, ValueError
        If `seed` is not an integer in its range, or a name is not of these types.

    Notes
    -----
    Row r and column c have element c of stream r of the seed `key`, from offset 0: ``Generator(ch.key, stream=r)``.
    All is computed in float64, so choices do not depend on the type of the utilities; float32 noise is that noise,
    rounded.

    `key` is the 64 bits, the first byte the lowest, that BLAKE2b gives of ``gsampler.Channel:``, the canonical bytes of
    seed and names, and, for a `place` p above 0, ``@p;``. An integer is ``i``, its decimal digits, and ``;``; a string
    is ``s``, the number of bytes of its UTF-8, ``:``, and these bytes; a tuple is ``(``, what is in it, and ``)``.
    A string is taken as it is, without normalisation.

    Among n channels, two have the same key with a probability of about n**2 / 2**65.

    References
    ----------
    .. [1] P. Glasserman, D. D. Yao, "Some guidelines and guarantees for common random numbers", Management Science
       38(6), 1992.

    Examples
    --------
    >>> import gsampler as gs
    >>> ch = gs.Channel(2026, "mode choice")
    >>> persons, modes = [21, 22, 25], [1, 2, 4]
    >>> utilities = [[0.5, 0.0, -1.0], [1.0, 0.2, 0.3], [0.0, 0.0, 0.0]]
    >>> ch.categorical(utilities, rows=persons, columns=modes)
    array([0, 1, 0])
    >>> ch.categorical(utilities[1:], rows=persons[1:], columns=modes)  # without the first, all others choose as before
    array([1, 0])
    """

    __slots__ = ("_encoded", "_names", "_seed", "key")

    key: int

    def __init__(self, seed: int, *names: Any) -> None:
        self._seed = validation.integer(seed, "seed", 2**64 - 1)
        self._names = names
        self._encoded = canonical_names.canonical((self._seed, *names))
        self.key = canonical_names.key(self._encoded)

    def child(self, *names: Any) -> Channel:
        """The channel with further names: ``Channel(seed, "a").child("b")`` is ``Channel(seed, "a", "b")``.

        Parameters
        ----------
        *names : str, int or tuple of these

        Returns
        -------
        Channel

        Examples
        --------
        >>> import gsampler as gs
        >>> gs.Channel(2026, "mode choice").child("year", 3)
        Channel(2026, 'mode choice', 'year', 3)
        """
        return Channel(self._seed, *self._names, *names)

    def key_of(self, place: int = 0) -> int:
        """The seed of the stream that the draws of a place are from.

        Parameters
        ----------
        place : int, optional
            As of the draws.

        Returns
        -------
        int
            From 0 to 2**64 - 1; `key` for place 0.

        Examples
        --------
        >>> import gsampler as gs
        >>> ch = gs.Channel(2026, "mode choice")
        >>> ch.key_of(0) == ch.key
        True
        >>> bool(gs.Generator(ch.key_of(1), stream=7).gumbel() == ch.gumbel(7, place=1))
        True
        """
        number = validation.integer(place, "place", 2**64 - 1)
        return canonical_names.key(self._encoded, number) if number else self.key

    def __eq__(self, other: object) -> bool:
        return self._encoded == other._encoded if isinstance(other, Channel) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._encoded)

    def __repr__(self) -> str:
        return f"Channel({', '.join(map(repr, (self._seed, *self._names)))})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Channel, (self._seed, *self._names)

    # --- noise ----------------------------------------------------------------------------------------------

    def uniform(
        self,
        rows: Any,
        n: int | None = None,
        *,
        columns: Any = None,
        place: int = 0,
        dtype: Any = np.float64,
    ) -> Any:
        """Uniform on the open interval (0, 1), as of `Generator.random`.

        Parameters
        ----------
        rows : int, array_like of int, pandas Series or Index
            Id of each row, from 0 to 2**64 - 1. An id may come several times.
        n : int, optional
            How many numbers a row: those of the columns 0 to n - 1. By default one, that of column 0.
        columns : int or array_like of int, optional
            Ids of the columns instead, from 0 to 2**63 - 1: of all rows, shape ``(n,)``, or of each, shape
            ``rows.shape + (n,)``; or one.
        place : int, optional
            Which of the 2**64 numbers that a (row, column) has, such as a year or a repetition.
        dtype : numpy.float32 or numpy.float64, optional
            float32 numbers are those of float64, rounded.

        Returns
        -------
        ndarray, or a scalar for one number
            Shape ``rows.shape``, or ``rows.shape + (n,)`` if `n` or several `columns` are given. A pandas Series
            with the index of `rows`, or a DataFrame, where `rows` is of pandas.

        Raises
        ------
        TypeError, ValueError
            For ids that are not integers or not in their range, columns that do not fit the rows, `n` beside
            `columns`, or a bad `dtype`.

        Examples
        --------
        >>> import gsampler as gs
        >>> ch = gs.Channel(2026, "income")
        >>> ch.uniform([11, 12, 15])
        array([0.07266468, 0.67387071, 0.95415843])
        >>> ch.uniform([15, 11])
        array([0.95415843, 0.07266468])
        """
        kind = validation.float_dtype(dtype)
        made, labels = self._noise("uniform", rows, n, columns, place)
        below_one = kind(1 - np.finfo(kind).epsneg)
        return labels.put(np.minimum(cast(made, kind), below_one) if kind is np.float32 else made)

    def exponential(
        self,
        rows: Any,
        n: int | None = None,
        *,
        columns: Any = None,
        place: int = 0,
        dtype: Any = np.float64,
    ) -> Any:
        """Standard exponential noise.

        Parameters
        ----------
        rows, n, columns, place, dtype
            As of `uniform`.

        Returns
        -------
        ndarray, or a scalar for one number
            As of `uniform`.

        Raises
        ------
        TypeError, ValueError
            As `uniform`.

        Examples
        --------
        >>> import gsampler as gs
        >>> gs.Channel(2026, "waiting").exponential([11, 12, 15])
        array([1.69524423, 0.04451794, 0.64375275])
        """
        return self._put("exponential", rows, n, columns, place, dtype)

    def gumbel(
        self,
        rows: Any,
        n: int | None = None,
        *,
        columns: Any = None,
        place: int = 0,
        dtype: Any = np.float64,
    ) -> Any:
        """Standard Gumbel noise.

        Parameters
        ----------
        rows, n, columns, place, dtype
            As of `uniform`.

        Returns
        -------
        ndarray, or a scalar for one number
            As of `uniform`.

        Raises
        ------
        TypeError, ValueError
            As `uniform`.

        Notes
        -----
        This is the noise of `categorical`, which does not build it.

        Examples
        --------
        >>> import gsampler as gs
        >>> gs.Channel(2026, "mode choice").gumbel([11, 12], columns=[1, 2, 4])
        array([[ 0.76598092, -0.15526195, -0.32063692],
               [ 1.48725664, -0.7095144 , -0.77594529]])
        """
        return self._put("gumbel", rows, n, columns, place, dtype)

    def logistic(
        self,
        rows: Any,
        n: int | None = None,
        *,
        columns: Any = None,
        place: int = 0,
        dtype: Any = np.float64,
    ) -> Any:
        """Standard logistic noise.

        Parameters
        ----------
        rows, n, columns, place, dtype
            As of `uniform`.

        Returns
        -------
        ndarray, or a scalar for one number
            As of `uniform`.

        Raises
        ------
        TypeError, ValueError
            As `uniform`.

        Examples
        --------
        >>> import gsampler as gs
        >>> gs.Channel(2026, "licence").logistic([11, 12, 15])
        array([-0.52525156, -1.25462143,  4.33366345])
        """
        return self._put("logistic", rows, n, columns, place, dtype)

    def normal(
        self,
        rows: Any,
        n: int | None = None,
        *,
        columns: Any = None,
        place: int = 0,
        dtype: Any = np.float64,
    ) -> Any:
        """Standard normal noise.

        Parameters
        ----------
        rows, n, columns, place, dtype
            As of `uniform`.

        Returns
        -------
        ndarray, or a scalar for one number
            As of `uniform`.

        Raises
        ------
        TypeError, ValueError
            As `uniform`.

        Examples
        --------
        >>> import gsampler as gs
        >>> gs.Channel(2026, "value of time").normal([11, 12, 15])
        array([-0.65772196, -0.15380518, -0.99667581])
        """
        return self._put("normal", rows, n, columns, place, dtype)

    def bernoulli(
        self,
        rows: Any,
        p: npt.ArrayLike | None = None,
        *,
        logits: npt.ArrayLike | None = None,
        n: int | None = None,
        columns: Any = None,
        place: int = 0,
    ) -> Any:
        """True with probability `p`: where ``log-odds + logistic noise > 0``, as of `Generator.bernoulli`.

        Parameters
        ----------
        rows, n, columns, place
            As of `uniform`.
        p : array_like, optional
            Probabilities from 0 to 1, which broadcast against the result. A row that is True stays so when its
            probability rises.
        logits : array_like, optional
            Log-odds instead.

        Returns
        -------
        ndarray of bool, or a scalar
            As of `uniform`.

        Raises
        ------
        TypeError, ValueError
            As `uniform`, for a `p` outside 0 to 1, NaN or +inf logits, or not one of the two.

        Examples
        --------
        >>> import gsampler as gs
        >>> gs.Channel(2026, "infection").bernoulli([11, 12, 15], p=[0.5, 0.9, 1e-9])
        array([ True,  True, False])
        """
        given = LogitElements(binary_logits(_float64(logits, "logits"), _float64(p, "p")))
        given.validate()
        odds = given.array
        made, labels = self._noise("logistic", rows, n, columns, place)
        validation.broadcasts_to(odds, made.shape, "p" if logits is None else "logits", "the result")
        return labels.put(made > -odds)

    def _put(self, name: str, rows: Any, n: Any, columns: Any, place: Any, dtype: Any) -> Any:
        kind = validation.float_dtype(dtype)
        made, labels = self._noise(name, rows, n, columns, place)
        return labels.put(cast(made, kind))

    def _noise(self, name: str, rows: Any, n: Any, columns: Any, place: Any) -> tuple[Array, Labels]:
        labels = Labels(rows)
        who = validation.ids(labels.values, "rows", 2**64 - 1)
        if columns is None:
            count = () if n is None else (validation.integer(n, "n", 2**62),)
            wanted: Array | None = None
        else:
            if n is not None:
                raise validation.too_much_given({"n": n, "columns": columns})
            wanted = validation.columns(columns, who.shape, masked=False)
            count = wanted.shape[-1:]
        shape = validation.shape((*who.shape, *count))
        made = np.empty(shape, np.float64)
        places.fill(self._places(who, math.prod(count), wanted, place), name, np.float64, made)
        return made, labels

    def _places(self, who: Array, k: int, columns: Indices | None, place: Any) -> Places:
        """Where rows are that have ``k`` elements each."""
        key = np.array([self.key_of(place)], np.uint64)
        stream, offset = who.reshape(-1), ZERO
        per_row = columns is not None and columns.ndim > 1
        if columns is not None and not per_row and columns.size and columns.reshape(-1)[0] >= 0:
            flat = columns.reshape(-1)
            if places.follow_each_other(flat):
                offset, columns = np.array([2 * int(flat[0])], np.uint64), None
        return Places(key, stream, offset, stream.size, k, columns, None, per_row)

    # --- choices --------------------------------------------------------------------------------------------

    def categorical(
        self,
        utilities: Any,
        rows: Any = None,
        columns: Any = None,
        place: int = 0,
        *,
        return_max: bool = False,
    ) -> Any:
        """Categories with probabilities proportional to ``exp(utilities)``: ``argmax(utilities + gumbel)``.

        Parameters
        ----------
        utilities : array_like or pandas DataFrame
            Unnormalised log-probabilities, shape ``rows.shape + (k,)``, or ``(k,)`` for the same of all rows. -inf is
            never chosen.
        rows : int, array_like of int, pandas Series or Index, optional
            Id of each row, from 0 to 2**64 - 1. By default the index of a DataFrame.
        columns : array_like of int, optional
            Id of each alternative, from 0 to 2**63 - 1: of all rows, shape ``(k,)``, or of each, shape
            ``rows.shape + (k,)``, in which -1 is no alternative, whatever its utility. By default the labels of a
            DataFrame, which are integers, or else 0 to k - 1.
        place : int, optional
            Which of the choices of a row, such as a year or a repetition.
        return_max : bool, optional
            Whether to return the largest sum too.

        Returns
        -------
        index : ndarray of int64, or a scalar for one row
            Position of the alternative among the ``k``, shape ``rows.shape``; of equal sums the first. -1 where a row
            has no alternative. A pandas Series where `utilities` or `rows` are of pandas.
        largest : ndarray of float64
            Utility and noise of it, -inf where there is none. Only with `return_max`.

        Raises
        ------
        TypeError, ValueError
            For NaN or +inf utilities, a row of which all alternatives are -inf, ids that are not integers or not in
            their range, and shapes that do not fit.

        See Also
        --------
        gumbel : the noise.
        categorical_ragged : a choice set of its own for every row.

        Examples
        --------
        >>> import numpy as np
        >>> import gsampler as gs
        >>> ch = gs.Channel(2026, "mode choice")
        >>> persons, modes = [11, 12], [1, 2, 4]
        >>> utilities = np.array([[0.5, 0.0, -1.0], [1.0, 0.2, 0.3]])
        >>> ch.categorical(utilities, persons, modes)
        array([0, 0])
        >>> bool(np.all(_ == (utilities + ch.gumbel(persons, columns=modes)).argmax(axis=1)))
        True
        """
        call = _Choice(self, utilities, rows, columns, place)
        validation.flag(return_max, "return_max")
        index, best = np.empty(call.shape, np.int64), np.empty(call.shape if return_max else 0)
        flat_index, flat_best = index.reshape(-1), best.reshape(-1)
        for part, here, block in call.blocks(masked=False):
            chosen, sums = flat_index[part], flat_best[part] if return_max else None
            if not places.gumbel_max(here, block, chosen, sums, check=True):
                block = call.masked(block, part)
                call.check(block, part)
                _shifted_gumbel_max(here, block, chosen, np.empty(len(block)) if sums is None else sums)
        call.require_categories(flat_index)
        return (call.labels.put(index), call.labels.put(best)) if return_max else call.labels.put(index)

    def nested_logit(
        self,
        utilities: Any,
        nests: Any,
        rows: Any = None,
        columns: Any = None,
        place: int = 0,
        *,
        return_max: bool = False,
    ) -> Any:
        """Choices of a nested logit model: ``argmax(utilities + errors)``, with errors that nests correlate.

        Parameters
        ----------
        utilities, rows, place, return_max
            As of `categorical`.
        nests : list of tuple
            ``(name, dissimilarity, members)`` of each nest at the root: a name, a string or an integer; the
            dissimilarity, above 0 and at most 1, of the nest within what it is in; and a list of ids of alternatives
            and of further nests. What is in no nest is at the root by itself.
        columns : array_like of int, optional
            Id of each alternative, shape ``(k,)``; by default 0 to k - 1.

        Returns
        -------
        index, largest
            As of `categorical`.

        Raises
        ------
        TypeError, ValueError
            As `categorical`; and for a tree that is none, with the name of the nest.

        Notes
        -----
        Utilities are those of the root, not divided by dissimilarities [1]_. In a nest of dissimilarity ``d`` at the
        root, alternative j is chosen with probability ``exp(v_j / d) / sum_i exp(v_i / d)``, and the nest as an
        alternative of utility ``d log(sum_i exp(v_i / d))``; and so on for trees of any depth, with the product of the
        dissimilarities of a nest and of those that it is in.

        The error of alternative j is that product times its Gumbel noise, the very noise of `categorical`, plus for
        each nest that it is in the product there times log S of the nest, S positive stable [2]_. S of a nest is made
        of two numbers of the row in the channel ``child(("nest", name))``: a uniform one of column 0, an exponential
        one of column 1. Where all dissimilarities are 1, choices are those of `categorical`.

        References
        ----------
        .. [1] D. McFadden, "Modelling the choice of residential location", 1978; K. Train, "Discrete choice methods
           with simulation", second edition, section 4.2.
        .. [2] J. M. Chambers, C. L. Mallows, B. W. Stuck, "A method for simulating stable random variables", Journal
           of the American Statistical Association 71(354), 1976.

        Examples
        --------
        >>> import gsampler as gs
        >>> ch = gs.Channel(2026, "mode choice")
        >>> nests = [("motorised", 0.5, [1, 2]), ("public", 0.8, [3, ("rail", 0.6, [4, 5])])]
        >>> ch.nested_logit([0.5, 0.0, -1.0, 0.2, 0.3], nests, rows=[11, 12, 15], columns=[1, 2, 3, 4, 5])
        array([0, 0, 4])
        """
        validation.flag(return_max, "return_max")
        call = _Choice(self, utilities, rows, columns, place)
        ids = range(call.k) if call.columns is None else validation.of_all_rows(call.columns)
        tree = Tree.of(nests, ids)
        index, best = np.empty(call.shape, np.int64), np.empty(call.shape)
        flat_index, flat_best = index.reshape(-1), best.reshape(-1)
        channels = [self.child(("nest", nest.name)) for nest in tree.nests]
        for part, here, block in call.blocks(always=True):
            call.check(block, part)
            who = call.who[part]
            stables = (
                log_stable(
                    nest.dissimilarity,
                    channel.uniform(who, columns=0, place=place),
                    channel.exponential(who, columns=1, place=place),
                )
                for channel, nest in zip(channels, tree.nests, strict=True)
            )
            sums = np.empty(block.shape)
            places.fill(here, "gumbel", np.float64, sums)
            sums *= tree.scales
            sums += shifts(tree, stables, len(who))
            sums += block
            flat_index[part] = sums.argmax(axis=1)
            flat_best[part] = np.take_along_axis(sums, flat_index[part][:, None], axis=1)[:, 0]
            flat_index[part][flat_best[part] == -np.inf] = -1
        call.require_categories(flat_index)
        return (call.labels.put(index), call.labels.put(best)) if return_max else call.labels.put(index)

    def gumbel_top_k(
        self, utilities: Any, k: int, rows: Any = None, columns: Any = None, place: int = 0
    ) -> tuple[Any, Any]:
        """The k largest of ``utilities + gumbel``, the largest first: k draws without replacement, in their order.

        Parameters
        ----------
        utilities, rows, columns, place
            As of `categorical`, whose choice is the first of these.
        k : int
            How many, at most as many as each row has alternatives above -inf.

        Returns
        -------
        indices : ndarray of int64
            Positions of the alternatives, shape ``rows.shape + (k,)``.
        values : ndarray of float64
            The sums, in the same shape.

        Raises
        ------
        TypeError, ValueError
            As `categorical`, and where a row has fewer than k alternatives.

        Examples
        --------
        >>> import gsampler as gs
        >>> indices, values = gs.Channel(2026, "sites").gumbel_top_k([0.0, 1.0, 2.0, 3.0], k=2, rows=[11, 12])
        >>> indices
        array([[0, 2],
               [3, 2]])
        """
        call = _Choice(self, utilities, rows, columns, place)
        top = validation.top_k(k, call.k)
        indices = np.empty((*call.shape, top), np.int64)
        values = np.empty((*call.shape, top))
        rows_n = math.prod(call.shape)
        flat_indices, flat_values = indices.reshape(rows_n, top), values.reshape(rows_n, top)
        for part, here, block in call.blocks():
            chosen, sums = flat_indices[part], flat_values[part]
            if not (top and places.gumbel_top_k(here, block, chosen, sums, check=True)):
                call.check(block, part)
                have = np.count_nonzero(block > -np.inf, axis=1)
                if (have < top).any():
                    row = part.start + int(np.argmax(have < top))
                    raise validation.too_few_of_row(int(have[row - part.start]), top, row, call.shape)
                highest = _large(block)
                places.gumbel_top_k(here, block - highest, chosen, sums)
                sums += highest
        return call.labels.put(indices), call.labels.put(values)

    def gumbel_softmax(
        self,
        utilities: Any,
        rows: Any = None,
        columns: Any = None,
        tau: npt.ArrayLike = 1.0,
        place: int = 0,
        hard: bool = False,
    ) -> Any:
        """Gumbel-Softmax of the noise of `categorical`: ``softmax((utilities + gumbel) / tau)``.

        Parameters
        ----------
        utilities, rows, columns, place
            As of `categorical`.
        tau : float or array_like of float, optional
            Temperature, above 0: one number, or an array that broadcasts over the rows, as of
            `Generator.gumbel_softmax`.
        hard : bool, optional
            Whether to return the one-hot vector of the largest sum instead: exactly what `categorical` chooses.

        Returns
        -------
        ndarray of float64, or a DataFrame
            Shape ``rows.shape + (k,)``. Exactly 0 where a utility is -inf or a column -1; a row that has no
            alternative is 0.

        Raises
        ------
        TypeError, ValueError
            As `categorical`, and for a `tau` that is not finite and above 0.

        See Also
        --------
        gumbel_softmax_vjp : the sample, with its gradients.

        Examples
        --------
        >>> import gsampler as gs
        >>> ch = gs.Channel(2026, "mode choice")
        >>> utilities = [[0.5, 0.0, -1.0], [1.0, 0.2, 0.3]]
        >>> ch.gumbel_softmax(utilities, rows=[11, 12], columns=[1, 2, 4], tau=0.5).round(3)
        array([[0.94 , 0.055, 0.005],
               [0.995, 0.002, 0.003]])
        """
        call, soft, index, _ = self._relaxed(utilities, rows, columns, tau, place, hard)
        return call.labels.put(_one_hot(index, call.k) if hard else soft)

    def gumbel_softmax_vjp(
        self,
        utilities: Any,
        rows: Any = None,
        columns: Any = None,
        tau: npt.ArrayLike = 1.0,
        place: int = 0,
        hard: bool = False,
    ) -> tuple[Any, SoftmaxVJP]:
        """A sample of `gumbel_softmax`, and the function that takes a gradient back through it.

        Parameters
        ----------
        utilities, rows, columns, tau, place, hard
            As of `gumbel_softmax`.

        Returns
        -------
        value : ndarray of float64, or a DataFrame
            The sample, as of `gumbel_softmax`; read-only where it is the soft sample that `vjp` needs.
        vjp : SoftmaxVJP
            ``vjp(grad)`` gives ``(dutilities, dtau)``, as of `Generator.gumbel_softmax_vjp`, in float64. The gradient
            to utilities of shape ``(k,)``, which all rows have, is the sum over the rows.

        Raises
        ------
        TypeError, ValueError
            As `gumbel_softmax`.

        Examples
        --------
        >>> import gsampler as gs
        >>> ch = gs.Channel(2026, "mode choice")
        >>> value, vjp = ch.gumbel_softmax_vjp([[0.5, 0.0, -1.0]], rows=[11], columns=[1, 2, 4], tau=0.5, hard=True)
        >>> value
        array([[1., 0., 0.]])
        >>> dutilities, dtau = vjp([[1.0, 0.0, 0.0]])
        >>> dutilities.round(3)
        array([[ 0.113, -0.103, -0.01 ]])
        """
        call, soft, index, temperature = self._relaxed(utilities, rows, columns, tau, place, hard)
        axes = len(call.shape)
        repeats = axes if call.utilities.ndim == 1 else 0
        vjp = rows_vjp(soft, temperature, axes, soft.dtype, repeats)
        return call.labels.put(_one_hot(index, call.k) if hard else soft), vjp

    def _relaxed(
        self, utilities: Any, rows: Any, columns: Any, tau: Any, place: Any, hard: Any
    ) -> tuple[_Choice, Array, Indices, Temperature]:
        """The soft sample, and where the largest of each row is."""
        call = _Choice(self, utilities, rows, columns, place)
        validation.flag(hard, "hard")
        soft, index = np.empty((*call.shape, call.k)), np.empty(call.shape, np.int64)
        temperature = Temperature.of_rows(tau, np.float64, soft.shape, len(call.shape))
        flat_soft, flat_index = soft.reshape(-1, call.k), index.reshape(-1)
        for part, here, block in call.blocks():
            taus = temperature.values[part] if temperature.per_item else temperature.values
            if not places.gumbel_softmax(here, block, taus, flat_soft[part], flat_index[part], check=True):
                call.check(block, part)
                places.gumbel_softmax(here, block - _large(block), taus, flat_soft[part], flat_index[part])
        call.require_categories(flat_index)
        return call, soft, index, temperature

    def categorical_ragged(
        self,
        values: npt.ArrayLike,
        indptr: npt.ArrayLike,
        rows: Any,
        columns: Any = None,
        place: int = 0,
        *,
        return_max: bool = False,
    ) -> Any:
        """As `categorical`, where every row has a choice set of its own: no universe of alternatives is drawn for.

        Parameters
        ----------
        values : array_like
            Utilities of all choice sets, one after the other, shape ``(m,)``.
        indptr : array_like of int
            Row r has ``values[indptr[r]:indptr[r + 1]]``, as of sparse matrices by rows (CSR); shape ``(R + 1,)``.
        rows : array_like of int, pandas Series or Index
            Id of each row, shape ``(R,)``.
        columns : array_like of int, optional
            Id of each alternative, shape ``(m,)``, in which -1 is no alternative. By default 0, 1, 2, ... in each row.
        place : int, optional
            As of `categorical`.
        return_max : bool, optional
            Whether to return the largest sum too.

        Returns
        -------
        index : ndarray of int64 or pandas Series
            Position in the row's choice set, so ``columns[indptr[:-1] + index]`` are ids; -1 for an empty set.
        largest : ndarray of float64 or pandas Series
            Only with `return_max`.

        Raises
        ------
        TypeError, ValueError
            As `categorical`, and for an `indptr` that does not rise from 0 to m.

        Examples
        --------
        >>> import gsampler as gs
        >>> ch = gs.Channel(2026, "workplace")
        >>> zones = [3, 8, 9, 2, 8]
        >>> ch.categorical_ragged([0.0, 1.0, 0.5, 2.0, 2.0], [0, 3, 3, 5], rows=[11, 12, 15], columns=zones)
        array([ 0, -1,  1])
        """
        validation.flag(return_max, "return_max")
        labels = Labels(rows)
        who = validation.ids(labels.values, "rows", 2**64 - 1)
        sums = np.require(validation.as_real(values, "values"), np.float64, ["C", "A"])
        pointers = validation.indptr(indptr, who, sums)
        wanted = None
        if columns is not None:
            wanted = validation.columns(columns, (), masked=True, of=sums.shape)
        key, rows_n = np.array([self.key_of(place)], np.uint64), who.size
        here = Places(key, who, ZERO, rows_n, 0, wanted, pointers, wanted is not None)
        index, best = np.empty(rows_n, np.int64), np.empty(rows_n)
        if not places.gumbel_max(here, sums, index, best if return_max else None, check=True):
            if wanted is not None and validation.any_masked(wanted):
                sums = np.where(wanted < 0, -np.inf, sums)
            LogitElements(sums, "values").validate()
            places.gumbel_max(here, sums, index, best)
            large = places.shifted(sums, best)
            for r in () if large is None else large:
                part = slice(int(pointers[r]), int(pointers[r + 1]))
                row = sums[part] - sums[part].max()
                own = None if wanted is None else wanted[part]
                one = Places(key, who[r : r + 1], ZERO, 1, row.size, own, None, own is not None)
                places.gumbel_max(one, row, index[r : r + 1], best[r : r + 1])
                best[r] += sums[part].max()
        validation.ragged_categories(index, pointers, wanted)
        return (labels.put(index), labels.put(best)) if return_max else labels.put(index)


class _Choice:
    """A call of `Channel.categorical`: utilities of rows with ids, a block at a time."""

    __slots__ = ("_places", "_rows", "columns", "k", "labels", "shape", "utilities", "who")

    def __init__(self, channel: Channel, utilities: Any, rows: Any, columns: Any, place: Any) -> None:
        given = Labels(utilities)
        if rows is None:
            if given.index is None:
                raise validation.rows_missing()
            self.labels = given
            who = validation.ids(given.index.to_numpy(), "rows", 2**64 - 1)
        else:
            self.labels = Labels(rows)
            who = validation.ids(self.labels.values, "rows", 2**64 - 1)
            if given.index is not None:
                self.labels = given
        if columns is None and given.columns is not None:
            columns = validation.integer_labels(given.columns)
        self.utilities = validation.as_real(given.values, "utilities")
        self.shape = who.shape
        self.k = validation.alternatives(self.utilities, who.shape)
        wanted = None
        if columns is not None:
            wanted = validation.columns(columns, who.shape, masked=True, of=(self.k,))
        self.columns, self.who = wanted, who.reshape(-1)
        self._places = channel._places(who, self.k, wanted, place)
        one_for_all = self.utilities.ndim == 1
        self._rows = np.broadcast_to(self.utilities, (who.size, self.k)) if one_for_all else self.utilities
        self._rows = self._rows.reshape(who.size, self.k)

    def masked(self, block: Array, part: slice) -> Array:
        """Utilities of a part of the rows, -inf where they are masked."""
        if self.columns is None:
            return block
        columns = self.columns if self.columns.ndim == 1 else self.columns.reshape(-1, self.k)[part]
        return np.where(columns < 0, -np.inf, block)

    def blocks(self, always: bool = False, masked: bool = True) -> Any:
        """Parts of the rows, where they are, and their utilities: float64, contiguous, and `masked` if asked for."""
        rows = len(self._rows)
        masked = masked and validation.any_masked(self.columns)
        ready = not masked and self._rows.dtype == np.float64 and self._rows.flags.c_contiguous
        step = max(1, rows if ready and not always else BLOCK // self.k)
        for first in range(0, rows, step):
            part = slice(first, min(first + step, rows))
            block = self.masked(self._rows[part], part) if masked else self._rows[part]
            yield part, self._places.of_rows(part), np.require(block, np.float64, ["C", "A"])

    def check(self, block: Array, part: slice) -> None:
        """Raise for the first row that has NaN or +inf."""
        invalid = _first_not_a_logit(block)
        if invalid is not None:
            row = invalid // self.k
            raise validation.invalid_row(part.start + row, block[row], self.shape, "utilities")

    def require_categories(self, index: Indices) -> None:
        """Raise for the first row that has alternatives, all of them -inf."""
        if not index.size or index.min() >= 0:
            return
        wrong = index < 0
        if self.columns is not None:
            wrong &= (np.broadcast_to(self.columns, (*self.shape, self.k)) >= 0).any(axis=-1).reshape(-1)
        if wrong.any():
            row = int(np.argmax(wrong))
            raise validation.invalid_row(row, np.full(1, -np.inf), self.shape, "utilities")


def _float64(value: Any, name: str) -> Array | None:
    """An argument that may be left out, in float64."""
    return None if value is None else cast(validation.as_real(value, name), np.float64)


def _shifted_gumbel_max(here: Places, block: Array, index: Indices, best: Array) -> None:
    """Gumbel-Max of rows; where logits are so large that noise is lost in the sum, of these less their largest."""
    places.gumbel_max(here, block, index, best)
    large = places.shifted(block, best)
    if large is not None:
        highest = block[large].max(axis=1)
        again, sums = np.empty(large.size, np.int64), np.empty(large.size)
        places.gumbel_max(here.of_rows(large), block[large] - highest[:, None], again, sums)
        index[large], best[large] = again, sums + highest


def _large(block: Array) -> Array:
    """The largest of each row where it is so large that noise is lost in the sum, else 0; shape (rows, 1)."""
    highest = block.max(axis=1, keepdims=True)
    return np.where((np.abs(highest) >= LARGE_LOGIT_F64) & (highest > -np.inf), highest, 0.0)


def _one_hot(index: Indices, k: int) -> Array:
    """1 at the index of each row, nowhere for -1."""
    made = np.zeros((*index.shape, k))
    np.put_along_axis(made, np.maximum(index, 0)[..., None], (index >= 0)[..., None], -1)
    return made


def _first_not_a_logit(values: Array) -> int | None:
    """The first flattened index of a contiguous float64 array where it is NaN or +inf."""
    return run(kernel("check_logits", "f64"), 0, values.size, table.check_logits(values=address(values)))
