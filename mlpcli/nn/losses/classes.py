"""Losses of one class out of several, an output each. Targets are class numbers (rows,).

They work on (classes, rows) copies of the outputs: reductions over a few classes are then eight times as fast
(14 and 1.7 µs for the maximum at 200 rows and 2 classes). Cross-entropy of a few classes does without: its
sums over classes are products with small matrices, which takes half of that time again.
"""

import math
from abc import abstractmethod
from typing import ClassVar

import numpy as np

from mlpcli.nn.losses.base import Loss, TargetKind, total
from mlpcli.nn.scratch import INDEX, AnyArray, FloatArray, IndexArray

FEW_CLASSES = 32
"""Up to so many, sums over classes as products with a square matrix take less time than in the other layout
(128 rows: 19 and 7 µs with 5 classes, 37 and 25 with 32, 43 and 50 with 64)."""
HIGHEST_SCORE, LOWEST_SHARE = 60.0, 1e-30
"""Of these products, so that sums of exponentials stay in the range of float32, shares in that of its normal
numbers."""


class ClassLoss(Loss):
    """Base: the link is the softmax, so that the class with the highest score is predicted.

    Its memory is laid out anew only when the shape of the outputs changes: `_scores` (classes, rows),
    and (1, rows) for one number a row.
    """

    target: ClassVar[TargetKind] = "classes"
    _shape: tuple[int, ...] = ()
    _columns: IndexArray = np.arange(0)

    def gradient(
        self,
        outputs: FloatArray,
        targets: AnyArray,
        weights: FloatArray | None,
        d_outputs: FloatArray,
        *,
        with_loss: bool = True,
    ) -> float:
        if outputs.shape != self._shape or outputs.dtype is not self._scores.dtype:
            self._lay_out(outputs)
        rows = len(outputs)
        np.copyto(self._scores, outputs.T)
        # The flat positions of each row's class: class · rows + row.
        np.multiply(targets, rows, out=self._places)
        np.add(self._places, self._columns[:rows], out=self._places)
        self._losses_and_slopes(with_loss=with_loss)
        if weights is not None:
            self._losses *= weights.T
            self._scores *= weights.T
        np.multiply(self._scores.T, 1.0 / rows, out=d_outputs)
        return total(self._losses) / rows if with_loss else math.nan

    def link(self, outputs: FloatArray) -> FloatArray:
        """Probabilities (rows, classes) that sum to one."""
        probabilities = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
        return np.asarray(probabilities / probabilities.sum(axis=-1, keepdims=True))

    @abstractmethod
    def _losses_and_slopes(self, *, with_loss: bool) -> None:
        """Write each row's loss into `_losses` if `with_loss`; scores become their derivatives."""

    def _lay_out(self, outputs: FloatArray) -> None:
        rows, classes = self._shape = outputs.shape
        self._flat = self._scratch("scores", (rows * classes,), outputs.dtype)
        self._scores = self._flat.reshape(classes, rows)
        self._count_rows(rows)
        self._places = self._scratch("places", (rows,), INDEX)
        self._losses, self._of_class, self._reduced, self._term = (
            self._scratch(name, (rows,), outputs.dtype).reshape(1, rows)
            for name in ("losses", "of_class", "reduced", "term")
        )

    def _count_rows(self, rows: int) -> None:
        if len(self._columns) < rows:
            self._columns = np.arange(rows)

    def _take(self, out: FloatArray) -> None:
        """Each row's score of its class."""
        # mode="clip" writes into `out` directly; the places are in range.
        self._flat.take(self._places, out=out[0], mode="clip")

    def _put(self, values: FloatArray) -> None:
        """The inverse of `_take`."""
        self._flat[self._places] = values[0]

    def _shift(self) -> None:
        """Subtract each row's highest score, so that no exponential overflows."""
        np.maximum.reduce(self._scores, axis=-2, keepdims=True, out=self._reduced)
        np.subtract(self._scores, self._reduced, out=self._scores)

    def _normalise(self) -> None:
        """Shifted scores to probabilities; `_reduced` is each row's sum of exponentials."""
        np.exp(self._scores, out=self._scores)
        np.add.reduce(self._scores, axis=-2, keepdims=True, out=self._reduced)
        np.divide(self._scores, self._reduced, out=self._scores)


