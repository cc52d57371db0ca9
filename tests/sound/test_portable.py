"""What makes sound is computed only by operations that give the same bits on every processor, library and system."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import bedside
from sound.everywhere import kernels

SOUND = Path(bedside.__file__).parent / "sound"

# The rooms and modules that make samples; the sheets only measure.
ROOMS = ("engine", "physics", "library", "library/sfz")
MODULES = ("exact", "fourier", "instrument", "loudness", "phasors", "sums", "tuning")

# Each is exact, or one rounding for each number, or sums in an order that is written down in numpy.
MATH = {
    *("ceil", "floor", "frexp", "fsum", "gcd", "inf", "isfinite", "isinf", "isqrt", "ldexp", "nan", "nextafter", "pi"),
    "sqrt",
}
NUMPY = {
    *("abs", "add", "all", "any", "append", "arange", "argmax", "argmin", "argsort", "array", "array_equal", "asarray"),
    *("ascontiguousarray", "bool_", "broadcast_to", "clip", "concatenate", "copyto", "count_nonzero", "cumsum", "diff"),
    *("divide", "dtype", "empty", "empty_like", "float32", "float64", "floating", "floor", "frexp", "frombuffer"),
    *("full", "inf", "int32", "int64", "lib", "ldexp", "max", "maximum", "mean", "min", "minimum", "multiply"),
    *("nan_to_num", "ndarray", "newaxis", "nonzero", "flatnonzero", "ones", "ones_like", "pi", "random", "repeat"),
    *("rint", "roll", "searchsorted", "sort", "split", "sqrt", "square", "stack", "subtract", "sum", "take", "tile"),
    *("triu", "unravel_index", "void", "where", "zeros", "zeros_like", "__version__", "show_config"),
}
# Methods that multiply and add, or draw numbers, in loops of the C library.
METHODS = {"dot", "std", "var", "trace", "prod", "uniform", "normal", "standard_normal", "poisson", "exponential"}
IMPORTS = {"cmath", "scipy", "numpy.fft", "numpy.linalg", "numpy.polynomial"}

# A sum of whole numbers, below 2⁵³ for BLAS, is exact in any order. A room only asks whether its energy lies far from
# what would matter.
ALLOWED = {
    *(("sums", "@"), ("sums", "np.dot"), ("voices", "np.dot"), ("room", "np.vdot")),
    *((module, "sum") for module in ("bake", "columns", "plan", "tablefile")),
}


def sources() -> list[Path]:
    """Return the modules that are held to the law."""
    rooms = [file for room in ROOMS for file in sorted((SOUND / room).glob("*.py"))]
    return rooms + [SOUND / f"{name}.py" for name in MODULES]


def faults(text: str, module: str) -> list[str]:
    """Return each operation in a module's text that may give other bits elsewhere, with its line."""
    return [
        f"line {line}: {said}" for line, said in _faults(ast.parse(text)) if (module, said.split()[0]) not in ALLOWED
    ]


