"""What is served where."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from aiohttp import web

from device.core.errors import VoxframeError
from device.web.answers import JOBS, Answer, answer_to, busy, failed, refusal
from device.web.forms import announced_length, upload_in
from device.web.metrics import CONTENT_TYPE, exposition
from device.web.views import job_view, status_view

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from device.core.ports import Executor, JobStore
    from device.core.types import Status
    from device.web.captions import CaptionStream
    from device.web.guard import Guard
    from device.web.metrics import Metric
    from device.web.uploads import Uploads

_log = logging.getLogger(__name__)

PHOTOS, STATE, CAPTIONS, METRICS = "/api/v1/photos", "/api/v1/state", "/api/v1/captions", "/metrics"

_ALWAYS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Server": "voxframe"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """Answers requests; the attributes are those of the server."""

    guard: Guard
    uploads: Uploads
    jobs: JobStore
    executor: Executor
    status: Callable[[], Status]
    captions: CaptionStream
    metrics: Callable[[], Mapping[str, Metric]]

    def application(self) -> web.Application:
        """All of it, for aiohttp."""
        application = web.Application(middlewares=[self._answered])
        application.router.add_post(PHOTOS, self._photo, expect_handler=self._expected)
        application.router.add_get(JOBS + "/{number:[0-9]{1,18}}", self._job)
        application.router.add_get(STATE, self._state)
        application.router.add_get(CAPTIONS, self._captions, allow_head=False)
        application.router.add_get(METRICS, self._figures)
        application.on_shutdown.append(self.captions.close)
        return application

    async def _photo(self, request: web.Request) -> web.StreamResponse:
        # Asked before the form is opened, and once more by `receive`: others may have come meanwhile.
        refused = self.uploads.refuses(announced_length(request))
        if refused is not None:
            return _response(refused)
        return _response(await self.uploads.receive(await upload_in(request)))

    async def _expected(self, request: web.Request) -> web.StreamResponse | None:
        """Who asks first whether to send is told so before a byte of the photo."""
        refused = self.guard.refuses(request.method, request.headers)
        refused = refused or self.uploads.refuses(announced_length(request))
        if refused is not None:
            response = _response(refused)
            # Whether the body comes nevertheless is not known: what follows may be it, or the next request.
            response.force_close()
            return response
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return None

    async def _job(self, request: web.Request) -> web.StreamResponse:
        number = int(request.match_info["number"])
        job = await self.executor.run(partial(self.jobs.get, number))
        if job is None:
            return _response(refusal(404, "no_such_job", f"there is no job {number}; it may have been forgotten"))
        return _response(Answer(status=200, body=job_view(job)))

    async def _state(self, _: web.Request) -> web.StreamResponse:
        return _response(Answer(status=200, body=status_view(self.status())))

    async def _captions(self, request: web.Request) -> web.StreamResponse:
        if self.captions.is_full:
            return _response(busy("too many read captions at once; come back later"))
        return await self.captions.send(request, headers=_ALWAYS)

    async def _figures(self, _: web.Request) -> web.StreamResponse:
        text = exposition(await self.executor.run(self.metrics))
        return web.Response(text=text, headers={"Content-Type": CONTENT_TYPE} | _ALWAYS)

    @web.middleware
    async def _answered(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Nothing gets past the guard, and everything is answered, whatever goes wrong."""
        refused = self.guard.refuses(request.method, request.headers)
        if refused is not None:
            return _response(refused)
        try:
            return await handler(request)
        except VoxframeError as error:
            return _response(answer_to(error))
        except web.HTTPException as error:
            return _response(_in_json(error))
        except Exception as error:  # noqa: BLE001 - one request fails, the daemon goes on
            _log.error("%s %s failed: %r", request.method, request.path, error)
            return _response(failed())


def _response(answer: Answer) -> web.Response:
    body = json.dumps(answer.body, ensure_ascii=False, separators=(",", ":")).encode()
    headers = {"Content-Type": "application/json"} | _ALWAYS | dict(answer.headers)
    return web.Response(status=answer.status, body=body, headers=headers)


def _in_json(error: web.HTTPException) -> Answer:
    headers = {name: error.headers[name] for name in ("Allow",) if name in error.headers}
    code = error.reason.lower().replace(" ", "_")
    others = ", ".join(f"GET {path}" for path in (f"{JOBS}/<id>", STATE, CAPTIONS, METRICS))
    message = f"{error.reason.lower()}; there is POST {PHOTOS}, {others}"
    return refusal(error.status, code, message, headers=headers)
