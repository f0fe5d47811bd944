"""DESKBELL_REQUIRE=all turns each kind of skip into a failure; an expected failure stays one."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CASES = {
    "test_marked": "import pytest\n@pytest.mark.skip(reason='apt-get install thing')\ndef test_x(): 0\n",
    "test_called": "import pytest\ndef test_x(): pytest.skip('apt-get install thing')\n",
    "test_fixture": "import pytest\n@pytest.fixture\ndef f(): pytest.skip('apt-get install thing')\ndef test_x(f): 0\n",
    "test_module": "import pytest\npytest.skip('apt-get install thing', allow_module_level=True)\n",
}
EXPECTED_FAILURE = "import pytest\n@pytest.mark.xfail(reason='known')\ndef test_x(): assert 0\n"


def _run(root: Path, folder: Path, *, require: str) -> str:
    (folder / "tests").mkdir(exist_ok=True)
    shutil.copy(root / "tests" / "conftest.py", folder / "tests")
    command = [sys.executable, "-m", "pytest", "-c", "/dev/null", "--rootdir", str(folder), "-p", "no:cacheprovider"]
    environment = os.environ | {"DESKBELL_REQUIRE": require, "PYTHONPATH": str(root / "tests")}
    done = subprocess.run(
        [*command, "-q", str(folder / "tests")], env=environment, capture_output=True, text=True, timeout=60
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("case", CASES)
def test_a_skip_fails_where_everything_is_required(case: str, root: Path, tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / f"{case}.py").write_text(CASES[case])
    output = _run(root, tmp_path, require="all")
    assert re.search(r"^1 (failed|error) in", output, re.MULTILINE), output
    assert "DESKBELL_REQUIRE=all lets no test skip. " in output
    assert "apt-get install thing" in output


def test_elsewhere_a_skip_is_a_skip(root: Path, tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    for case, code in CASES.items():
        (tmp_path / "tests" / f"{case}.py").write_text(code)
    assert re.search(r"^4 skipped in", _run(root, tmp_path, require=""), re.MULTILINE)


def test_an_expected_failure_stays_one(root: Path, tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_known.py").write_text(EXPECTED_FAILURE)
    assert re.search(r"^1 xfailed in", _run(root, tmp_path, require="all"), re.MULTILINE)


def test_an_unknown_demand_is_refused(root: Path, tmp_path: Path) -> None:
    assert "DESKBELL_REQUIRE=everything is unknown" in _run(root, tmp_path, require="everything")
