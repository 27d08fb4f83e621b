"""Settings that do not go together: refused before training, with the way out."""

from mlpcli.data.target import ANY_NUMBER, LOG, MINUS_ONE_TO_ONE, POSITIVE, ZERO_TO_ONE
from mlpcli.errors import SettingsError
from mlpcli.model.tasks import Task
from mlpcli.nn.optimizers import OPTIMIZERS, UpdateRule
from mlpcli.options.options import Options
from mlpcli.settings import AUTO

RANGES = {
    "relu": POSITIVE,
    "softplus": POSITIVE,
    "sigmoid": ZERO_TO_ONE,
    "tanh": MINUS_ONE_TO_ONE,
}
"""Into which range targets are scaled, by the output activation."""

OWN_LINKS = ("poisson",)
"""Losses of regression that turn raw outputs into predictions themselves."""


def output_activation(options: Options) -> str:
    """The function after the output layer; auto is none, as the loss owns the link."""
    given = options.network.output_activation
    return "identity" if given == AUTO else given


def target_range(options: Options) -> str:
    """Into which range the targets of a regression are scaled."""
    if options.objective.loss == "poisson":
        return POSITIVE
    return RANGES.get(output_activation(options), ANY_NUMBER)


def levels(options: Options) -> int:
    """Outputs for each target of a regression."""
    return len(options.loss.quantiles) if options.objective.loss == "quantile" else 1


def refuse_impossible(options: Options, task: Task) -> None:
    """Raise SettingsError for settings, resolved by the preset, that contradict the task or one another."""
    loss = options.objective.loss
    task.loss_name(loss)
    function = output_activation(options)
    if function != "identity":
        if task.name != "regression":
            raise SettingsError(
                f"--output-activation {function} is for regression, not for {task.name}",
                "Leave it out: the loss turns scores into probabilities.",
            )
        if loss in OWN_LINKS:
            raise SettingsError(
                f"--output-activation {function} does not go with --loss {loss}",
                "Leave it out: this loss takes the exponential of the output.",
            )
    if options.data.target_scaling == LOG and loss in OWN_LINKS:
        raise SettingsError(
            f"--target-scaling log does not go with --loss {loss}, which takes the exponential itself",
            "Leave it out.",
        )
    if loss == "perceptron" and options.network.hidden:
        raise SettingsError(
            "--loss perceptron is for a single layer",
            "Give --hidden none, or --loss hinge with hidden layers.",
        )
    if options.loss.label_smoothing and (task.name == "regression" or loss not in (AUTO, "cross-entropy")):
        raise SettingsError(
            f"--label-smoothing is for --loss cross-entropy, not for {task.name if loss == AUTO else loss}",
            "Leave it out.",
        )
    if options.training.warmup and options.training.schedule == "coslog":
        raise SettingsError("--warmup does not go with --schedule coslog, which starts at 0", "Leave it out.")
    if options.ensemble.folds:
        for flag, given in (("--validation", options.split.validation), ("--time", options.split.time)):
            if given:
                raise SettingsError(
                    f"--folds does not go with {flag}: each network holds out a part of its own",
                    "Leave one of them out; --ensemble N trains N networks with the same validation rows.",
                )
    if is_minimized(options):
        _refuse_for_minimizer(options)


def is_minimized(options: Options) -> bool:
    """Whether the optimizer takes all rows at once."""
    assert options.optimizer.optimizer is not None
    return not issubclass(OPTIMIZERS[options.optimizer.optimizer], UpdateRule)


def _refuse_for_minimizer(options: Options) -> None:
    name = options.optimizer.optimizer
    for flag, given in (
        ("--dropout", any(options.network.dropout_rates())),
        ("--input-dropout", options.network.input_dropout),
        ("--l1", options.regularization.l1),
        ("--weight-decay", options.regularization.weight_decay),
        ("--clip-norm", options.regularization.clip_norm),
        ("--schedule", options.training.schedule not in (None, "constant")),
        ("--warmup", options.training.warmup),
        ("--decay-schedule", options.training.decay_schedule),
        ("--dropout-schedule", options.training.dropout_schedule),
        ("--decay-factors", options.regularization.decay_factors),
        ("--beta2", options.optimizer.beta2),
        ("--rate-factors", options.optimizer.rate_factors),
        ("--rate-by-width", options.optimizer.rate_by_width),
    ):
        if given:
            raise SettingsError(
                f"{flag} does not go with --optimizer {name}, which searches for its steps on all rows",
                "Leave it out, or take adam." if flag != "--weight-decay" else "Use --l2.",
            )
