"""The registry that a text is read with: the frameworks that are known, and whose a name is.

No framework is known here by name; :mod:`lrplot.frameworks` declares them.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lrplot.errors import UsageError
from lrplot.python.framework import Arrays, Call, Fit, Framework, Functional, TrainerStepped
from lrplot.python.loop_words import Loop, together
from lrplot.python.optimizer_calls import Optimizers
from lrplot.python.values import Optimizer

if TYPE_CHECKING:
    from lrplot.optimizers.base import Optimizer as Model
    from lrplot.optimizers.base import Rule


@dataclass(frozen=True)
class Registry:
    """The frameworks that are known, in the order in which a bare name is tried.

    Parameters
    ----------
    frameworks
        Their records.
    """

    frameworks: tuple[Framework, ...]

    def __getitem__(self, name: str) -> Framework:
        """The framework called ``name``, or by an alias.

        Raises
        ------
        UsageError
            When there is none.
        """
        for each in self.frameworks:
            if name == each.name or name in each.aliases:
                return each
        known = ", ".join(each.name for each in self.frameworks)
        raise UsageError(f"no framework '{name}'; known are {known}")

    @cached_property
    def by_call(self) -> dict[str, tuple[Framework, ...]]:
        """The frameworks that have each call."""
        found: dict[str, tuple[Framework, ...]] = {}
        for each in self.frameworks:
            for name in each.calls:
                found[name] = (*found.get(name, ()), each)
        return found

    @cached_property
    def aliases(self) -> dict[str, str]:
        """Other names of frameworks, and the name each stands for."""
        return {alias: each.name for each in self.frameworks for alias in each.aliases}

    @cached_property
    def optimizers(self) -> frozenset[str]:
        """Every name that is an optimizer."""
        return frozenset(name for each in self._with_optimizers for name in each[1].calls)

    @cached_property
    def _with_optimizers(self) -> tuple[tuple[Framework, Optimizers], ...]:
        return tuple((each, each.optimizers) for each in self.frameworks if each.optimizers is not None)

    def optimizer(self, name: str, path: str, values: Sequence[Any], named: Mapping[str, Any]) -> Optimizer:
        """The optimizer that a call makes, of the framework that the call is likeliest to be of."""
        home = self.home(path, imported=True)
        own = [each for each in self._with_optimizers if each[0] is home]
        having = [each for each in self._with_optimizers if name in each[1].calls]
        for framework, optimizers in (*own, *having, *self._with_optimizers):
            if optimizers.takes(name, values, named):
                return optimizers.made(framework.name, name, values, named)
        return Optimizer(name, None, "", tuple(values), named)

    def keeps_rate(self, optimizer: Optimizer) -> bool:
        """True where the rate is an attribute of the optimizer itself, which a script may set."""
        return any(
            each.keeps_rate for whose, each in self._with_optimizers if whose.name == optimizer.framework
        )

    def default_lr(self, model: "Model") -> float:
        """The rate that the framework of the rule gives an optimizer where nobody says one."""
        return self.optimizers_of(model.rule).of_type(model.type)[1].lr or 0.0

    def optimizers_of(self, rule: "Rule") -> Optimizers:
        """The optimizers that a rule's formulas and defaults are of."""
        return next(each for _, each in self._with_optimizers if each.rule == rule)

    def model_of(self, optimizer: Optimizer) -> "Model | None":
        """An optimizer as lrplot computes its updates, None for one it knows by its rate only.

        Raises
        ------
        Refusal
            When an argument is none of the optimizer's, or asks for what is not computed.
        NotKnown
            When an argument cannot be known without running the script.
        """
        for framework, optimizers in self._with_optimizers:
            if optimizer.framework in {framework.name, ""} and optimizer.name in optimizers.calls:
                return optimizers.model_of(optimizer)
        return None

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name that is a schedule or an optimizer."""
        return frozenset(self.by_call) | self.optimizers

    @cached_property
    def scheduler_bases(self) -> dict[str, Framework]:
        """The frameworks whose classes a script's own scheduler may derive from, by the class."""
        return {name: each for each in self.frameworks for name in each.scheduler_bases}

    @cached_property
    def schedule_bases(self) -> frozenset[str]:
        """Classes that a script's own schedule, called with the step, derives from."""
        return frozenset(name for each in self.frameworks for name in each.schedule_bases)

    @cached_property
    def fit(self) -> Fit | None:
        """The call of a trainer that runs the epochs itself."""
        return next((each.fit for each in self.frameworks if each.fit is not None), None)

    @cached_property
    def functional(self) -> Functional:
        """How the optimizers that are functions update."""
        return next(
            (each.functional for each in self.frameworks if each.functional is not None), Functional()
        )

    @cached_property
    def loop(self) -> Loop:
        """The words of the training loops of all frameworks."""
        return together([each.loop for each in self.frameworks])

    @cached_property
    def arrays(self) -> dict[str, Arrays]:
        """The modules that compute with arrays, by the first part of their names."""
        return {root: each.arrays for each in self.frameworks for root in each.arrays.roots}

    def arrays_of(self, root: str) -> Arrays:
        """The facts of a module of arrays; of NumPy, which is no framework's, there are none."""
        return self.arrays.get(root, Arrays())

    @cached_property
    def hooks(self) -> dict[str, Framework]:
        """The framework whose trainer asks a script's method of this name what to step."""
        return {each.hook.name: each for each in self.frameworks if each.hook is not None}

    def stepped_by_trainer(self, hook: str, result: Any) -> Iterator[TrainerStepped]:
        """The schedulers in what a script's method, that of a trainer's hook, returns."""
        asked = self.hooks[hook].hook
        return iter(()) if asked is None else asked.stepped(result)

    def refused_of_trainer(self, tree: ast.AST, method: ast.FunctionDef) -> tuple[ast.AST, str] | None:
        """The first place of a text by which a trainer steps in another way than its method says."""
        hook = self.hooks[method.name].hook
        return None if hook is None else hook.refused(tree, method)

    def batches_of_trainer(self, length: int, named: Mapping[str, Any]) -> int | None:
        """Batches in an epoch of a loader with so many, None where a trainer's limit of them is not known."""
        for framework in self.hooks.values():
            if framework.hook is not None:
                return framework.hook.batches(length, named)
        return length

    def home(self, path: str, *, imported: bool = False) -> Framework | None:
        """The framework a dotted name says it belongs to, None where it does not say.

        An ``imported`` name says so by its first part alone; in a pasted call a part inside may hint at it.
        """
        parts = path.split(".")
        for each in self.frameworks:
            if parts[0] in each.roots and len(parts) > 1:
                return each
        if imported:
            return None
        for each in self.frameworks:
            if set(parts[:-1]) & set(each.hints):
                return each
        return None

    def candidates(self, path: str, *, imported: bool = False) -> tuple[Framework, ...]:
        """The frameworks that may be meant by a name, the likeliest first; empty when none has it.

        What is ``imported`` from a module that is no framework's is nobody's.
        """
        having = self.by_call.get(path.rpartition(".")[2], ())
        own = self.home(path, imported=imported)
        if imported and own is None:
            return ()
        if own is not None:
            return tuple(each for each in having if each is own)
        # Without an import a name is not one of those that people meet with their import alone.
        return tuple(each for each in having if not each.by_import) or having

    def combinator(self, path: str, *, imported: bool) -> Call | None:
        """The function that gives on or changes a schedule under this name, None where none does."""
        own = self.home(path, imported=imported)
        return None if own is None else own.combinators.get(path.rpartition(".")[2])

    @cached_property
    def _constants(self) -> Mapping[str, Any]:
        return {name: value for each in self.frameworks for name, value in each.constants.items()}

    def constant(self, path: str) -> Any:
        """What a framework's own dotted name stands for, None where none has it."""
        parts = path.split(".")
        value = self._constants.get(".".join(parts[-2:]))
        return value if value is not None and self.home(path, imported=True) is not None else None

    def is_foreign(self, path: str, *, imported: bool) -> bool:
        """True where a name that some framework has is imported from a module of no framework."""
        return imported and path.rpartition(".")[2] in self.by_call and self.home(path, imported=True) is None
