"""The two platforms, made believable: the peers of the tests and of the demonstration.

It shares no code with ``bot/channels``: both are written from the platform's
documents, so that each checks the other.
"""

from bot.simulator.actions import Simulator
from bot.simulator.application import SIMULATOR, create_simulator
from bot.simulator.backstage import Act, Backstage, Day, Guide, NobodyBehind, Rules, Step
from bot.simulator.config import Hint, Mode, SimulatorConfig, Slot, Template
from bot.simulator.courier import Outcome
from bot.simulator.errors import NotPossibleError
from bot.simulator.faults import FaultKind
from bot.simulator.knobs import Knobs, Repeat
from bot.simulator.pushes import FAULT_LINE
from bot.simulator.templates_of_office import templates_of
from bot.simulator.wecom.actions import WeCom
from bot.simulator.wecom.config import AppConfig, DepartmentConfig, MemberConfig, WeComConfig

__all__ = [
    "FAULT_LINE",
    "SIMULATOR",
    "Act",
    "AppConfig",
    "Backstage",
    "Day",
    "DepartmentConfig",
    "FaultKind",
    "Guide",
    "Hint",
    "Knobs",
    "MemberConfig",
    "Mode",
    "NobodyBehind",
    "NotPossibleError",
    "Outcome",
    "Repeat",
    "Rules",
    "Simulator",
    "SimulatorConfig",
    "Slot",
    "Step",
    "Template",
    "WeCom",
    "WeComConfig",
    "create_simulator",
    "templates_of",
]
