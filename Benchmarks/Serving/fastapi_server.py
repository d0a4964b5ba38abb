"""The server one would write in Python: FastAPI on uvicorn, onnxruntime inside.

uvicorn runs it with uvloop and httptools, without an access log; onnxruntime with one thread, which is faster than more
for single rows.
"""

import os

import numpy as np
import onnxruntime
from fastapi import FastAPI
from pydantic import BaseModel

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(os.environ["POLICY"], options)
app = FastAPI()


class Request(BaseModel):
    observation: list[list[float]]


class Action(BaseModel):
    action: list[list[int]]


class Values(Action):
    q: list[list[float]]


@app.post("/action")
async def action(request: Request) -> Action:
    (chosen,) = session.run(["action"], {"observation": np.array(request.observation, np.float32)})
    return Action.model_construct(action=chosen.tolist())


@app.post("/values")
async def values(request: Request) -> Values:
    chosen, q = session.run(["action", "q"], {"observation": np.array(request.observation, np.float32)})
    return Values.model_construct(action=chosen.tolist(), q=q.tolist())
