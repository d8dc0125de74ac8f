"""The engine that speaks to the simulated MetaTrader over its local socket."""

from trading.gateway.agent.simulated.direct import SimulatedDirect
from trading.gateway.agent.simulated.pump import SimulatedPump


class SimulatedEngine:
    """The way to one simulated MetaTrader, by the path of its socket."""

    def __init__(self, path: str) -> None:
        self._path = path

    def direct(self) -> SimulatedDirect:
        """Return the direct connection."""
        return SimulatedDirect(self._path)

    def pump(self) -> SimulatedPump:
        """Return a pumping connection."""
        return SimulatedPump(self._path)
