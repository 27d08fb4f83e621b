"""Refuse incompatible settings before training."""

from mlpcli.data.target import ANY_NUMBER, LOG, MINUS_ONE_TO_ONE, POSITIVE, ZERO_TO_ONE
from mlpcli.errors import Sentence, SettingsError
from mlpcli.model.tasks import TASKS, Regression, Task
from mlpcli.nn.losses import LOSSES
from mlpcli.nn.optimizers import OPTIMIZERS, UpdateRule
from mlpcli.options.options import Options, settings_with
from mlpcli.options.threshold import DecisionSettings, rule_of
from mlpcli.settings import AUTO

RANGES = {
    "relu": POSITIVE,
    "softplus": POSITIVE,
    "sigmoid": ZERO_TO_ONE,
    "tanh": MINUS_ONE_TO_ONE,
}
"""Ranges into which targets are scaled, by the output activation."""


def output_activation(options: Options) -> str:
    """The function after the output layer; auto means none, as the loss owns the link."""
    given = options.network.output_activation
    return "identity" if given == AUTO else given


def target_range(options: Options) -> str:
    """The range into which the targets of a regression are scaled."""
    if options.objective.loss == "poisson":
        return POSITIVE
    return RANGES.get(output_activation(options), ANY_NUMBER)


def levels(options: Options) -> int:
    """Outputs for each target of a regression."""
    return len(options.loss.quantiles) if options.objective.loss == "quantile" else 1


def refuse_impossible(options: Options, task: type[Task]) -> None:
    """Raise SettingsError for settings, resolved by the preset, that contradict the task or one another."""
    loss = options.objective.loss
    owns_link = LOSSES[task.loss_name(loss)].owns_link
    function = output_activation(options)
    if function != "identity" and task is not Regression:
        raise SettingsError(
            f"{function} is only for regression, not for {task.name}",
            "Leave it out: the loss turns scores into probabilities.",
            setting="output_activation",
        )
    if owns_link:
        for setting, value, wrong in (
            ("output_activation", function, function != "identity"),
            ("target_scaling", LOG, options.data.target_scaling == LOG),
        ):
            if wrong:
                hint = "Leave it out: this loss takes the exponential of the output."
                raise _incompatible(setting, "loss", f" {loss}", hint, f" {value}")
    if loss == "perceptron" and options.network.hidden:
        raise SettingsError(
            "perceptron needs a network without hidden layers",
            Sentence("Give {hidden} none, or {loss} hinge with hidden layers."),
            setting="loss",
        )
    if options.network.threshold_unit:
        _refuse_threshold_unit(options, task)
    if options.loss.label_smoothing and (task is Regression or loss not in (AUTO, "cross-entropy")):
        raise SettingsError(
            Sentence(
                "{label_smoothing} is only for {loss} cross-entropy, not for {}",
                task.name if loss == AUTO else loss,
            ),
            "Leave it out.",
            setting="label_smoothing",
        )
    if options.training.warmup and options.training.schedule == "coslog":
        raise _incompatible("warmup", "schedule", " coslog", "Leave it out: this schedule starts at 0.")
    if options.run.memory is not None and is_minimized(options):
        hint = "Choose another optimizer: this one takes all rows at once, in memory."
        raise _incompatible("memory", "optimizer", f" {options.optimizer.optimizer}", hint)
    for other, given in (("validation", options.split.validation), ("time", options.split.time)):
        if options.ensemble.folds and given:
            hint = "Leave one of them out; {ensemble} N trains N networks with the same validation rows."
            raise _incompatible("folds", other, ": each network holds out its own part", hint)
    if is_minimized(options):
        _refuse_settings_of_steps(options)


def _refuse_threshold_unit(options: Options, task: type[Task]) -> None:
    """Raise SettingsError unless the output that is a step is a perceptron's, of yes and no."""
    unit = options.network.threshold_unit
    if not task.has_threshold:
        hint = "Leave it out."
        if task is not Regression:
            hint = "Leave it out: of several classes that of the highest score is predicted."
        said = f"{unit} is only for two classes or for labels, not for {task.name}"
        raise SettingsError(said, hint, setting="activation")
    if options.objective.loss != "perceptron":
        said = f"{unit} has slope 0, so only the perceptron's loss can be minimized, which is of the score"
        hint = Sentence("Give {loss} perceptron, or another {activation}.")
        raise SettingsError(said, hint, setting="activation")
    if options.decision.threshold is not None:
        hint = "Leave one of them out: the outputs are 0 and 1."
        raise _incompatible("threshold", "activation", f" {unit}", hint)


def is_minimized(options: Options) -> bool:
    """Whether the optimizer takes all rows at once."""
    assert options.optimizer.optimizer is not None
    return not issubclass(OPTIMIZERS[options.optimizer.optimizer], UpdateRule)


def _refuse_settings_of_steps(options: Options) -> None:
    values = options.values()
    for name in settings_with(lambda setting: setting.of_steps):
        value = values[name]
        if any(value) if isinstance(value, tuple) else value not in (None, 0, "constant"):
            hint = "Use {l2}." if name == "weight_decay" else "Leave it out, or use adam."
            searching = f" {options.optimizer.optimizer}, which uses all rows in every step"
            raise _incompatible(name, "optimizer", searching, hint)


def _incompatible(setting: str, other: str, behind: str, hint: str, value: str = "") -> SettingsError:
    template = f"{{{setting}}}{{}} cannot be combined with {{{other}}}{{}}"
    return SettingsError(Sentence(template, value, behind), Sentence(hint), setting=setting)


def check_threshold(settings: DecisionSettings, task: type[Task], *, held: bool) -> None:
    """Raise SettingsError if the task has no threshold, or rows to choose one by are not `held` out."""
    if settings.threshold is None:
        return
    refuse_threshold(task)
    if not held and not isinstance(rule_of(settings.threshold), float):
        raise SettingsError(
            f"{settings.threshold}: there are no validation rows to choose it on",
            Sentence("Give a number, or hold out rows with {validation} 0.15."),
            setting="threshold",
        )


def refuse_threshold(task: type[Task]) -> None:
    """Raise SettingsError if the task has no threshold."""
    if not task.has_threshold:
        others = " and ".join(name for name, each in TASKS.items() if each.has_threshold)
        message = Sentence("{threshold} is only for {}, not for {}", others, task.name)
        raise SettingsError(message, "Leave it out.", setting="threshold")