def _faults(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.BinOp(op=ast.MatMult()) | ast.AugAssign(op=ast.MatMult()):
                yield node.lineno, "@ adds up in an order that BLAS chooses"
            case ast.BinOp(left=left, op=ast.Pow(), right=right):
                if not (_whole(left) and _whole(right)):
                    yield node.lineno, "** is the C library's: use exact.power or np.square"
            case ast.AugAssign(op=ast.Pow()):
                yield node.lineno, "**= is the C library's: use exact.power or np.square"
            case ast.Constant(value=complex() as number):
                yield node.lineno, f"{number} is complex: use phasors"
            case ast.Name(id="complex" | "pow" | "sum" as name, ctx=ast.Load()):
                yield node.lineno, f"{name} rounds otherwise elsewhere, or in another Python"
            case ast.Attribute(value=ast.Name(id="math"), attr=name) if name not in MATH:
                yield node.lineno, f"math.{name} is the C library's: use exact"
            case ast.Attribute(value=ast.Name(id="np" | "numpy"), attr=name) if name not in NUMPY:
                yield node.lineno, f"np.{name} is not known to give the same bits"
            case ast.Attribute(attr=name, value=value) if name in METHODS and _plain(value):
                yield node.lineno, f".{name} is not known to give the same bits"
            case ast.Call(func=ast.Attribute(attr="arange"), args=arguments) if any(map(_broken, arguments)):
                yield node.lineno, "arange of a step that is not whole multiplies and adds"
            case ast.Import(names=names):
                for one in names:
                    if _foreign(one.name):
                        yield node.lineno, f"{one.name} chooses its methods by the processor"
            case ast.ImportFrom(module=str(module), names=names):
                for one in names:
                    if _foreign(module) or _foreign(f"{module}.{one.name}"):
                        yield node.lineno, f"{module} chooses its methods by the processor"
                    if module == "math" and one.name not in MATH:
                        yield node.lineno, f"math.{one.name} is the C library's: use exact"
                    if module == "numpy" and one.name not in NUMPY:
                        yield node.lineno, f"np.{one.name} is not known to give the same bits"


def _whole(number: ast.expr) -> bool:
    """Return whether an expression is a number without a fraction, with a sign or without."""
    if isinstance(number, ast.UnaryOp):
        number = number.operand
    return isinstance(number, ast.Constant) and isinstance(number.value, int | float) and number.value % 1 == 0


def _plain(value: ast.expr) -> bool:
    return not (isinstance(value, ast.Name) and value.id in ("np", "numpy", "math"))


def _broken(argument: ast.expr) -> bool:
    return isinstance(argument, ast.Constant) and isinstance(argument.value, float) and argument.value % 1 != 0


def _foreign(name: str) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in IMPORTS)


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(SOUND).as_posix())
def test_sound_is_made_by_portable_operations(path: Path) -> None:
    """No module that makes samples uses an operation whose bits depend on the processor or a library."""
    assert faults(path.read_text(), path.stem) == []


@pytest.mark.parametrize(
    "planted",
    [
        "import scipy.signal",
        "from scipy import fft",
        "from numpy.fft import rfft",
        "from math import sin",
        "from numpy import exp",
        "import math\nmath.exp2(3.5)",
        "np.exp(x)",
        "np.einsum('ij,j->i', a, b)",
        "np.interp(x, a, b)",
        "np.fft.irfft(x)",
        "np.linalg.solve(a, b)",
        "np.linspace(0, 1, 5)",
        "np.arange(0, 1, 0.1)",
        "a @ b",
        "a.dot(b)",
        "x ** 2",
        "10 ** (db / 20)",
        "x **= 2",
        "2 ** -x",
        "2 ** 0.1",
        "2j * x",
        "np.zeros(3, np.complex128)",
        "complex(1, 2)",
        "sum(levels)",
        "rng.uniform(-1, 1, 5)",
        "rng.poisson(3)",
    ],
)
def test_the_law_finds_what_breaks_it(planted: str) -> None:
    """Each kind of operation that is not portable is found, where it stands."""
    found = faults(f"import numpy as np\n{planted}", "bar")
    assert found
    assert found[0].startswith("line ")


def test_the_law_lets_pass_what_is_portable() -> None:
    """Sums, products, roots, powers of whole numbers and random numbers pass."""
    assert faults("x = np.sqrt(np.square(a) + b * c) / 2**24\ny = rng.random(5)\nz = np.arange(1.0, n)", "bar") == []


FOLDERS = """
import hashlib
from bedside.sound.library.sfz import oscillator, resample
made = hashlib.sha256()
for name in oscillator.NAMES:
    made.update(oscillator.loop(name, 261.6, 44_100).tobytes())
noise = oscillator.loop("*noise", 0.0, 8_000)
for step in (0.4, 1.06, 3.7):
    made.update(resample.resampled(noise, step, 9_000, 7_000).tobytes())
print(made.hexdigest())
"""


@pytest.mark.slow
def test_folders_sound_the_same_on_every_processor() -> None:
    """Oscillators and resampled samples have the same bits with other kernels of BLAS and instructions of numpy.

    Those of the shipped instruments are compared in `test_everywhere`.
    """
    hashes = {}
    for name, kernel in kernels().items():
        environ = {**os.environ, **kernel, "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run([sys.executable, "-c", FOLDERS], env=environ, capture_output=True, text=True, timeout=600)
        assert not done.returncode, done.stderr
        hashes[name] = done.stdout
    assert len(set(hashes.values())) == 1, hashes