class SoftmaxCrossEntropy(ClassLoss):
    """-log p[class], p = softmax(z), as log Σ e^z - z[class]; gradient p - onehot.

    With smoothing ε the class has a share of 1 - ε, all together ε (Szegedy et al. 2016, section 7).
    """

    _few_shape: tuple[int, ...] = ()

    def gradient(
        self,
        outputs: FloatArray,
        targets: AnyArray,
        weights: FloatArray | None,
        d_outputs: FloatArray,
        *,
        with_loss: bool = True,
    ) -> float:
        if outputs.shape[1] <= FEW_CLASSES and self._few_classes(outputs, targets, weights, d_outputs):
            loss = self._few_losses(targets, weights) if with_loss else math.nan
            if loss is not None:
                return loss
            d_outputs = self._scratch("unused", outputs.shape, outputs.dtype)
        return super().gradient(outputs, targets, weights, d_outputs, with_loss=with_loss)

    def _few_classes(
        self, outputs: FloatArray, targets: AnyArray, weights: FloatArray | None, d_outputs: FloatArray
    ) -> bool:
        """Write the gradient in half of the calls; False, and nothing written, if a score is too far out."""
        if outputs.shape != self._few_shape or outputs.dtype is not self._shares.dtype:
            self._lay_out_few(outputs)
        shares, sums = self._shares, self._sums
        # Less their mean over the classes, no row's scores are all so low that its sum of exponentials is 0.
        outputs.dot(self._less_mean, out=shares)
        # The place of the highest takes a third of the time of the highest by np.maximum.reduce.
        if not self._flat_shares[self._flat_shares.argmax()] < HIGHEST_SCORE:
            return False
        np.exp(shares, out=shares)
        shares.dot(self._rows_each, out=sums)
        np.divide(shares, sums, out=shares)
        self._goals.take(targets, axis=0, out=self._goal, mode="clip")
        np.subtract(shares, self._goal, out=d_outputs)
        if weights is not None:
            d_outputs *= weights
        return True

    def _few_losses(self, targets: AnyArray, weights: FloatArray | None) -> float | None:
        """The value, from shares and sums; None if the share of a row's class is too small.

        As the scores of a row sum up to 0, smoothing makes it ε log Σ e^z - (1 - ε) log p[class].
        """
        rows = len(targets)
        smoothing = self._settings.label_smoothing
        places, losses = self._few_places, self._few_loss
        np.add(self._firsts, targets, out=places)
        self._flat_shares.take(places, out=losses, mode="clip")
        if not losses[losses.argmin()] > LOWEST_SHARE:
            return None
        np.multiply(losses, self._few_rows, out=losses)
        np.log(losses, out=losses)
        if smoothing:
            logarithm = np.multiply(self._sums[:, 0], 1.0 / rows, out=self._few_sum)
            np.log(logarithm, out=logarithm)
            losses *= 1.0 - smoothing
            logarithm *= smoothing
            losses -= logarithm
        if weights is not None:
            losses *= weights[:, 0]
        return -total(losses) / rows

    def _lay_out_few(self, outputs: FloatArray) -> None:
        """Make the matrices; "shares" are p / rows, `_goals` the targets of each class in these units."""
        rows, classes = self._few_shape = outputs.shape
        smoothing = self._settings.label_smoothing or 0.0
        self._shares, self._sums, self._goal = (
            self._scratch(name, outputs.shape, outputs.dtype) for name in ("shares", "sums", "goal")
        )
        self._flat_shares = self._shares.reshape(-1)
        self._few_rows = np.array(rows, outputs.dtype)
        one_each = np.eye(classes)
        self._less_mean = (one_each - 1.0 / classes).astype(outputs.dtype)
        self._rows_each = np.full((classes, classes), rows, outputs.dtype)
        self._goals = ((one_each * (1.0 - smoothing) + smoothing / classes) / rows).astype(outputs.dtype)
        self._count_rows(rows)
        self._firsts = self._scratch("firsts", (rows,), INDEX)
        np.multiply(self._columns[:rows], classes, out=self._firsts)
        self._few_places = self._scratch("few_places", (rows,), INDEX)
        self._few_loss, self._few_sum = (
            self._scratch(name, (rows,), outputs.dtype) for name in ("few_loss", "few_sum")
        )

    def _losses_and_slopes(self, *, with_loss: bool) -> None:
        smoothing = self._settings.label_smoothing or 0.0
        even = smoothing / self._shape[1]
        self._shift()
        if with_loss:
            self._take(self._term)
            if smoothing:
                np.add.reduce(self._scores, axis=-2, keepdims=True, out=self._losses)
                self._losses *= even
                self._term *= 1.0 - smoothing
                self._term += self._losses
        self._normalise()
        if with_loss:
            np.log(self._reduced, out=self._losses)
            self._losses -= self._term
        if smoothing:
            self._scores -= even
        self._take(self._of_class)
        self._of_class -= 1.0 - smoothing
        self._put(self._of_class)


