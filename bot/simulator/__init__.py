"""The service account's platform, made believable: the peer of the tests and of the demonstration.

It shares no code with ``bot/channels``: both are written from the platform's
documents, so that each checks the other.
"""

from bot.simulator.actions import Simulator
from bot.simulator.application import SIMULATOR, create_simulator
from bot.simulator.config import Hint, Mode, SimulatorConfig, Slot, Template
from bot.simulator.courier import Outcome
from bot.simulator.errors import NotPossibleError
from bot.simulator.faults import FaultKind
from bot.simulator.knobs import Knobs, Repeat
from bot.simulator.pushes import FAULT_LINE
from bot.simulator.templates_of_office import templates_of

__all__ = [
    "FAULT_LINE",
    "SIMULATOR",
    "FaultKind",
    "Hint",
    "Knobs",
    "Mode",
    "NotPossibleError",
    "Outcome",
    "Repeat",
    "Simulator",
    "SimulatorConfig",
    "Slot",
    "Template",
    "create_simulator",
    "templates_of",
]
