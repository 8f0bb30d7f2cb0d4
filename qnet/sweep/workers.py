"""A sweep cut into tiles by global index.

All numbers of a point depend on its tile alone, so that answers are bitwise the same
however tiles are spread over memory, processes or machines.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Final

import numpy as np
from numpy.typing import NDArray

TILE: Final = 256
"""Points of a tile at most: what stays in a core's cache."""

Mesh = tuple[NDArray[np.intp], ...]
"""One index array for each axis, broadcasting to the shape of a piece."""

Box = tuple[slice, ...]
"""One slice for each axis."""


def tiles(shape: tuple[int, ...], most: int = TILE) -> Iterator[Mesh]:
    """Boxes of at most `most` points that cover `shape` in C order.

    The innermost axes are kept whole as far as they fit, so that what depends on
    them alone is computed once a tile.

    Yields
    ------
    tuple of index arrays
        An open mesh: array k runs along axis k.
    """
    inner = len(shape)
    while inner > 0 and prod(shape[inner - 1 :]) <= most:
        inner -= 1
    if inner == 0:
        yield np.ix_(*[np.arange(n) for n in shape]) if shape else ()
        return
    cut = inner - 1
    stride = max(1, most // prod(shape[inner:]))
    whole = [np.arange(n) for n in shape[inner:]]
    for outer in np.ndindex(*shape[:cut]):
        fixed = [np.array([k]) for k in outer]
        for start in range(0, shape[cut], stride):
            part = np.arange(start, min(start + stride, shape[cut]))
            yield np.ix_(*fixed, part, *whole)


def boxed(mesh: Mesh) -> Mesh | Box:
    """A mesh as slices, where it is a block: these index without copying.

    Parameters
    ----------
    mesh : tuple of index arrays
        A piece of a tile, as `tiles` and `split` make them: its indices ascend.
    """
    slices = []
    for axis, index in enumerate(mesh):
        first, last = int(index.flat[0]), int(index.flat[-1])
        is_block = index.shape[axis] == index.size == last - first + 1
        if not is_block:
            return mesh
        slices.append(slice(first, last + 1))
    return tuple(slices)


def split(mesh: Mesh, labels: NDArray[np.intp]) -> list[tuple[int, Mesh]]:
    """Cut a tile by label into pieces that are boxes, or lists of points.

    Parameters
    ----------
    mesh : tuple of index arrays
        A tile.
    labels : int array
        Broadcasts to the tile's shape.

    Returns
    -------
    list of (label, mesh)
        A list of points runs along the first axis; the other axes have length 1.
    """
    if not mesh:
        return [(int(labels), ())]
    shape = np.broadcast_shapes(*[m.shape for m in mesh])
    labels = np.broadcast_to(labels, shape)
    first = labels[(0,) * len(shape)] if labels.size else 0
    if (labels == first).all():
        return [(int(first), mesh)] if labels.size else []
    pieces = []
    for label in np.unique(labels):
        mask = labels == label
        chosen = [
            np.flatnonzero(mask.any(axis=tuple(k for k in range(mask.ndim) if k != n)))
            for n in range(mask.ndim)
        ]
        if mask.sum() == prod(len(c) for c in chosen):
            box = [np.take(mesh[n], c, axis=n) for n, c in enumerate(chosen)]
            pieces.append((int(label), tuple(box)))
        else:
            points = np.nonzero(mask)
            column = (-1, *[1] * (len(shape) - 1))
            pieces.append(
                (
                    int(label),
                    tuple(
                        np.broadcast_to(m, shape)[points].reshape(column) for m in mesh
                    ),
                )
            )
    return pieces
