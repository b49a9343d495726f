"""The daemon at work and at rest: what it takes of memory and of the processor.

usage: python -m scripts.benches.idle [MINUTES]

`voxframe run` with an inbox, the web server, a broker, the Piper voice and ALSA's null device speaks of the photos of
the demo, one of them enlarged to 12 megapixels. Then it has nothing to do: voice and networks are let go after two
seconds, and after those it is looked at for MINUTES. Memory is PSS, counted as if no other process on this machine used
the same libraries.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from PIL import Image

from device.app.shipped import PHOTOS
from scripts.benches.observed import VOXFRAME, Device, Peak, daemon, megabytes
from tests.daemon import put
from tests.mosquitto import free_port, mosquitto

MINUTES = 1.0
LARGE = 4000, 3000
IDLE_SECONDS = 2
REST_SECONDS = 15.0
"""The networks are let go up to five seconds late."""

CPU_PERCENT, MEGABYTES, PEAK_MEGABYTES = 0.5, 110, 300

CONFIG = """
[inbox]
folder = "inbox"
[web]
port = {web}
[mqtt]
host = "127.0.0.1"
port = {broker}
[voice]
engine = "piper"
idle_seconds = {idle}
[vision]
idle_seconds = {idle}
[audio]
device = "null"
[store]
reserve_megabytes = 0
"""


def main(minutes: float) -> None:
    """Measure, and print."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for name in ("broker", "inbox", "photos"):
            (folder / name).mkdir()
        with mosquitto(folder / "broker") as broker:
            device = Device(free_port())
            config = folder / "voxframe.toml"
            config.write_text(CONFIG.format(web=device.port, broker=broker.port, idle=IDLE_SECONDS), encoding="utf-8")
            with daemon(folder / "state", *VOXFRAME, config) as process:
                photos = _photos(folder / "photos")
                device.wait_until_idle()
                print(f"loaded: {megabytes(process.alone())}, {megabytes(process.anonymous())} of it in no file")
                with Peak(process) as peak:
                    for number, photo in enumerate(photos, start=1):
                        put(photo, folder / "inbox" / photo.name)
                        device.wait_for(number)
                print(
                    f"at work, {len(photos)} photos: at most {megabytes(peak.pss)} (asked: {PEAK_MEGABYTES}), "
                    f"{megabytes(process.most_resident())} resident"
                )
                time.sleep(IDLE_SECONDS + REST_SECONDS)
                began, cpu = time.monotonic(), process.cpu_seconds()
                time.sleep(minutes * 60)
                share = (process.cpu_seconds() - cpu) / (time.monotonic() - began) * 100
                print(
                    f"at rest: {megabytes(process.alone())} (asked: {MEGABYTES}), {megabytes(process.anonymous())} of "
                    f"it in no file; PSS as the kernel counts it here {megabytes(process.pss())}"
                )
                print(f"at rest for {minutes:g} minutes: {share:.3f} % of a core (asked: {CPU_PERCENT})")


def _photos(folder: Path) -> list[Path]:
    """Those of the demo, and one that is as large as a telephone makes them, twice."""
    photos = sorted(PHOTOS.glob("*.jpg"))
    large = Image.open(photos[0]).convert("RGB").resize(LARGE)
    for name, quality in (("large_1.jpg", 92), ("large_2.jpg", 91)):
        large.save(folder / name, quality=quality)
        photos.append(folder / name)
    return photos


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else MINUTES)