class SoftmaxFocal(ClassLoss):
    """-(1 - p)^γ log p for the p of the class (Lin et al. 2017, arXiv 1708.02002, for several classes).

    Its gradient is that of cross-entropy times (1 - p)^γ (1 - γ p log p / (1 - p)).
    """

    def _losses_and_slopes(self, *, with_loss: bool) -> None:
        gamma, of_class = self._settings.focal_gamma, self._of_class
        self._shift()
        self._take(self._losses)
        self._normalise()
        self._take(of_class)
        # log p = z[class] - log Σ e^z
        logarithm = np.log(self._reduced, out=self._term)
        np.subtract(self._losses, logarithm, out=logarithm)
        # p log p is 0 for p = 0.
        np.maximum(logarithm, np.finfo(logarithm.dtype).min, out=logarithm)
        away = np.subtract(1.0, of_class, out=self._reduced)
        np.maximum(away, np.finfo(away.dtype).tiny, out=away)
        focus = np.power(away, gamma, out=self._losses)
        np.divide(of_class, away, out=away)
        of_class -= 1.0
        self._put(of_class)
        # The slope's factor first, as the loss takes the place of the focus.
        away *= logarithm
        away *= -gamma
        away += 1.0
        away *= focus
        self._scores *= away
        self._losses *= logarithm
        np.negative(self._losses, out=self._losses)


class MulticlassHinge(ClassLoss):
    """max(0, margin + highest other score - score of the class) (Crammer & Singer 2001), margin 1."""

    margin = 1.0

    def _losses_and_slopes(self, *, with_loss: bool) -> None:
        scores, losses, mistaken = self._scores, self._losses, self._term
        self._take(self._of_class)
        self._flat[self._places] = -np.inf
        np.maximum.reduce(scores, axis=-2, keepdims=True, out=losses)
        # The rival's slope is one; of several rivals with the same score each has a part.
        np.equal(scores, losses, out=scores)
        scores /= np.add.reduce(scores, axis=-2, keepdims=True, out=self._reduced)
        losses -= self._of_class
        losses += self.margin
        (np.greater if self.margin else np.greater_equal)(losses, 0.0, out=mistaken)
        scores *= mistaken
        self._put(np.negative(mistaken, out=mistaken))
        np.maximum(losses, 0.0, out=losses)


class MulticlassPerceptron(MulticlassHinge):
    """max(0, highest other score - score of the class): only mistakes, including ties, count."""

    margin = 0.0
